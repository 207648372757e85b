-- The reads of a batch in the order they came. :batch its seq. Columns: seq, record.
SELECT seq, record FROM reads WHERE batch = :batch ORDER BY seq
