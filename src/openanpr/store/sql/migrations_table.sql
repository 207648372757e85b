-- Which migrations were applied, with the SHA-256 of their text. Made before the first of them.
CREATE TABLE IF NOT EXISTS migrations (
    number UInt16,
    name String,
    sha256 String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY number
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
