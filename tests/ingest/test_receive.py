"""A batch is proved, judged, journalled, and only then acknowledged; sent again it gets the same answer."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.ingest.accept import Reason
from openanpr.ingest.acknowledgement import HeldRead, parse_acknowledgement, write_acknowledgement
from openanpr.ingest.journal import read_entry
from openanpr.ingest.receive import take_batch
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.wire.delivery import read_batch_answer
from openanpr.wire.read_batch import Encoding, pack
from tests.ingest.contracts import at_once
from tests.ingest.world import BATCH, FIXED, LIMITS, MOVING, NOW, World, record

ENCODINGS = pytest.mark.parametrize("encoding", list(Encoding))


def take(world, request, *, at=NOW, limits=LIMITS):
    return take_batch(request, world.intake, received_at=at, limits=limits)


def refusal(world, request, **beside) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        take(world, request, **beside)
    return caught.value


def mixed():
    """Return a good, a late, a held, a doubled and a moving read."""
    return [
        record(),
        record(age_s=90),
        record(MOVING),
        record(),
        record(MOVING, vrm="CD34EFG", place=Place(51.9, -2.1, 4.0)),
    ]


@ENCODINGS
def test_the_answer_tells_what_became_of_every_read(encoding) -> None:
    world = World()
    answer = take(world, world.batch(mixed(), encoding=encoding))
    assert (answer.batch_id, answer.received_at) == (BATCH, NOW)
    assert (answer.accepted, answer.duplicates, answer.late, answer.quarantined) == (4, 1, 1, 1)
    assert answer.held == (HeldRead(2, Reason.NO_PLACE),)


def test_the_answer_on_the_wire_is_what_senders_read_and_comes_back_whole() -> None:
    world = World()
    answer = take(world, world.batch(mixed()))
    written = write_acknowledgement(answer)
    said = read_batch_answer(written)
    assert (said.batch_id, said.accepted, said.duplicates, said.quarantined) == (str(BATCH), 4, 1, 1)
    assert (said.received_at, said.error) == (NOW, None)
    assert parse_acknowledgement(written) == answer
    full = replace(answer, held=tuple(HeldRead(n, Reason.FROM_THE_FUTURE) for n in range(1000)))
    assert len(write_acknowledgement(full)) <= 64 * 1024


@ENCODINGS
@pytest.mark.parametrize("packed", [False, True])
def test_the_journal_gives_back_what_was_accepted_with_its_facts(encoding, packed) -> None:
    world = World()
    body = world.body(mixed(), sent_at=NOW - timedelta(milliseconds=70), encoding=encoding)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    request = world.signed(pack(body) if packed else body, content_type=str(encoding), headers=headers)
    take(world, request)
    (entry,) = world.journal.read()
    sent = mixed()
    assert [read.record for read in entry.accepted] == [sent[0], sent[1], sent[4]]
    assert [read.late for read in entry.accepted] == [False, True, False]
    arrival = entry.arrival
    assert (arrival.device, arrival.signed, arrival.batch_id) == ("gate-1", True, BATCH)
    assert (arrival.clock_lag_ms, arrival.clock_offset_ms) == (70, 70)
    assert (arrival.received_at - arrival.sent_at, arrival.profile) == (
        timedelta(milliseconds=70),
        "test-2026",
    )
    assert entry.said.body == request.body
    assert entry.said.proof["signature"] == request.headers["Signature"]


@ENCODINGS
def test_what_is_held_keeps_its_very_bytes(encoding) -> None:
    world = World()
    odd = {"camera": "53/1/7", "captured_at": "yesterday", "vrm": "AB12CDE", "lane": 2}
    whole = {
        "version": 1,
        "batch_id": str(BATCH),
        "device": "gate-1",
        "sent_at": NOW.isoformat(),
        "reads": [odd, {"camera": "54/1/7", "captured_at": NOW.isoformat(), "vrm": "CD34EFG"}, 7],
    }
    module = msgspec.json if encoding is Encoding.JSON else msgspec.msgpack
    answer = take(world, world.signed(module.encode(whole), content_type=str(encoding)))
    assert [h.reason for h in answer.held] == [Reason.MALFORMED, Reason.NOT_ITS_CAMERA, Reason.MALFORMED]
    (entry,) = world.journal.read()
    assert entry.accepted == ()
    assert [item.raw for item in entry.quarantined] == [module.encode(read) for read in whole["reads"]]
    assert [item.index for item in entry.quarantined] == [0, 1, 2]
    assert {item.form for item in entry.quarantined} == {str(encoding)}
    assert entry.quarantined[0].detail.startswith("captured_at:")
    assert "AB12CDE" not in repr(entry.quarantined)


def test_a_fixed_cameras_place_is_left_out_and_counted() -> None:
    world = World()
    take(world, world.batch([record(FIXED, place=Place(51.9, -2.1))]))
    assert world.journal.read()[0].accepted[0].record.place is None
    assert world.tally.snapshot().reads["place_ignored"] == 1


def test_a_batch_of_bad_reads_alone_is_journalled_and_acknowledged() -> None:
    world = World()
    answer = take(world, world.batch([record(age_s=-60), record(MOVING)]))
    assert (answer.accepted, answer.quarantined) == (0, 2)
    assert [i.reason for i in world.journal.read()[0].quarantined] == [
        Reason.FROM_THE_FUTURE,
        Reason.NO_PLACE,
    ]


def test_an_empty_batch_tells_the_time_alone() -> None:
    world = World()
    assert take(world, world.batch([])).accepted == 0
    assert world.journal.read()[0].arrival.clock_lag_ms == 0


def test_a_batch_sent_again_gets_the_same_answer_and_is_kept_once() -> None:
    world = World()
    first = take(world, world.batch(mixed()))
    later = NOW + timedelta(minutes=3)
    again = world.signed(
        world.body(mixed(), sent_at=later, encoding=Encoding.JSON), content_type="application/json", at=later
    )
    assert take(world, again, at=later) == first
    assert len(world.journal.entries) == 1
    counts = world.tally.snapshot()
    assert counts.batches == {"taken": 1, "repeated": 1}
    assert counts.reads["accepted"] == 4


def test_the_same_batch_many_times_at_once_is_kept_once() -> None:
    world = World()
    requests = [world.batch(mixed()) for _ in range(8)]
    answers = at_once(lambda n: take(world, requests[n], at=NOW + timedelta(milliseconds=n)))
    assert len({write_acknowledgement(answer) for answer in answers}) == 1
    assert len(world.journal.entries) == 1


def test_one_batch_id_is_one_batch_for_each_device_apart() -> None:
    world, other = World(), World(device="gate-2")
    world.ledger.devices |= other.ledger.devices
    take(world, world.batch([record()]))
    theirs = take(world, other.batch([record(vrm="CD34EFG"), record(vrm="EF56GHI")]))
    assert theirs.accepted == 2
    assert len(world.journal.entries) == 2


def test_other_reads_under_a_known_id_are_refused_so_that_the_sender_sends_them_anew() -> None:
    world = World()
    take(world, world.batch([record()]))
    fault = refusal(world, world.batch([record(vrm="CD34EFG")]))
    assert (fault.kind, fault.fault, fault.batch_id) == (Kind.UNREADABLE, "batch_conflict", BATCH)
    assert len(world.journal.entries) == 1


@settings(max_examples=30, deadline=None)
@given(order=st.lists(st.integers(0, 4), min_size=5, max_size=25))
def test_batches_replayed_in_any_order_give_one_copy_of_each(order) -> None:
    world = World()
    answers = {}
    for number in order:
        batch_id = UUID(int=100 + number)
        reads = [record(vrm=f"AB{number}{n}CDE") for n in range(3)]
        answer = take(world, world.batch(reads, batch_id=batch_id))
        assert answers.setdefault(batch_id, answer) == answer
    seen = Counter(r.record.read_id for entry in world.journal.read() for r in entry.accepted)
    assert set(seen.values()) == {1}
    assert len(seen) == 3 * len(set(order))


def test_a_clock_that_runs_ahead_sends_its_reads_to_quarantine() -> None:
    world = World()
    answer = take(world, world.batch([record()], sent_at=NOW + timedelta(seconds=3)))
    assert answer.held == (HeldRead(0, Reason.CLOCK_OFF),)
    assert world.journal.read()[0].arrival.clock_offset_ms == -3000


def test_a_slow_line_alone_never_holds_a_read() -> None:
    world = World()
    for n in range(40):
        delay = timedelta(milliseconds=50 if n < 5 else 8000)
        request = world.batch([record()], batch_id=UUID(int=n), sent_at=NOW - delay)
        assert take(world, request).quarantined == 0
    last = world.journal.read()[-1]
    assert (last.arrival.clock_lag_ms, last.arrival.clock_offset_ms) == (8000, 50)
    assert last.accepted[0].clock_doubtful


def test_what_cannot_be_taken_as_a_whole_is_refused_by_name() -> None:
    world = World()
    body = world.body([record(), record(vrm="CD34EFG")])
    kind = str(Encoding.MESSAGE_PACK)
    other = World(device="gate-2").body([record()])
    cases = [
        (world.signed(b"not a batch"), Kind.UNREADABLE, "unreadable"),
        (world.signed(body, content_type="text/html"), Kind.UNKNOWN_FORM, "unknown_encoding"),
        (
            world.signed(body, content_type=kind, headers={"Content-Encoding": "br"}),
            Kind.UNKNOWN_FORM,
            "unknown_packing",
        ),
        (
            world.signed(body, content_type=kind, headers={"Content-Encoding": "gzip"}),
            Kind.UNREADABLE,
            "unreadable",
        ),
        (world.signed(body, content_type=kind, key=World().key), Kind.NOT_PROVED, "unknown_key"),
        (world.signed(other, content_type=kind), Kind.NOT_ADMITTED, "wrong_device"),
        (
            world.signed(b'{"version": 2, "batch_id": "x", "reads": []}'),
            Kind.UNKNOWN_FORM,
            "unknown_version",
        ),
        (world.signed(b'{"version": 1, "reads": [7]}'), Kind.UNREADABLE, "unreadable"),
    ]
    for request, kind_, fault in cases:
        found = refusal(world, request)
        assert (found.kind, found.fault) == (kind_, fault)
    assert (
        refusal(world, world.batch([record()] * 3), limits=replace(LIMITS, most_reads=2)).fault == "too_large"
    )
    assert world.journal.entries == {}
    refused = world.tally.snapshot().refused
    assert refused == Counter([fault for _, _, fault in cases] + ["too_large"])


def test_the_counts_hold_no_plate_and_no_name() -> None:
    world = World()
    take(world, world.batch(mixed()))
    told = repr(world.tally.snapshot())
    assert "gate-1" in told
    assert not any(word in told for word in ("AB12CDE", "53/1", "The gate"))


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_READ = st.fixed_dictionaries(
    {},
    optional={
        "camera": st.sampled_from(["53/1/7", "53/9/1", "54/1/1", "x"]) | _JUNK,
        "captured_at": st.sampled_from([NOW, "2026-11-22T11:59:59Z", "9999-12-31T23:59:59-23:59"]) | _JUNK,
        "vrm": st.sampled_from(["AB12CDE", "ab", ""]) | _JUNK,
        "place": st.fixed_dictionaries({"lat": st.floats(), "lon": st.floats()}) | _JUNK,
        "confidence": st.floats() | _JUNK,
        "characters": _JUNK,
        "extra": _JUNK,
        "odd": _JUNK,
    },
)
_numbers = itertools.count(1000)


def outcome(world, request):
    """Return the answer and None, or None and what was counted."""
    try:
        return take(world, request), None
    except RefusedError as fault:
        return None, fault.counted


@settings(max_examples=150, deadline=None)
@given(reads=st.lists(_READ | _JUNK, max_size=4), sent_at=st.datetimes().map(str) | st.just(NOW) | _JUNK)
def test_no_batch_raises_anything_undeclared_and_every_read_is_told_of(reads, sent_at) -> None:
    world = World()
    batch_id = UUID(int=next(_numbers))
    said = {"version": 1, "batch_id": str(batch_id), "device": "gate-1", "sent_at": sent_at, "reads": reads}
    try:
        body = msgspec.msgpack.encode(said)
    except (OverflowError, ValueError):
        return
    request = world.signed(body, content_type=str(Encoding.MESSAGE_PACK))
    answer, fault = outcome(world, request)
    if answer is None:
        assert fault in {"unreadable", "unknown_version", "too_large"}
        assert world.journal.entries == {}
        return
    assert answer.accepted + answer.quarantined == len(reads)
    (entry,) = world.journal.read()
    assert len(entry.accepted) == answer.accepted - answer.duplicates
    assert len(entry.quarantined) == answer.quarantined


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=200), encoding=st.sampled_from(list(Encoding)), packed=st.booleans())
def test_no_bytes_raise_anything_undeclared(body, encoding, packed) -> None:
    world = World()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    request = world.signed(body, content_type=str(encoding), headers=headers)
    assert refusal(world, request).counted in {"unreadable", "unknown_version", "too_large"}


def test_what_goes_on_at_once_is_what_the_journal_gives_later() -> None:
    world, noted = World(), {}

    class Fresh:
        def note(self, key, reads) -> None:
            noted[key] = reads

    intake = replace(world.intake, fresh=Fresh())
    moving = record(MOVING, place=Place(51.5, -2.6))
    placed = record(place=Place(51.5, -2.6), vrm="AB34CDE")
    reads = [record(), record(), placed, moving, record(age_s=600, vrm="LATE"), record(CameraId(9, 9, 9))]
    request = world.batch(reads)
    take_batch(request, intake, received_at=NOW, limits=LIMITS)
    (entry,) = world.journal.entries.values()
    assert noted == {entry.key: read_entry(entry.body).accepted}
    assert len(noted[entry.key]) == 4
    noted.clear()
    take_batch(world.batch(reads), intake, received_at=NOW + timedelta(seconds=1), limits=LIMITS)
    assert noted == {}, "a batch that came before has gone on before"
