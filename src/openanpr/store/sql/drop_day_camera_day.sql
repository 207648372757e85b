-- Take a day out of the days of cameras. Takes: day (yyyymmdd) and month (its first day).
ALTER TABLE camera_day DELETE IN PARTITION {month:String} WHERE toYYYYMMDD(day) = toUInt32({day:String})
SETTINGS mutations_sync = 2
