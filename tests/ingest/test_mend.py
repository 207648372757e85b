"""A person sets a held read right and lets it through, or puts it away; who, when and why stay with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.span import Span
from openanpr.ingest.accept import Mount, Reason
from openanpr.ingest.device import Revocation
from openanpr.ingest.mend import (
    MendError,
    ReleaseDesk,
    StillHeldError,
    discard,
    emptied,
    mend,
    mended_record,
    overdue,
    release,
)
from openanpr.ingest.quarantine import ChangedMeanwhileError, Deed, State
from openanpr.ingest.receive import take_batch
from openanpr.wire.read_batch import Encoding
from tests.ingest.contracts import quarantined
from tests.ingest.world import FIXED, LIMITS, MOVING, NOW, Quarantine, World, record

SOON = NOW + timedelta(hours=1)
DEED = Deed("ann", SOON, "read off the picture")
HERE = b'{"place": {"lat": 51.9, "lon": -2.1}}'


class Desk:
    """A world with one held read, and the desk at which it is mended."""

    def __init__(self, read, *, encoding=Encoding.MESSAGE_PACK, sent_at=NOW) -> None:
        self.world = World()
        self.quarantine = Quarantine()
        take_batch(
            self.world.batch([read], encoding=encoding, sent_at=sent_at),
            self.world.intake,
            received_at=NOW,
            limits=LIMITS,
        )
        (entry,) = self.world.journal.read()
        self.quarantine.put(entry.quarantined)
        (self.item,) = entry.quarantined

    @property
    def ports(self) -> ReleaseDesk:
        world = self.world
        return ReleaseDesk(self.quarantine, world.book, world.register, world.journal)

    def mend(self, patch) -> None:
        self.item = mend(self.item, patch, DEED)
        self.quarantine.change(self.item)

    def release(self, *, ports=None, deed=DEED, limits=LIMITS):
        ports = ports or self.ports
        return release(self.item.item_id, deed, ports, limits=limits, version=self.item.version)

    def released(self) -> list:
        return [r for e in self.world.journal.read() if e.arrival.released_from for r in e.accepted]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_mended_read_goes_through_late_and_names_where_it_waited(encoding) -> None:
    desk = Desk(record(MOVING, age_s=2), encoding=encoding)
    raw = desk.item.raw
    desk.mend(HERE)
    done = desk.release()
    assert (done.state, done.end, done.raw) == (State.RELEASED, DEED, raw)
    assert [m.deed for m in done.mends] == [DEED]
    (read,) = desk.released()
    assert read.record == record(MOVING, age_s=2, place=Place(51.9, -2.1))
    assert (read.late, read.clock_doubtful) == (True, False)
    assert read.arrival == replace(desk.item.arrival, key=read.arrival.key, released_from=desk.item.item_id)


def test_a_read_that_is_still_wrong_stays_and_says_why() -> None:
    desk = Desk(record(MOVING))
    with pytest.raises(StillHeldError) as caught:
        desk.release()
    assert caught.value.reason is Reason.NO_PLACE
    assert desk.quarantine.find(desk.item.item_id) == desk.item
    assert desk.released() == []


def test_it_is_judged_by_the_register_and_the_scope_of_today() -> None:
    desk = Desk(record(CameraId(53, 1, 8)))
    with pytest.raises(StillHeldError):
        desk.release()
    desk.world.register.mounts[CameraId(53, 1, 8)] = Mount.FIXED
    desk.world.book.revoke("gate-1", Revocation(NOW, "bob", "stolen since"))
    assert desk.release().state is State.RELEASED
    gone = Desk(record(CameraId(53, 1, 8)))
    gone.world.ledger.devices.clear()
    with pytest.raises(StillHeldError, match="not enrolled"):
        gone.release()


def test_a_read_of_a_lapsed_camera_does_not_come_through_by_a_late_renewal() -> None:
    desk = Desk(record(MOVING, age_s=60))
    desk.world.register.shut[MOVING] = (Span(NOW - timedelta(days=1), NOW - timedelta(seconds=30)),)
    desk.mend(HERE)
    with pytest.raises(StillHeldError) as caught:
        desk.release()
    assert caught.value.reason is Reason.CAMERA_LAPSED
    desk.world.register.shut[MOVING] = (Span(NOW - timedelta(days=1), NOW - timedelta(seconds=90)),)
    assert desk.release().state is State.RELEASED, "captured after the renewal"


def test_a_read_that_was_held_for_its_cameras_lapse_is_not_released_for_a_sender_of_a_whole_source() -> None:
    world = World()
    world.register.shut[FIXED] = (Span(NOW - timedelta(days=1), NOW + timedelta(days=1)),)
    assert FIXED not in world.ledger.devices[world.device].scope.cameras
    take_batch(world.batch([record()]), world.intake, received_at=NOW, limits=LIMITS)
    (entry,) = world.journal.read()
    (item,) = entry.quarantined
    quarantine = Quarantine()
    quarantine.put([item])
    desk = ReleaseDesk(quarantine, world.book, world.register, world.journal)
    with pytest.raises(StillHeldError) as caught:
        release(item.item_id, DEED, desk, limits=LIMITS, version=0)
    assert caught.value.reason is Reason.CAMERA_LAPSED


def test_a_read_held_for_its_clock_goes_through_doubtful_because_a_person_vouches() -> None:
    desk = Desk(record(), sent_at=NOW + timedelta(seconds=3))
    assert desk.item.reason is Reason.CLOCK_OFF
    desk.release()
    assert [(r.late, r.clock_doubtful) for r in desk.released()] == [(True, True)]


def test_nobody_can_vouch_for_a_read_older_than_the_profile_or_captured_after_it_came() -> None:
    old = Desk(record(MOVING, age_s=29 * 86400))
    old.mend(HERE)
    with pytest.raises(StillHeldError) as caught:
        old.release(deed=replace(DEED, at=NOW + timedelta(days=2)))
    assert caught.value.reason is Reason.TOO_OLD
    ahead = Desk(record(age_s=-60))
    with pytest.raises(StillHeldError) as caught:
        ahead.release()
    assert caught.value.reason is Reason.FROM_THE_FUTURE
    ahead.mend(b'{"captured_at": "2026-11-22T11:59:59Z"}')
    assert ahead.release().state is State.RELEASED


def test_to_release_again_changes_nothing() -> None:
    desk = Desk(record(MOVING))
    desk.mend(HERE)
    done = desk.release()
    assert desk.release(deed=Deed("bob", SOON, "me too")) == done
    assert len(desk.released()) == 1


def test_nobody_releases_what_was_changed_since_they_looked() -> None:
    desk = Desk(record(MOVING))
    stale = desk.item.version
    desk.mend(HERE)
    with pytest.raises(ChangedMeanwhileError):
        release(desk.item.item_id, DEED, desk.ports, limits=LIMITS, version=stale)
    with pytest.raises(MendError, match="no quarantined read"):
        release("nothing#0001", DEED, desk.ports, limits=LIMITS, version=0)


class Failing:
    """A port that fails at its n-th change, before or after it is done."""

    def __init__(self, port, method, call, *, after) -> None:
        self._port, self._method, self._left, self._after = port, method, call, after

    def __getattr__(self, name):
        deed = getattr(self._port, name)
        if name != self._method:
            return deed

        def call(*args):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise OSError("the disk is gone")
            done = deed(*args)
            if self._left == 0:
                raise OSError("the disk is gone")
            return done

        return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("port", "method", "call"), [("q", "change", 1), ("j", "append", 1), ("q", "change", 2)]
)
def test_a_release_that_breaks_in_the_middle_is_finished_once_and_cannot_be_mended_between(
    port, method, call, after
) -> None:
    desk = Desk(record(MOVING))
    desk.mend(HERE)
    if port == "q":
        ports = replace(desk.ports, quarantine=Failing(desk.quarantine, method, call, after=after))
    else:
        ports = replace(desk.ports, journal=Failing(desk.world.journal, method, call, after=after))
    with pytest.raises(OSError, match="disk"):
        desk.release(ports=ports)
    between = desk.quarantine.find(desk.item.item_id)
    if between.state is not State.WAITING:
        with pytest.raises(MendError, match="already"):
            mend(between, HERE, DEED)
    assert desk.release().state is State.RELEASED
    assert len(desk.released()) == 1


def test_a_release_that_may_no_more_be_finished_waits_again() -> None:
    desk = Desk(record(MOVING))
    desk.mend(HERE)
    broken = replace(desk.ports, journal=Failing(desk.world.journal, "append", 1, after=False))
    with pytest.raises(OSError, match="disk"):
        desk.release(ports=broken)
    desk.world.register.mounts.clear()
    with pytest.raises(StillHeldError):
        desk.release()
    waiting = desk.quarantine.find(desk.item.item_id)
    assert (waiting.state, waiting.end) == (State.WAITING, None)


def test_a_read_that_could_not_be_read_is_given_whole() -> None:
    item = quarantined(form="application/json", raw=b"\xff{")
    with pytest.raises(MendError, match="camera"):
        mended_record(item)
    patch = {"camera": "53/1/7", "captured_at": "2026-11-22T11:59:58Z", "vrm": "AB12CDE"}
    whole = mend(item, json.dumps(patch).encode(), DEED)
    assert mended_record(whole).vrm == "AB12CDE"
    wrong = mend(whole, b'{"vrm": "ab 12", "odd": {"x": 1}}', DEED)
    with pytest.raises(MendError) as caught:
        mended_record(wrong)
    assert "ab 12" not in str(caught.value)
    assert mended_record(mend(wrong, b'{"vrm": "AB12CDF"}', DEED)).extra == '{"odd":{"x":1}}'


@pytest.mark.parametrize("patch", [b"", b"[]", b"7", b"\xff", b'{"a":' + b"1" * 70_000 + b"}"])
def test_a_change_that_is_no_object_of_fields_is_refused(patch) -> None:
    with pytest.raises(MendError, match="change"):
        mend(quarantined(), patch, DEED)


@given(raw=st.binary(max_size=60), patch=st.dictionaries(st.text(max_size=9), st.integers() | st.text()))
def test_no_raw_and_no_change_raise_anything_undeclared(raw, patch) -> None:
    for form in (*Encoding, "image/jpeg"):
        item = mend(quarantined(raw=raw, form=str(form)), json.dumps(patch).encode(), DEED)
        with pytest.raises(MendError):
            mended_record(item)


# The test cases of RFC 7396, appendix A, whose target is an object; `vrm` and the rest are put beside.
@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_change_is_a_merge_patch(target, patch, result) -> None:
    known = {"camera": "53/1/7", "captured_at": "2026-11-22T11:59:58Z", "vrm": "AB12CDE"}
    item = quarantined(raw=json.dumps(known | target).encode())
    merged = mended_record(mend(item, json.dumps(patch).encode(), DEED))
    assert json.loads(merged.extra) == result


def test_a_discarded_read_stays_to_be_seen_and_is_not_changed_again() -> None:
    item = discard(quarantined(), Deed("ann", NOW, "a bicycle"))
    assert (item.state, item.end.why, item.raw) == (State.DISCARDED, "a bicycle", quarantined().raw)
    for change in (lambda: discard(item, DEED), lambda: mend(item, HERE, DEED)):
        with pytest.raises(MendError, match="already"):
            change()
    with pytest.raises(ValueError, match="person and the reason"):
        Deed("ann", NOW, "  ")


def test_retention_empties_what_was_said_and_keeps_what_was_done() -> None:
    item = mend(quarantined(), b'{"vrm": "CD34EFG"}', DEED)
    then = NOW + timedelta(days=365)
    assert not overdue(item, now=then, limits=LIMITS)
    assert overdue(item, now=then + timedelta(seconds=1), limits=LIMITS)
    gone = emptied(item, at=then)
    assert (gone.raw, gone.mends[0].patch, gone.mends[0].deed) == (b"", b"{}", DEED)
    assert (gone.state, gone.end.by, gone.reason) == (State.DISCARDED, "retention", item.reason)
    assert not overdue(gone, now=then + timedelta(days=9), limits=LIMITS)
    kept = emptied(discard(item, DEED), at=then)
    assert kept.end == DEED
