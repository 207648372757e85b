-- How many pictures are set aside, by reason. Columns: reason, count.
SELECT aside, count(*) FROM pictures WHERE aside IS NOT NULL GROUP BY aside ORDER BY aside
