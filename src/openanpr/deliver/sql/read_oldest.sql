-- The read that waits longest. Columns: captured_ms.
SELECT captured_ms FROM reads WHERE aside IS NULL ORDER BY seq LIMIT 1
