"""What a device signed is kept as it came for as long as its oldest read, and proves the stored reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.place import Place
from openanpr.core.read import Candidate
from openanpr.ingest.journal import read_entry
from openanpr.store.engine import Statement
from openanpr.store.holds import Hold, held_reads, place_hold
from openanpr.store.origins import OriginError, OriginThatCame, verify_origin, write_origins
from openanpr.store.reads_named import whole_read
from openanpr.store.retention import RetentionError, RetentionRule, returned_days, run_retention
from openanpr.wire.forwarded import PUBLIC_KEY, decode_forwarded
from tests.ingest.test_forwarded import Nation, forwarded
from tests.ingest.world import MOVING, NOW, record
from tests.store.conftest import key_of
from tests.store.reads import LONG_AGO, arrived

DAY = timedelta(days=1)
RULE = RetentionRule("short-2026", 3, "a test")
FULL = record(
    MOVING,
    vrm="CD34EFG",
    candidates=(Candidate("CD34EFG", 0.9612345678), Candidate("CD84EFG", 0.0123456)),
    place=Place(51.864243312, -2.238040177, 4.1),
    extra='{"lane":2}',
)
HELD = Statement("held", "SELECT count() FROM held_origin_batches")
HELD_BY = Statement("held by", "SELECT hold_id FROM held_origin_batches")
ALL = Statement("all", "SELECT key, came_with, toYYYYMMDD(oldest) FROM origin_batches ORDER BY key")


def came(origins):
    """What the nation accepts of origins, and the origins themselves as the journal has them."""
    nation = Nation()
    nation.hand_on(origins)
    (entry,) = nation.journal.entries.values()
    found = read_entry(entry.body)
    batches = [
        OriginThatCame(
            origin,
            entry.key,
            min(r.record.captured_at for r in found.accepted if r.origin.key == origin.key),
        )
        for origin in decode_forwarded(found.said.body).origins
    ]
    return found.accepted, batches


@pytest.fixture
def store(engine, write):
    """Stores what came, and gives the reads back as they are stored."""

    def store(reads, batches):
        write_origins(engine, batches, group="group", kept_from=LONG_AGO)
        write(*reads)
        return [whole_read(engine, key_of(read)) for read in reads]

    return store


def test_each_stored_read_is_proved_by_the_bytes_that_its_device_signed(engine, store) -> None:
    reads = store(*came(forwarded([record(), FULL, record(age_s=9, place=FULL.place)], [record(age_s=7)])))
    assert [read.origin.device for read in reads] == ["gate-1"] * 4
    assert reads[2].record.place is None, "a fixed camera's own place is not believed"
    for read in reads:
        verify_origin(engine, read)


@pytest.mark.parametrize(
    "change",
    [
        "body = concat(substring(body, 1, length(body) - 1), 'x')",
        "body = ''",
        "packed = not packed",
        "form = 'application/json'",
        "proof = replaceOne(proof, '\"signature\":', '\"signature-no-more\":')",
        "proof = replaceOne(proof, '{PUBLIC_KEY}', 'no-key')",
        "proof = replaceOne(proof, '/v1/batches', '/v2/batches')",
    ],
)
def test_what_was_changed_in_the_store_proves_nothing(engine, store, change) -> None:
    (read,) = store(*came(forwarded([record()])))
    change = change.replace("{PUBLIC_KEY}", PUBLIC_KEY)
    engine.run(
        Statement(
            "change", f"ALTER TABLE origin_batches UPDATE {change} WHERE 1 SETTINGS mutations_sync = 2"
        ),
        {},
    )
    with pytest.raises(OriginError):
        verify_origin(engine, read)


def test_a_body_that_was_changed_together_with_its_read_fits_no_signature(engine, store) -> None:
    (read,) = store(*came(forwarded([record()])))
    engine.run(
        Statement(
            "change",
            "ALTER TABLE origin_batches UPDATE body = replaceOne(body, 'AB12CDE', 'AB12CDF') WHERE 1 "
            "SETTINGS mutations_sync = 2",
        ),
        {},
    )
    for vrm in ("AB12CDE", "AB12CDF"):
        with pytest.raises(OriginError, match="signature does not fit"):
            verify_origin(engine, replace(read, record=replace(read.record, vrm=vrm, raw=vrm)))


def test_a_read_that_differs_from_what_was_signed_is_not_proved(engine, store) -> None:
    (read,) = store(*came(forwarded([FULL])))
    for record_ in (
        replace(read.record, frames=read.record.frames + 1),
        replace(read.record, confidence=0.9699),
        replace(read.record, vrm="CD34EFH"),
        replace(read.record, place=replace(FULL.place, lat=51.86)),
    ):
        with pytest.raises(OriginError, match="does not have this read"):
            verify_origin(engine, replace(read, record=record_))
    with pytest.raises(OriginError, match="another device"):
        verify_origin(engine, replace(read, origin=replace(read.origin, device="gate-2")))


def test_a_batch_of_the_same_name_that_proves_nothing_takes_nothing_away(engine, store) -> None:
    (origin,) = forwarded([record()])
    reads, (batch,) = came([origin])
    (other,) = forwarded([record(vrm="KX51AAA")])
    (read,) = store(reads, [batch, replace(batch, origin=replace(origin, body=other.body))])
    verify_origin(engine, read)


def test_reads_that_nobody_signed_or_came_straight_here_say_so(engine, store) -> None:
    (signed,) = forwarded([record()])
    (read,) = store(*came([replace(signed, proof={})]))
    with pytest.raises(OriginError, match="no signature"):
        verify_origin(engine, read)
    with pytest.raises(OriginError, match="straight here"):
        verify_origin(engine, arrived())


def test_the_same_group_again_is_kept_once_and_too_old_a_batch_not_at_all(engine) -> None:
    _, batches = came(forwarded([record()], [record(age_s=86_400)]))
    for _ in range(2):
        assert write_origins(engine, batches, group="g", kept_from=NOW.date()) == 1
    assert [row[2] for row in engine.rows(ALL, {}, tuple[str, str, int])] == [20261122]


def test_a_batch_goes_with_the_day_of_its_oldest_read_and_that_is_certified(
    engine, folder_pictures, store
) -> None:
    younger, older = store(*came(forwarded([record(), record(age_s=86_400)])))
    verify_origin(engine, younger)
    verify_origin(engine, older)
    on = NOW + 3 * DAY
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=on).certificates
    assert (certificate.day, certificate.reads) == ((NOW - DAY).date(), 1)
    assert (certificate.origin_batches, certificate.left_origin_batches) == (1, 0)
    assert engine.rows(ALL, {}, tuple[str, str, int]) == []
    with pytest.raises(OriginError, match="goes with the day"):
        verify_origin(engine, younger)


def test_what_a_hold_keeps_is_proved_after_its_day_and_until_the_hold_ends(
    engine, folder_pictures, store
) -> None:
    first, second = forwarded([record(), record(age_s=86_400)], [record(vrm="LM52AAA", age_s=86_400)])
    younger, older, other = store(*came([first, second]))
    for hold in ("case-1", "case-2"):
        until_ = NOW.date() + timedelta(days=9 if hold == "case-1" else 20)
        place_hold(engine, folder_pictures, Hold(hold, "C/12", "Ann", until_), [key_of(younger)], at=NOW)
    key_id = verify_origin(engine, younger)
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=NOW + 3 * DAY).certificates
    assert (certificate.held, certificate.held_origin_batches) == ((), 1), "the held read is of the next day"
    assert (certificate.origin_batches, certificate.left_origin_batches) == (2, 0)
    run_retention(engine, folder_pictures, RULE, at=NOW + 4 * DAY)
    for hold in ("case-1", "case-2"):
        (held,) = held_reads(engine, hold)
        assert verify_origin(engine, held) == key_id
    with pytest.raises(OriginError, match="no longer kept"):
        verify_origin(engine, other)
    run_retention(engine, folder_pictures, RULE, at=NOW + 10 * DAY)
    assert verify_origin(engine, held_reads(engine, "case-2")[0]) == key_id
    run_retention(engine, folder_pictures, RULE, at=NOW + 21 * DAY)
    with pytest.raises(OriginError, match="no longer kept"):
        verify_origin(engine, younger)
    assert engine.rows(HELD, {}, tuple[int]) == [(0,)]
    del older


def test_no_hold_keeps_a_batch_that_names_another_vehicle(engine, folder_pictures, store) -> None:
    held, beside = store(*came(forwarded([record(), record(vrm="KX51AAA")])))
    until = NOW.date() + 9 * DAY
    place_hold(engine, folder_pictures, Hold("one", "C/12", "Ann", until), [key_of(held)], at=NOW)
    both = [key_of(held), key_of(beside)]
    place_hold(engine, folder_pictures, Hold("both", "C/13", "Ann", until), both, at=NOW)
    (certificate,) = run_retention(engine, folder_pictures, RULE, at=NOW + 4 * DAY).certificates
    assert certificate.held_origin_batches == 1
    assert engine.rows(HELD_BY, {}, tuple[str]) == [("both",)]


def test_a_batch_that_is_still_there_after_its_day_is_found(engine, folder_pictures, monkeypatch) -> None:
    _, batches = came(forwarded([record()]))
    write_origins(engine, batches, group="g", kept_from=LONG_AGO)
    with monkeypatch.context() as patched:
        patched.setattr("openanpr.store.retention._DROPS", ())
        with pytest.raises(RetentionError, match="still finds"):
            run_retention(engine, folder_pictures, RULE, at=NOW + 9 * DAY)
    assert run_retention(engine, folder_pictures, RULE, at=NOW + 9 * DAY).certificates
    write_origins(engine, batches, group="another", kept_from=LONG_AGO)
    assert returned_days(engine, folder_pictures) == (NOW.date(),)
