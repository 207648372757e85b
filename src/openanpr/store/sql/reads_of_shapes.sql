-- Where was any VRM of these shapes (O is 0, I is 1)? Takes: shapes (up to ten thousand), since_ms (from), until_ms (before),
-- limit.
-- Answers: captured_ms, force, source, camera, vrm, confidence (ten-thousandths or null), late, latency_ms; newest first.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm, confidence, late,
    1099512676352 - toInt64(earliness) AS latency_ms
FROM reads
WHERE translate(vrm, 'IO', '10') IN {shapes:Array(String)}
    AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
ORDER BY captured_at DESC, vrm, force, source, camera, earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000, max_result_rows = 100001
