-- Counts arrivals by VRM and month.
CREATE MATERIALIZED VIEW IF NOT EXISTS vrm_month_arrive TO vrm_month AS
SELECT
    toStartOfMonth(captured_at) AS month, vrm, toUInt64(count()) AS n,
    min(toDate(captured_at)) AS first_day, max(toDate(captured_at)) AS last_day
FROM arrivals
GROUP BY month, vrm
