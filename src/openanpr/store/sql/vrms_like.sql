-- Which VRMs have this form? Takes: pattern (LIKE, of shapes), loose (the same with any character for 0 and 1),
-- since_month and until_month (first days, both in), limit.
-- A form that begins with a wildcard looks at every VRM: loose is tried first, for it needs no shape worked out.
-- Answers: vrm, n, first_day and last_day (days since 1970-01-01), last seen first.
SELECT vrm, sum(n), toUInt32(min(first_day)), toUInt32(max(last_day)) AS last
FROM vrm_month
PREWHERE vrm LIKE {loose:String}
WHERE month >= toDate({since_month:String}) AND month <= toDate({until_month:String})
    AND translate(vrm, 'IO', '10') LIKE {pattern:String}
GROUP BY vrm
ORDER BY last DESC, vrm
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
