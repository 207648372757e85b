-- Empty the place where a month is counted again. Takes: month (its first day).
ALTER TABLE vrm_month_again DROP PARTITION {month:String}
