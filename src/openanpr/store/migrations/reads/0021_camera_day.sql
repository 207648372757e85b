-- What each camera read on each day: the size of a search is told beforehand from it, over years, before anybody may run it.
-- By month, for few files: retention takes a day out of it by itself.
CREATE TABLE IF NOT EXISTS camera_day (
    day Date CODEC(ZSTD(1)),
    force UInt32 CODEC(T64, ZSTD(1)),
    source UInt32 CODEC(T64, ZSTD(1)),
    camera UInt32 CODEC(T64, ZSTD(1)),
    n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toStartOfMonth(day)
ORDER BY (day, force, source, camera)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
