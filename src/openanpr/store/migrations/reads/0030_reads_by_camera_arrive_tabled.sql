-- Carries arrivals into the order of cameras, with what a table shows.
CREATE MATERIALIZED VIEW IF NOT EXISTS reads_by_camera_arrive TO reads_by_camera AS
SELECT
    vrm, captured_at, force, source, camera, earliness, confidence, late,
    clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from,
    origin_proof, origin_device, origin_key, origin_latency_ms, origin_clock_offset_ms,
    true AS tabled, style, candidate_plate, candidate_p
FROM arrivals
