-- Keep a read, or a batch as it came. :read_id bytes that name it, :captured_ms UTC, :record as encoded, :holds how
-- many reads it stands for. What waits already stays as it is.
INSERT INTO reads (read_id, captured_ms, record, holds) VALUES (:read_id, :captured_ms, :record, :holds)
ON CONFLICT (read_id) DO NOTHING
