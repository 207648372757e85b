-- Forget a picture that the node has. :sha256 hex.
DELETE FROM pictures WHERE sha256 = :sha256
