-- Which reads of these last 24 hours are of these shapes (O is 0, I is 1)? Takes: shapes (up to ten thousand), since_ms
-- (from), until_ms (before; of a longer time nothing is answered), limit.
-- Answers: captured_ms, force, source, camera, vrm, newest first.
SELECT toUnixTimestamp64Milli(captured_at), force, source, camera, vrm
FROM reads
WHERE translate(vrm, 'IO', '10') IN {shapes:Array(String)}
    AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND {until_ms:Int64} - {since_ms:Int64} <= 86700000
ORDER BY captured_at DESC, vrm, force, source, camera
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000, max_result_rows = 100001
