"""A node hands on what it accepted; the next node judges it anew, and keeps who signed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from openanpr.core.span import Span
from openanpr.ingest.accept import Mount, Reason
from openanpr.ingest.arrival import Origin
from openanpr.ingest.device import Device
from openanpr.ingest.feed import Feed, FeedIntake, Message, take_message
from openanpr.ingest.journal import EntryError, TooManyHopsError, origins_of, read_entry
from openanpr.ingest.mend import ReleaseDesk, mend, release
from openanpr.ingest.quarantine import Deed
from openanpr.ingest.receive import said_of, take_batch
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.scope import Scope
from openanpr.ingest.tally import Tally
from openanpr.wire.forwarded import (
    FORWARDED_TYPE,
    MOST_HOPS,
    PUBLIC_KEY,
    OriginProof,
    encode_forwarded,
    encode_origin,
)
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read, pack
from openanpr.wire.signature import Request
from tests.ingest.test_receive import mixed, take
from tests.ingest.world import (
    BATCH,
    FIXED,
    LIMITS,
    MOVING,
    NOW,
    Journal,
    Quarantine,
    Register,
    World,
    record,
)

LATER = NOW + timedelta(seconds=20)
HANDED_ON = UUID(int=9)


class Nation(World):
    """The node to which a force's node forwards: the force is a device here, for all its cameras."""

    def __post_init__(self) -> None:
        self.device = "force-53"
        scope = Scope.parse(["53"])
        self.ledger.devices[self.device] = Device(self.device, "The force", scope, self.key.public, NOW)

    def hand_on(self, origins, *, batch_id=HANDED_ON, at=LATER, sent_at=None, limits=LIMITS):
        head = BatchHead(batch_id, self.device, sent_at or at)
        body = encode_forwarded(head, [encode_origin(o) for o in origins])
        return take(self, self.signed(body, content_type=FORWARDED_TYPE, at=at), at=at, limits=limits)


@pytest.fixture
def nation() -> Nation:
    return Nation()


def entry_of(world) -> bytes:
    """The bytes of the one entry in a journal."""
    (entry,) = world.journal.entries.values()
    return entry.body


def forwarded(*batches, **beside):
    """What a force's node hands on of batches that came to it at NOW."""
    world = World()
    for number, records in enumerate(batches or [[record()]], 1):
        take(world, world.batch(records, batch_id=UUID(int=number), **beside))
    return [o for entry in world.journal.entries.values() for o in origins_of(entry.body)]


def kept(nation):
    return read_entry(entry_of(nation))


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("packed", [False, True])
def test_accepted_reads_arrive_with_their_origin_proved(nation, encoding, packed) -> None:
    force = World()
    body = force.body(mixed(), sent_at=NOW - timedelta(milliseconds=70), encoding=encoding)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    take(force, force.signed(pack(body) if packed else body, content_type=str(encoding), headers=headers))
    (origin,) = origins_of(entry_of(force))
    answer = nation.hand_on([origin])
    assert (answer.accepted, answer.quarantined, answer.duplicates) == (3, 0, 0)
    sent, found = mixed(), kept(nation)
    assert [read.record for read in found.accepted] == [sent[0], sent[1], sent[4]]
    assert [read.late for read in found.accepted] == [False, True, False]
    assert {read.origin for read in found.accepted} == {
        Origin("gate-1", f"gate-1/{BATCH}", NOW, 70, OriginProof.VERIFIED)
    }
    assert (found.arrival.device, found.arrival.received_at) == ("force-53", LATER)
    assert kept(nation) == found


def test_late_is_judged_where_the_read_comes_to(nation) -> None:
    (origin,) = forwarded([record(age_s=50)])
    nation.hand_on([origin])
    (read,) = kept(nation).accepted
    assert read.late, "50 s at the force, 70 s here: more than the 60 that are allowed"


def test_a_clock_that_the_first_node_doubted_stays_doubtful(nation) -> None:
    origins = forwarded([record()], sent_at=NOW - timedelta(milliseconds=1500))
    nation.hand_on(origins)
    (read,) = kept(nation).accepted
    assert (read.clock_doubtful, read.origin.clock_offset_ms) == (True, 1500)


def test_two_clocks_that_are_each_a_little_off_make_a_read_doubtful(nation) -> None:
    origins = forwarded([record()], sent_at=NOW - timedelta(milliseconds=700))
    nation.hand_on(origins, sent_at=LATER - timedelta(milliseconds=700))
    assert kept(nation).accepted[0].clock_doubtful
    other = Nation()
    other.hand_on(origins)
    assert not kept(other).accepted[0].clock_doubtful


def test_what_was_changed_on_the_way_is_held_and_the_rest_is_taken(nation) -> None:
    good, bad = forwarded([record()], [record(vrm="CD34EFG"), record(vrm="EF56GHI", age_s=3)])
    other = encode_batch(
        BatchHead(BATCH, "gate-1", NOW), [encode_read(record(vrm=v)) for v in ("XX11XXX", "YY22YYY")]
    )
    answer = nation.hand_on([good, replace(bad, body=other)])
    assert (answer.accepted, answer.quarantined) == (1, 2)
    found = kept(nation)
    assert [r.record.vrm for r in found.accepted] == ["AB12CDE"]
    assert {item.reason for item in found.quarantined} == {Reason.ORIGIN_NOT_PROVED}
    assert [item.raw for item in found.quarantined] == [
        encode_read(record(vrm=v)) for v in ("XX11XXX", "YY22YYY")
    ]
    assert nation.tally.snapshot().quarantined[Reason.ORIGIN_NOT_PROVED, "force-53"] == 2


def test_a_body_that_can_no_longer_be_read_is_held_whole(nation) -> None:
    (bad,) = forwarded([record(), record(vrm="CD34EFG")])
    broken = replace(bad, body=bad.body[:-9])
    answer = nation.hand_on([broken])
    assert (answer.accepted, answer.quarantined) == (0, 2)
    assert [item.raw for item in kept(nation).quarantined] == [broken.body, b""]
    assert {item.reason for item in kept(nation).quarantined} == {Reason.ORIGIN_NOT_PROVED}


def test_marks_that_do_not_fit_an_unsigned_body_hold_it(nation) -> None:
    (bad,) = forwarded()
    answer = nation.hand_on([replace(bad, proof={}, marks=b"\1\1")])
    assert (answer.accepted, answer.quarantined) == (0, 2)
    assert {item.reason for item in kept(nation).quarantined} == {Reason.MALFORMED}


def test_without_the_key_a_read_is_taken_and_says_that_it_is_not_verified(nation) -> None:
    (origin,) = forwarded()
    proof = {name: value for name, value in origin.proof.items() if name != PUBLIC_KEY}
    nation.hand_on([replace(origin, proof=proof)])
    assert [r.origin.proof for r in kept(nation).accepted] == [OriginProof.KEY_UNKNOWN]


def test_a_feeds_reads_go_on_unsigned_and_its_lost_parts_stay(nation) -> None:
    feed = Feed("axis-1", "North", Scope.parse(["53/1"]), "T", b"d", most_message_bytes=1000)
    intake = FeedIntake(None, None, Register({FIXED: Mount.FIXED}), Journal(), Tally())
    message = Message((record(), record(MOVING)), ("one part",), b'{"vendor":1}', "application/json")
    take_message(feed, message, intake, received_at=NOW, limits=LIMITS)
    (entry,) = intake.journal.entries.values()
    nation.hand_on(origins_of(entry.body))
    (read,) = kept(nation).accepted
    assert (read.record, read.origin.device, read.origin.proof) == (record(), "axis-1", OriginProof.UNSIGNED)


def test_a_released_read_goes_on_late_and_unsigned(nation) -> None:
    force = World()
    take(force, force.batch([record(age_s=-10)]))
    quarantine = Quarantine()
    quarantine.put(read_entry(entry_of(force)).quarantined)
    (item,) = quarantine.items.values()
    desk = ReleaseDesk(quarantine, force.book, force.register, force.journal)
    patch = msgspec.json.encode({"captured_at": NOW.isoformat()})
    deed = Deed("ann", LATER, "the clock was set wrong")
    quarantine.change(mend(item, patch, deed))
    release(item.item_id, deed, desk, limits=LIMITS, version=1)
    *_, released = force.journal.entries.values()
    nation.hand_on(origins_of(released.body))
    (read,) = kept(nation).accepted
    assert (read.late, read.clock_doubtful, read.origin.proof) == (True, True, OriginProof.UNSIGNED)


def test_what_was_held_or_doubled_is_not_handed_on() -> None:
    (origin,) = forwarded(mixed())
    assert origin.marks == b"\1\1\0\0\1"
    assert forwarded([record(MOVING)]) == []


def test_the_next_node_holds_what_is_not_the_senders_with_its_very_bytes(nation) -> None:
    force = World()
    other = FIXED.__class__(54, 1, 1)
    scope = Scope.parse(["53", "54"])
    force.ledger.devices["gate-1"] = replace(force.ledger.devices["gate-1"], scope=scope)
    force.register.mounts[other] = Mount.FIXED
    reads = [record(), record(other), record(vrm="CD34EFG")]
    take(force, force.batch(reads))
    nation.hand_on(origins_of(entry_of(force)))
    (item,) = kept(nation).quarantined
    assert (item.reason, item.index, item.form) == (Reason.NOT_ITS_CAMERA, 1, Encoding.MESSAGE_PACK)
    assert item.raw == encode_read(reads[1])


def test_the_same_again_gets_the_same_answer_and_others_under_its_id_are_refused(nation) -> None:
    origins = forwarded([record()], [record(vrm="CD34EFG")])
    first = nation.hand_on(origins)
    assert nation.hand_on(origins, at=LATER + timedelta(seconds=5)) == first
    assert len(nation.journal.entries) == 1
    with pytest.raises(RefusedError) as caught:
        nation.hand_on(origins[:1])
    assert (caught.value.kind, caught.value.fault) == (Kind.UNREADABLE, "batch_conflict")


def test_a_third_node_still_sees_who_signed_first(nation) -> None:
    origins = forwarded(mixed(), sent_at=NOW - timedelta(milliseconds=70))
    nation.hand_on(origins, sent_at=LATER - timedelta(milliseconds=30))
    (further,) = origins_of(entry_of(nation))
    assert (further.hops, further.clock_offset_ms, further.body) == (2, 100, origins[0].body)
    union = Nation()
    union.hand_on([further])
    assert {r.origin.proof for r in kept(union).accepted} == {OriginProof.VERIFIED}
    assert {r.origin.device for r in kept(union).accepted} == {"gate-1"}


def test_what_the_second_node_held_the_third_never_gets(nation) -> None:
    good, bad = forwarded([record()], [record(vrm="CD34EFG")])
    nation.hand_on([good, replace(bad, body=good.body)])
    (further,) = origins_of(entry_of(nation))
    assert further.key == good.key


def test_nodes_that_forward_in_a_circle_are_found_out(nation) -> None:
    (origin,) = forwarded()
    nation.hand_on([replace(origin, hops=MOST_HOPS)])
    with pytest.raises(TooManyHopsError, match="forward to each other"):
        origins_of(entry_of(nation))


def test_another_nodes_clock_and_scope_are_judged_as_any_devices(nation) -> None:
    for n in range(4):
        nation.hand_on(forwarded(), batch_id=UUID(int=50 + n), sent_at=LATER - timedelta(seconds=9))
    *_, last = nation.journal.read()
    assert {item.reason for item in last.quarantined} == {Reason.CLOCK_OFF}


@pytest.mark.parametrize(
    ("body", "fault"), [(b"\xc1", "unreadable"), (msgspec.msgpack.encode({"version": 2}), "unknown_version")]
)
def test_what_is_no_forwarded_batch_is_refused(nation, body, fault) -> None:
    with pytest.raises(RefusedError) as caught:
        take_batch(
            nation.signed(body, content_type=FORWARDED_TYPE), nation.intake, received_at=NOW, limits=LIMITS
        )
    assert caught.value.fault == fault


@pytest.mark.parametrize("change", [{"marks": b""}, {"origins": []}, {"origins": ["perhaps"]}])
def test_an_entry_that_contradicts_itself_is_refused(nation, change) -> None:
    nation.hand_on(forwarded())
    damaged = msgspec.msgpack.decode(entry_of(nation)) | change
    with pytest.raises(EntryError):
        read_entry(msgspec.msgpack.encode(damaged))


def test_a_header_that_was_not_signed_is_no_part_of_the_proof(nation) -> None:
    force = World()
    request = force.batch([record()])
    take(force, replace(request, headers={**request.headers, "X-Beside": "not signed"}))
    (origin,) = origins_of(entry_of(force))
    assert "x-beside" not in origin.proof
    nation.hand_on([origin])
    assert kept(nation).accepted[0].origin.proof is OriginProof.VERIFIED


def test_each_header_that_was_signed_is_part_of_the_proof() -> None:
    headers = {
        "Content-Type": "application/json",
        "Date": "today",
        "Signature-Input": 'a=("@method" "date" "content-type");keyid="k"',
        "X-Beside": "not signed",
    }
    said = said_of(Request("POST", "https://node.example/v1/batches", headers, b""), World().key.public)
    assert said.proof["date"] == "today"
    assert "x-beside" not in said.proof


def test_a_camera_without_a_case_here_is_taken_from_the_node_that_answers_for_it_alone(nation) -> None:
    nation.register.shut[FIXED] = (Span(NOW - timedelta(days=1), NOW + timedelta(days=1)),)
    assert nation.hand_on(forwarded()).accepted == 1
    answer = take(nation, nation.batch([record()], batch_id=UUID(int=77)))
    assert [one.reason for one in answer.held] == [Reason.CAMERA_LAPSED], "its own reads are not another's"
    nation.register.cased.add(FIXED)
    again = nation.hand_on(forwarded([record(vrm="ZZ99ZZZ")]), batch_id=UUID(int=78))
    assert [one.reason for one in again.held] == [Reason.CAMERA_LAPSED]
