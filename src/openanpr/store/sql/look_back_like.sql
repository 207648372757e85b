-- Which shapes of these last 24 hours have this form? Takes: pattern (LIKE, of shapes), since_ms (from), until_ms (before; of
-- a longer time nothing is answered), limit. Answers: shape.
SELECT DISTINCT translate(vrm, 'IO', '10') AS shape
FROM reads
WHERE translate(vrm, 'IO', '10') LIKE {pattern:String}
    AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND {until_ms:Int64} - {since_ms:Int64} <= 86700000
ORDER BY shape
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000, max_result_rows = 100001
