-- The picture to send next: its reads are gone, least often tried, oldest. Columns: sha256, jpeg, tries.
SELECT sha256, jpeg, tries FROM pictures
WHERE aside IS NULL
    AND after_read < coalesce((SELECT min(seq) FROM reads WHERE aside IS NULL), 9223372036854775807)
ORDER BY tries, seq LIMIT 1
