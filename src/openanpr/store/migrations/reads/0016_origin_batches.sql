-- The batches of reads that another node handed on, as their devices signed them: a batch once, not a read. Of use while
-- its reads are kept; it has all of them in it, so it goes with the day of the oldest that was taken.
-- came_with is our name of the batch with which it came, as `key` is its name at the node where it first came. digest is
-- the SHA-256 of the body: who sends another body under the same names takes nothing away.
CREATE TABLE IF NOT EXISTS origin_batches (
    key String CODEC(ZSTD(1)),
    came_with String CODEC(ZSTD(1)),
    digest FixedString(32) CODEC(NONE),
    oldest DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    form LowCardinality(String) CODEC(ZSTD(1)),
    packed Bool CODEC(ZSTD(1)),
    proof String CODEC(ZSTD(3)),
    body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(oldest)
ORDER BY (key, came_with, digest)
PRIMARY KEY (key, came_with)
SETTINGS index_granularity = 64, non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
