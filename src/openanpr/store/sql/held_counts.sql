-- How many copies does each hold keep? Answers: hold_id, reads.
SELECT hold_id, uniqExact(captured_at, vrm, force, source, camera) FROM held_reads GROUP BY hold_id ORDER BY hold_id
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
