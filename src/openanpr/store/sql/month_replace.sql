-- Put a month that was counted again in the place of the old count, at one stroke. Takes: month (its first day).
ALTER TABLE vrm_month REPLACE PARTITION {month:String} FROM vrm_month_again
