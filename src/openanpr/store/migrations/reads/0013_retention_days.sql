-- What retention did, day by day: a row of step 0 before the drop (what was there), one of step 1 when a search found
-- nothing more (the certificate). A step 0 without its step 1 is a run that was cut short.
CREATE TABLE IF NOT EXISTS retention_days (
    day Date,
    began_at DateTime64(3, 'UTC'),
    step UInt8,
    body String
) ENGINE = ReplacingMergeTree
ORDER BY (day, began_at, step)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
