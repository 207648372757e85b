-- Which VRMs were seen in which month, how often, and on which days first and last: for wildcards and "last seen".
-- Days, not times: they cost a byte where a time costs four, and the day's reads tell the rest.
CREATE TABLE IF NOT EXISTS vrm_month (
    month Date CODEC(ZSTD(1)),
    vrm String CODEC(ZSTD(3)),
    n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_day SimpleAggregateFunction(min, Date) CODEC(T64, ZSTD(1)),
    last_day SimpleAggregateFunction(max, Date) CODEC(T64, ZSTD(1)),
    INDEX pairs translate(vrm, 'IO', '10') TYPE ngrambf_v1(2, 4096, 2, 0) GRANULARITY 1
) ENGINE = AggregatingMergeTree
PARTITION BY month
ORDER BY (translate(vrm, 'IO', '10'), vrm)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
