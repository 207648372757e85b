-- Forget the reads of a batch that the node has acknowledged. :batch its seq.
DELETE FROM reads WHERE batch = :batch
