-- Forget a batch whose reads are gone or set aside. :batch its seq.
DELETE FROM batches WHERE seq = :batch
