-- Takes batches as they first came to another node (migrations/reads/0016_origin_batches.sql).
INSERT INTO origin_batches (key, came_with, digest, oldest, received_at, form, packed, proof, body)
