-- The batch that was cut first. Columns: seq, batch_id (16 bytes).
SELECT seq, batch_id FROM batches ORDER BY seq LIMIT 1
