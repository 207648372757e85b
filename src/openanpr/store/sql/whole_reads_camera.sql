-- Reads as the order of cameras keeps them. Takes: keys (vrm, captured_ms, force, source, camera), at most a few thousand.
-- Answers, a row for each that is stored: captured_ms, force, source, camera, vrm; then as one list the columns of
-- reads_by_camera from clock to origin_clock_offset_ms.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm,
    tuple(clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
        model, device, batch_id, signed, clock_doubtful, profile, released_from,
        origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms)
FROM reads_by_camera
WHERE (force, source, camera, captured_at) IN (
        SELECT key.3, key.4, key.5, fromUnixTimestamp64Milli(key.2, 'UTC')
        FROM (SELECT arrayJoin({keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}) AS key))
    AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
        IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}
ORDER BY earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
SETTINGS readonly = 1, max_execution_time = 30, max_memory_usage = 1000000000, max_result_rows = 100001,
    output_format_json_named_tuples_as_objects = 0
