-- The door: every read comes in here once, with all that is known of it. It keeps nothing itself
-- (engine Null); the views that follow carry each part of it to where it is kept.
-- confidence is in ten-thousandths; candidate_p, character_p and rival_p in millionths; lat_e7 and lon_e7 in
-- ten-millionths of a degree. An empty raw, candidate plate or character_c means "as in vrm".
-- released_from is empty for a read that was never held.
CREATE TABLE IF NOT EXISTS arrivals (
    vrm String,
    captured_at DateTime64(3, 'UTC'),
    force UInt32,
    source UInt32,
    camera UInt32,
    earliness UInt64,
    confidence Nullable(UInt16),
    late Bool,
    raw String,
    syntax String,
    style String,
    candidate_plate Array(String),
    candidate_p Array(UInt32),
    character_c Array(String),
    character_p Array(UInt32),
    rival_at Array(UInt8),
    rival_c Array(String),
    rival_p Array(UInt32),
    patch FixedString(32),
    overview FixedString(32),
    extra String,
    clock String,
    clock_error_ms Nullable(Int32),
    clock_offset_ms Nullable(Int32),
    direction String,
    frames UInt32,
    lat_e7 Nullable(Int32),
    lon_e7 Nullable(Int32),
    place_error_m Nullable(Float32),
    model String,
    device String,
    batch_id UUID,
    signed Bool,
    clock_doubtful Bool,
    profile String,
    released_from String
) ENGINE = Null
