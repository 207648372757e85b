-- The other half: what a table of results shows of a read, and the order of plates alone had.
ALTER TABLE reads_by_camera
    ADD COLUMN IF NOT EXISTS tabled Bool DEFAULT false CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS style LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS candidate_plate Array(String) CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS candidate_p Array(UInt32) CODEC(ZSTD(1))
