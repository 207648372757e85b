-- Carries the hashes of pictures on: of a read without pictures nothing.
CREATE MATERIALIZED VIEW IF NOT EXISTS announced_arrive TO announced AS
SELECT
    arrayJoin(arrayFilter(hash -> hash != toFixedString('', 32), arrayDistinct([patch, overview]))) AS sha256,
    captured_at, force, source, camera
FROM arrivals
