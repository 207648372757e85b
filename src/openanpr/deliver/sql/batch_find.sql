-- The batch of this id. :batch_id 16 bytes. Columns: seq.
SELECT seq FROM batches WHERE batch_id = :batch_id
