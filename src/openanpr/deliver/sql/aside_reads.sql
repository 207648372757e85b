-- How many reads are set aside, by reason. Columns: reason, count.
SELECT aside, sum(holds) FROM reads WHERE aside IS NOT NULL GROUP BY aside ORDER BY aside
