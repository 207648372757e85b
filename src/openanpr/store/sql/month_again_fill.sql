-- Count a month again from its reads. Takes: since_ms (the first day still kept, or the month's first) and until_ms.
INSERT INTO vrm_month_again
SELECT
    toStartOfMonth(captured_at) AS month, vrm, toUInt64(count()) AS n,
    min(toDate(captured_at)) AS first_day, max(toDate(captured_at)) AS last_day
FROM reads
WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY month, vrm
SETTINGS insert_deduplicate = 0
