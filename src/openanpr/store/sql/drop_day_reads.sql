-- Drop a day of the order of plates. Takes: day (yyyymmdd).
ALTER TABLE reads DROP PARTITION {day:String}
