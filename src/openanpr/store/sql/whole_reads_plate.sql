-- Reads as the order of plates keeps them. Takes: keys (vrm, captured_ms, force, source, camera), at most a few thousand.
-- Answers, a row for each that is stored: captured_ms, force, source, camera, vrm; then as one list the columns of reads
-- from confidence to extra, hashes as hex.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm,
    tuple(confidence, late, 1099512676352 - toInt64(earliness), raw, syntax, style,
        candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
        lower(hex(patch)), lower(hex(overview)), extra)
FROM reads
WHERE (translate(vrm, 'IO', '10'), captured_at) IN (
        SELECT translate(key.1, 'IO', '10'), fromUnixTimestamp64Milli(key.2, 'UTC')
        FROM (SELECT arrayJoin({keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}) AS key))
    AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
        IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}
ORDER BY earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
SETTINGS readonly = 1, max_execution_time = 30, max_memory_usage = 1000000000, max_result_rows = 100001,
    output_format_json_named_tuples_as_objects = 0
