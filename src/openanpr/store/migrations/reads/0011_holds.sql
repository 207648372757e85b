-- Holds: reads kept for a case beyond their time. The latest row of a hold_id stands.
CREATE TABLE IF NOT EXISTS holds (
    hold_id String,
    case_ref String,
    owner String,
    until Date,
    placed_at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(placed_at)
ORDER BY hold_id
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
