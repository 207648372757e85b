-- A month that has lost a day is no longer counted again: its summary goes, and its reads are asked.
DROP TABLE IF EXISTS vrm_month_again
