-- The oldest reads that are in no batch. :most rows. Columns: seq, bytes, holds.
SELECT seq, length(record), holds FROM reads WHERE aside IS NULL AND batch IS NULL ORDER BY seq LIMIT :most
