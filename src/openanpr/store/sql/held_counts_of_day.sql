-- How many copies does each hold keep of reads of a capture day? Takes: since_ms and until_ms. Answers: hold_id, reads.
SELECT hold_id, uniqExact(captured_at, vrm, force, source, camera) FROM held_reads
WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY hold_id ORDER BY hold_id
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
