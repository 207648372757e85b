-- Give a batch that was never taken another id. :batch its seq, :batch_id 16 bytes.
UPDATE batches SET batch_id = :batch_id WHERE seq = :batch
