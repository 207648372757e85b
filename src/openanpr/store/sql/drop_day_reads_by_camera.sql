-- Drop a day of the order of cameras. Takes: day (yyyymmdd).
ALTER TABLE reads_by_camera DROP PARTITION {day:String}
