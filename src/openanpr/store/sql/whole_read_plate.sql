-- One read, as the order of plates keeps it. Takes: shape, captured_ms, force, source, camera, vrm.
-- Answers: one row (none: not stored), the columns of reads from confidence to extra, hashes as hex.
SELECT
    confidence, late, 1099512676352 - toInt64(earliness) AS latency_ms, raw, syntax, style,
    candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
    lower(hex(patch)), lower(hex(overview)), extra
FROM reads
WHERE translate(vrm, 'IO', '10') = {shape:String} AND vrm = {vrm:String}
    AND captured_at = fromUnixTimestamp64Milli({captured_ms:Int64}, 'UTC')
    AND force = {force:UInt32} AND source = {source:UInt32} AND camera = {camera:UInt32}
ORDER BY earliness DESC
LIMIT 1
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
