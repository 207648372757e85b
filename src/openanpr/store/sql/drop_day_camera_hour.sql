-- Drop a day of the hours of cameras. Takes: day (yyyymmdd).
ALTER TABLE camera_hour DROP PARTITION {day:String}
