-- Begin a batch. :batch_id 16 bytes.
INSERT INTO batches (batch_id) VALUES (:batch_id)
