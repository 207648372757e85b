-- The node does not know yet what the picture belongs to. :sha256 hex.
UPDATE pictures SET tries = tries + 1 WHERE sha256 = :sha256
