-- How did the clocks of cameras do? Counts and offsets alone, of no vehicle. Takes: since_ms (captured from then on). Answers, a
-- row a camera: force, source, camera, the newest offset that was measured (ms, null: none), reads, of them with a doubtful clock.
SELECT
    force, source, camera, argMax(clock_offset_ms, captured_at), toInt64(count()), toInt64(countIf(clock_doubtful))
FROM reads_by_camera
WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY force, source, camera
SETTINGS readonly = 1, max_execution_time = 15, max_memory_usage = 1000000000, max_result_rows = 2000000
