-- Of origin_batches, those that prove a held read and name no vehicle but the hold's: copied when their day goes.
-- A partition a hold, so that its end is a drop.
CREATE TABLE IF NOT EXISTS held_origin_batches (
    hold_id String CODEC(ZSTD(1)),
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
PARTITION BY hold_id
ORDER BY (key, came_with, digest)
PRIMARY KEY (key, came_with)
SETTINGS index_granularity = 64, non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
