-- The same where retention counts a month again: a partition is taken over only between tables of one form.
ALTER TABLE vrm_month_again
    ADD COLUMN IF NOT EXISTS code UInt64
        MATERIALIZED if(length(vrm) > 8, 0, reinterpretAsUInt64(reverse(leftPad(vrm, 8, '\0')))) CODEC(T64, ZSTD(1)),
    ADD INDEX IF NOT EXISTS long code TYPE minmax GRANULARITY 1
