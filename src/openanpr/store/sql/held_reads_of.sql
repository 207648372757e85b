-- Which reads does a hold keep? Takes: hold_id, limit. Answers, oldest first: captured_ms, force, source, camera, vrm;
-- then as two lists the columns of whole_reads_plate and of whole_reads_camera.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm,
    tuple(confidence, late, 1099512676352 - toInt64(earliness), raw, syntax, style,
        candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
        lower(hex(patch)), lower(hex(overview)), extra),
    tuple(clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms)
FROM held_reads
WHERE hold_id = {hold_id:String}
ORDER BY captured_at, vrm, force, source, camera, earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, output_format_json_named_tuples_as_objects = 0
