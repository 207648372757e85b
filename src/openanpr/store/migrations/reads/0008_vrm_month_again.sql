-- Where retention counts a month again, before the month of vrm_month is replaced as a whole.
CREATE TABLE IF NOT EXISTS vrm_month_again AS vrm_month
