-- Copy reads for a hold, whole. Takes: hold_id, shapes, cameras and keys (vrm, captured_ms, force, source, camera).
INSERT INTO held_reads (
    hold_id, vrm, captured_at, force, source, camera, earliness, confidence, late,
    raw, syntax, style, candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
    patch, overview, extra,
    clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms)
SELECT
    {hold_id:String}, vrm, captured_at, force, source, camera, earliness, confidence, late,
    raw, syntax, style, candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
    patch, overview, extra,
    clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms
FROM (
    SELECT * FROM reads
    WHERE translate(vrm, 'IO', '10') IN {shapes:Array(String)}
        AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
            IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}
    ORDER BY earliness DESC LIMIT 1 BY vrm, captured_at, force, source, camera
) AS by_plate
INNER JOIN (
    SELECT vrm, captured_at, force, source, camera, clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms
    FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND translate(vrm, 'IO', '10') IN {shapes:Array(String)}
        AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
            IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}
    ORDER BY earliness DESC LIMIT 1 BY vrm, captured_at, force, source, camera
) AS by_camera USING (vrm, captured_at, force, source, camera)
SETTINGS insert_deduplicate = 0
