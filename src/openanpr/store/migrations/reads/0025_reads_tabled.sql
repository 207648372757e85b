-- What a table of results shows of a read stands in the order of plates too: to look each one up in the order of cameras cost
-- more than to find it. `tabled`: the row has it; one that was stored before has not, and is looked up there as before.
-- code is that of vrm_month (0017): a form that begins with a wildcard looks at every read of a span, as numbers.
ALTER TABLE reads
    ADD COLUMN IF NOT EXISTS tabled Bool DEFAULT false CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS clock_doubtful Bool CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS direction LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS lat_e7 Nullable(Int32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS lon_e7 Nullable(Int32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS place_error_m Nullable(Float32) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS code UInt64
        MATERIALIZED if(length(vrm) > 8, 0, reinterpretAsUInt64(reverse(leftPad(vrm, 8, '\0')))) CODEC(T64, ZSTD(1)),
    ADD INDEX IF NOT EXISTS long code TYPE minmax GRANULARITY 1
