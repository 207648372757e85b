-- Keep a picture behind the reads that are here now. :sha256 hex, :jpeg.
INSERT INTO pictures (sha256, jpeg, after_read)
VALUES (:sha256, :jpeg, coalesce((SELECT max(seq) FROM reads), 0))
ON CONFLICT (sha256) DO NOTHING
