-- Which pictures do holds need of a capture day? Takes: since_ms and until_ms. Answers: hold_id, captured_ms, hash (hex).
SELECT DISTINCT hold_id, toUnixTimestamp64Milli(captured_at), lower(hex(arrayJoin([patch, overview]))) AS sha256
FROM held_reads
WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND sha256 != repeat('0', 64)
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
