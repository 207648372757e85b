-- Drop a day of announcements of pictures. Takes: day (yyyymmdd).
ALTER TABLE announced DROP PARTITION {day:String}
