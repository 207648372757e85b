-- Carries arrivals into the order of plates, with what a table shows.
CREATE MATERIALIZED VIEW IF NOT EXISTS reads_arrive TO reads AS
SELECT
    vrm, captured_at, force, source, camera, earliness, confidence, late,
    raw, syntax, style, candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
    patch, overview, extra,
    true AS tabled, clock_doubtful, direction, lat_e7, lon_e7, place_error_m
FROM arrivals
