-- The oldest reads that are in no batch. :most rows. Columns: seq, bytes.
SELECT seq, length(record) FROM reads WHERE aside IS NULL AND batch IS NULL ORDER BY seq LIMIT :most
