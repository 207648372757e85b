-- Carries arrivals into the order of plates. A view moves only what arrives after it was made.
CREATE MATERIALIZED VIEW IF NOT EXISTS reads_arrive TO reads AS
SELECT
    vrm, captured_at, force, source, camera, earliness, confidence, late,
    raw, syntax, style, candidate_plate, candidate_p, character_c, character_p, rival_at, rival_c, rival_p,
    patch, overview, extra
FROM arrivals
