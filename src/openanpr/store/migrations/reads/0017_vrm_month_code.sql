-- A VRM of up to eight characters as one number, its last character lowest; 0 stands for a longer one. A form that begins
-- with a wildcard looks at every VRM, and numbers are looked through several times faster than text.
ALTER TABLE vrm_month
    ADD COLUMN IF NOT EXISTS code UInt64
        MATERIALIZED if(length(vrm) > 8, 0, reinterpretAsUInt64(reverse(leftPad(vrm, 8, '\0')))) CODEC(T64),
    ADD INDEX IF NOT EXISTS long code TYPE minmax GRANULARITY 1
