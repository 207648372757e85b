-- Which VRMs have this form, which begins with a character? Takes: pattern (LIKE, of shapes), since_month and until_month
-- (first days, both in), limit. Answers: vrm, n, first_day and last_day (days since 1970-01-01), last seen first.
SELECT vrm, sum(n), toUInt32(min(first_day)), toUInt32(max(last_day)) AS last
FROM vrm_month
WHERE month >= toDate({since_month:String}) AND month <= toDate({until_month:String})
    AND translate(vrm, 'IO', '10') LIKE {pattern:String}
GROUP BY vrm
ORDER BY last DESC, vrm
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
