-- Forget all but the newest. :most rows.
DELETE FROM known WHERE seq <= (SELECT max(seq) FROM known) - :most
