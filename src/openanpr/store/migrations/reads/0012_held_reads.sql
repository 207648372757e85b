-- Copies of held reads, whole: the columns of both orders in one row. A partition a hold, so that its end is a drop.
CREATE TABLE IF NOT EXISTS held_reads (
    hold_id String CODEC(ZSTD(1)),
    vrm String CODEC(ZSTD(3)),
    captured_at DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    force UInt32 CODEC(ZSTD(1)),
    source UInt32 CODEC(ZSTD(1)),
    camera UInt32 CODEC(ZSTD(1)),
    earliness UInt64 CODEC(T64, ZSTD(1)),
    confidence Nullable(UInt16) CODEC(ZSTD(1)),
    late Bool CODEC(ZSTD(1)),
    raw String CODEC(ZSTD(3)),
    syntax LowCardinality(String) CODEC(ZSTD(1)),
    style LowCardinality(String) CODEC(ZSTD(1)),
    candidate_plate Array(String) CODEC(ZSTD(3)),
    candidate_p Array(UInt32) CODEC(ZSTD(1)),
    character_c Array(String) CODEC(ZSTD(3)),
    character_p Array(UInt32) CODEC(ZSTD(1)),
    rival_at Array(UInt8) CODEC(ZSTD(1)),
    rival_c Array(String) CODEC(ZSTD(3)),
    rival_p Array(UInt32) CODEC(ZSTD(1)),
    patch FixedString(32) CODEC(ZSTD(1)),
    overview FixedString(32) CODEC(ZSTD(1)),
    extra String CODEC(ZSTD(3)),
    clock LowCardinality(String) CODEC(ZSTD(1)),
    clock_error_ms Nullable(Int32) CODEC(ZSTD(1)),
    clock_offset_ms Nullable(Int32) CODEC(ZSTD(1)),
    direction LowCardinality(String) CODEC(ZSTD(1)),
    frames UInt32 CODEC(ZSTD(1)),
    lat_e7 Nullable(Int32) CODEC(ZSTD(1)),
    lon_e7 Nullable(Int32) CODEC(ZSTD(1)),
    place_error_m Nullable(Float32) CODEC(ZSTD(1)),
    model LowCardinality(String) CODEC(ZSTD(1)),
    device LowCardinality(String) CODEC(ZSTD(1)),
    batch_id String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(earliness)
PARTITION BY hold_id
ORDER BY (captured_at, vrm, force, source, camera)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
