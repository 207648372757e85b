-- Which reads name which pictures, in the order of the pictures' hashes: a picture comes with nothing but its hash.
-- The whole hash is the key, so that what is found is what was named; it looks random, so no codec can shorten it.
-- Small granules: one is read in each part of each day. Needed only while pictures may still come.
CREATE TABLE IF NOT EXISTS announced (
    sha256 FixedString(32) CODEC(NONE),
    captured_at DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    force UInt32 CODEC(T64, ZSTD(1)),
    source UInt32 CODEC(T64, ZSTD(1)),
    camera UInt32 CODEC(T64, ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(captured_at)
ORDER BY (sha256, captured_at, force, source, camera)
PRIMARY KEY sha256
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
