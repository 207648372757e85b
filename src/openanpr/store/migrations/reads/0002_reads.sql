-- Reads in the order of plates, with what differs from read to read. Asked by VRM, by shape and one by one.
-- The first key is the shape (O is 0, I is 1), worked out, not stored: one range serves a VRM and its look-alikes.
-- read_id is worked out too (core.capture_record): a hash would cost eight bytes a read in each order.
-- earliness is 2^40 + 2^20 less the milliseconds from captured_at to received_at: the engine keeps the row with the
-- largest of its version column, so of two copies of one read the first received stands.
CREATE TABLE IF NOT EXISTS reads (
    vrm String CODEC(ZSTD(3)),
    captured_at DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    force UInt32 CODEC(T64, ZSTD(1)),
    source UInt32 CODEC(T64, ZSTD(1)),
    camera UInt32 CODEC(T64, ZSTD(1)),
    earliness UInt64 CODEC(T64, ZSTD(1)),
    confidence Nullable(UInt16) CODEC(T64, ZSTD(1)),
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
    shape String ALIAS translate(vrm, 'IO', '10'),
    read_id UInt64 ALIAS reinterpretAsUInt64(reverse(substring(SHA256(concat(toString(force), '/',
        toString(source), '/', toString(camera), '|', toString(toUnixTimestamp64Milli(captured_at)), '|', vrm)), 1, 8)))
) ENGINE = ReplacingMergeTree(earliness)
PARTITION BY toYYYYMMDD(captured_at)
ORDER BY (translate(vrm, 'IO', '10'), captured_at, vrm, force, source, camera)
PRIMARY KEY (translate(vrm, 'IO', '10'), captured_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
