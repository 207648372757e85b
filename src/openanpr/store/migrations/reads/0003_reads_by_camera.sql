-- The same reads in the order of cameras, with what runs on from read to read of one camera and so costs
-- little here: who delivered it, in which batch, judged by which profile, by which clock and model, where a moving
-- camera was, and from where another node had it that handed it on.
CREATE TABLE IF NOT EXISTS reads_by_camera (
    vrm String CODEC(ZSTD(3)),
    captured_at DateTime64(3, 'UTC') CODEC(T64('bit'), ZSTD(1)),
    force UInt32 CODEC(ZSTD(1)),
    source UInt32 CODEC(ZSTD(1)),
    camera UInt32 CODEC(ZSTD(1)),
    earliness UInt64 CODEC(T64, ZSTD(1)),
    confidence Nullable(UInt16) CODEC(T64, ZSTD(1)),
    late Bool CODEC(ZSTD(1)),
    clock LowCardinality(String) CODEC(ZSTD(1)),
    clock_error_ms Nullable(Int32) CODEC(ZSTD(1)),
    clock_offset_ms Nullable(Int32) CODEC(ZSTD(1)),
    direction LowCardinality(String) CODEC(ZSTD(1)),
    frames UInt32 CODEC(T64, ZSTD(1)),
    lat_e7 Nullable(Int32) CODEC(Delta, ZSTD(1)),
    lon_e7 Nullable(Int32) CODEC(Delta, ZSTD(1)),
    place_error_m Nullable(Float32) CODEC(ZSTD(1)),
    model LowCardinality(String) CODEC(ZSTD(1)),
    device LowCardinality(String) CODEC(ZSTD(1)),
    batch_id UUID CODEC(ZSTD(1)),
    signed Bool CODEC(ZSTD(1)),
    clock_doubtful Bool CODEC(ZSTD(1)),
    profile LowCardinality(String) CODEC(ZSTD(1)),
    released_from String CODEC(ZSTD(1)),
    origin_proof LowCardinality(String) CODEC(ZSTD(1)),
    origin_device LowCardinality(String) CODEC(ZSTD(1)),
    origin_key String CODEC(ZSTD(1)),
    origin_latency_ms Int64 CODEC(T64, ZSTD(1)),
    origin_clock_offset_ms Nullable(Int64) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(earliness)
PARTITION BY toYYYYMMDD(captured_at)
ORDER BY (force, source, camera, captured_at, vrm)
PRIMARY KEY (force, source, camera, captured_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
