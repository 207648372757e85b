-- How many reads a batch stands for. :batch its seq. Columns: reads.
SELECT coalesce(sum(holds), 0) FROM reads WHERE batch = :batch
