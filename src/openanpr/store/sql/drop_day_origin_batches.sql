-- Drop a day of batches as they first came to another node. Takes: day (yyyymmdd).
ALTER TABLE origin_batches DROP PARTITION {day:String}
