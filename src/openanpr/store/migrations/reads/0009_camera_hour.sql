-- What each camera did in each hour: how much, how surely, how late. By day, so that retention drops it by day.
CREATE TABLE IF NOT EXISTS camera_hour (
    hour DateTime('UTC') CODEC(ZSTD(1)),
    force UInt32 CODEC(ZSTD(1)),
    source UInt32 CODEC(ZSTD(1)),
    camera UInt32 CODEC(ZSTD(1)),
    n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    late_n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    unsure_n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    latency_sum_ms SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    latency_max_ms SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMMDD(hour)
ORDER BY (hour, force, source, camera)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
