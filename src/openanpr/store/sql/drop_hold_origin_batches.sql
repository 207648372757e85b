-- Drop the batches kept to prove the reads of a hold. Takes: hold_id.
ALTER TABLE held_origin_batches DROP PARTITION {hold_id:String}
