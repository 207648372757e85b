-- Takes reads with all their columns (migrations/reads/0001_arrivals.sql).
INSERT INTO arrivals (
    vrm, captured_at, force, source, camera, earliness, confidence, late, raw, syntax, style,
    candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p, patch, overview, extra,
    clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms)
