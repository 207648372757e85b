"""What every implementation of a port must do: one suite each, run here in memory, elsewhere on a database.

A test class derives from a contract and gives the fixture that it names.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta, timezone
from uuid import UUID

import pytest

from openanpr.core.camera import CameraId
from openanpr.ingest.accept import Mount, Reason
from openanpr.ingest.arrival import Arrival
from openanpr.ingest.clock import ClockSample, remembered
from openanpr.ingest.device import Device, Revocation
from openanpr.ingest.enrol import EnrolmentCode
from openanpr.ingest.feed import Feed
from openanpr.ingest.journal import Entry, Kept
from openanpr.ingest.picture import ShelvedPicture
from openanpr.ingest.quarantine import (
    ChangedMeanwhileError,
    Deed,
    Mend,
    QuarantinedRead,
    Query,
    State,
    item_id,
)
from openanpr.ingest.scope import Scope
from openanpr.wire.device_key import DeviceKey
from tests.ingest.world import LIMITS, NOW

SCOPE = Scope.parse(["53", "54/1", "55/1/7"])


def at_once(deed, count=8) -> list:
    """Do `deed(n)` in threads that start together, and return what each returned."""
    gate, results = threading.Barrier(count), [None] * count

    def run(n) -> None:
        gate.wait()
        results[n] = deed(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class JournalContract:
    """Fixture `journal`: an empty journal."""

    ENTRY = Entry("gate-1/1", NOW, b"d" * 32, b"body", b"answer")

    def test_what_was_appended_is_found(self, journal) -> None:
        assert journal.find("gate-1/1") is None
        assert journal.append(self.ENTRY) == Kept(b"d" * 32, b"answer")
        assert journal.find("gate-1/1") == Kept(b"d" * 32, b"answer")
        assert journal.find("gate-2/1") is None

    def test_the_first_entry_of_a_key_stays(self, journal) -> None:
        journal.append(self.ENTRY)
        again = replace(self.ENTRY, answer=b"another", digest=b"e" * 32, body=b"another")
        assert journal.append(again) == Kept(b"d" * 32, b"answer")
        assert journal.find("gate-1/1") == Kept(b"d" * 32, b"answer")

    def test_of_many_at_once_one_is_kept_and_all_get_its_answer(self, journal) -> None:
        kept = at_once(lambda n: journal.append(replace(self.ENTRY, answer=b"answer %d" % n)))
        assert len(set(kept)) == 1
        assert journal.find("gate-1/1") == kept[0]

    def test_many_at_once_are_all_kept_each_with_its_own_answer(self, journal) -> None:
        kept = at_once(
            lambda n: journal.append(replace(self.ENTRY, key=f"gate-{n}/1", answer=b"answer %d" % n))
        )
        assert kept == [Kept(b"d" * 32, b"answer %d" % n) for n in range(8)]
        assert [journal.find(f"gate-{n}/1") for n in range(8)] == kept


class ClocksContract:
    """Fixture `clocks`: no lag noted yet."""

    def test_what_is_remembered_of_a_device_comes_back_in_order(self, clocks) -> None:
        kept = ()
        for n in range(200):
            sample = ClockSample(NOW + timedelta(seconds=n), 1000 - n)
            kept = remembered(kept, sample)
            assert tuple(clocks.note("gate-1", sample)) == kept

    def test_devices_do_not_mix(self, clocks) -> None:
        clocks.note("gate-1", ClockSample(NOW, 1))
        assert list(clocks.note("gate-2", ClockSample(NOW, 2))) == [ClockSample(NOW, 2)]


class DevicesContract:
    """Fixtures `codes`, `devices` and `register` over the same empty ledger."""

    CODE = EnrolmentCode("ABCDEFGH", b"h" * 32, "The gate", SCOPE, NOW + timedelta(hours=1), "ann", NOW)

    def device(self, name="gate-1", key=None) -> Device:
        return Device(name, "The gate", SCOPE, (key or DeviceKey.generate()).public, NOW)

    def enrolled(self, codes, device, code_id="ABCDEFGH") -> Device:
        codes.put(replace(self.CODE, code_id=code_id))
        assert codes.redeem(code_id, device) == device
        return device

    def test_a_code_is_found_as_it_was_put(self, codes) -> None:
        codes.put(self.CODE)
        assert codes.find("ABCDEFGH") == self.CODE
        assert codes.find("ZZZZZZZZ") is None

    def test_a_redeemed_code_makes_a_device_and_remembers_the_key(self, codes, devices) -> None:
        device = self.enrolled(codes, self.device())
        assert devices.by_key(device.key_id) == devices.find("gate-1") == device
        assert codes.find("ABCDEFGH").used_by == device.key_id

    def test_the_same_key_gets_the_same_device_again(self, codes, devices) -> None:
        device = self.enrolled(codes, self.device())
        assert codes.redeem("ABCDEFGH", replace(device, device_id="gate-2")) == device
        assert [d.device_id for d in devices.every()] == ["gate-1"]

    def test_a_used_code_is_nothing_to_another_key(self, codes, devices) -> None:
        self.enrolled(codes, self.device())
        assert codes.redeem("ABCDEFGH", self.device("gate-2")) is None
        assert codes.redeem("ZZZZZZZZ", self.device("gate-3")) is None
        assert [d.device_id for d in devices.every()] == ["gate-1"]

    def test_a_key_is_never_two_devices(self, codes) -> None:
        device = self.enrolled(codes, self.device())
        codes.put(replace(self.CODE, code_id="BBBBBBBB"))
        assert codes.redeem("BBBBBBBB", replace(device, device_id="gate-2")) is None
        assert codes.find("BBBBBBBB").used_by is None

    def test_of_many_keys_at_once_one_gets_the_device(self, codes, devices) -> None:
        codes.put(self.CODE)
        asking = [self.device(f"gate-{n}") for n in range(8)]
        got = [d for d in at_once(lambda n: codes.redeem("ABCDEFGH", asking[n])) if d is not None]
        assert len(got) == 1
        assert devices.every() == (got[0],)

    def test_a_revoked_device_stays_known_with_its_first_revocation(self, codes, devices, register) -> None:
        device = self.enrolled(codes, self.device())
        first = Revocation(NOW, "ann", "stolen from the van")
        assert register.revoke("gate-1", first) == replace(device, revoked=first)
        assert register.revoke("gate-1", Revocation(NOW, "bob", "again")) == replace(device, revoked=first)
        assert devices.by_key(device.key_id).revoked == first
        assert register.revoke("gate-9", first) is None

    def test_a_replaced_key_is_no_devices_key_any_more(self, codes, devices, register) -> None:
        device, fresh = self.enrolled(codes, self.device()), DeviceKey.generate().public
        changed = register.replace_key("gate-1", device.key_id, fresh)
        assert changed == replace(device, key=fresh)
        assert devices.by_key(device.key_id) is None
        assert devices.by_key(fresh.key_id) == changed

    def test_a_key_is_replaced_only_from_the_one_it_has_by_one_that_never_was(
        self, codes, devices, register
    ) -> None:
        device = self.enrolled(codes, self.device())
        other = self.enrolled(codes, self.device("gate-2"), "BBBBBBBB")
        fresh = DeviceKey.generate().public
        assert register.replace_key("gate-1", "another", fresh) is None
        assert register.replace_key("gate-9", device.key_id, fresh) is None
        assert register.replace_key("gate-1", device.key_id, other.key) is None
        register.replace_key("gate-1", device.key_id, fresh)
        assert register.replace_key("gate-2", other.key_id, device.key) is None
        register.revoke("gate-2", Revocation(NOW, "ann", "gone"))
        assert register.replace_key("gate-2", other.key_id, DeviceKey.generate().public) is None
        assert [d.key for d in devices.every()] == [fresh, other.key]


class SendersContract:
    """Fixtures `codes`, `register` and `senders` over the same empty ledger."""

    def test_a_sender_is_known_by_its_id_also_when_it_was_revoked(self, codes, register, senders) -> None:
        assert senders.sender("gate-1") is None
        device = Device("gate-1", "The gate", SCOPE, DeviceKey.generate().public, NOW)
        codes.put(DevicesContract.CODE)
        codes.redeem("ABCDEFGH", device)
        assert senders.sender("gate-1") == device.sender
        register.revoke("gate-1", Revocation(NOW, "ann", "stolen from the van"))
        assert senders.sender("gate-1") == device.sender


FEED = Feed("axis-1", "North gate", SCOPE, "ABCDEFGH", b"h" * 32, most_message_bytes=1000)


class FeedsContract:
    """Fixture `feeds_of`: makes the port of the feeds that it is given."""

    def test_a_feed_is_found_by_the_name_of_its_token_as_it_is(self, feeds_of) -> None:
        narrow = replace(FEED, feed_id="axis-2", token_name="ZZZZZZZZ", limits=LIMITS)
        feeds = feeds_of(FEED, narrow)
        assert feeds.by_token("ABCDEFGH") == FEED
        assert feeds.by_token("ZZZZZZZZ") == narrow
        assert feeds.by_token("YYYYYYYY") is None


class CamerasContract:
    """Fixture `cameras_of`: makes the port of the cameras and mounts that it is given; all lapse at UNTIL."""

    UNTIL = NOW + timedelta(days=90)

    def test_it_says_of_each_camera_whether_it_stands_or_drives(self, cameras_of) -> None:
        standing, driving = CameraId(53, 1, 7), CameraId(53, 9, 1)
        cameras = cameras_of({standing: Mount.FIXED, driving: Mount.MOVING})
        assert cameras.mount(standing) is Mount.FIXED
        assert cameras.mount(driving) is Mount.MOVING
        assert cameras.mount(CameraId(53, 1, 8)) is None

    def test_it_says_when_a_camera_may_not_deliver_unless_another_node_answers_for_it(
        self, cameras_of
    ) -> None:
        camera = CameraId(53, 1, 7)
        cameras = cameras_of({camera: Mount.FIXED})
        (span,) = cameras.closed(camera, elsewhere=False)
        assert span.since == self.UNTIL
        assert span.until > self.UNTIL + timedelta(days=100_000)
        assert tuple(cameras.closed(camera, elsewhere=True)) == ()
        assert tuple(cameras.closed(CameraId(53, 1, 8), elsewhere=False)) == ()


class NoncesContract:
    """Fixture `nonces`: none used yet."""

    UNTIL = NOW + timedelta(minutes=10)

    def test_a_nonce_is_new_once(self, nonces) -> None:
        assert [nonces.seen("key", "n-1", self.UNTIL) for _ in range(3)] == [False, True, True]
        assert not nonces.seen("key", "n-2", self.UNTIL)

    def test_the_nonces_of_keys_do_not_mix(self, nonces) -> None:
        assert not nonces.seen("key", "1n", self.UNTIL)
        assert not nonces.seen("key1", "n", self.UNTIL)
        assert not nonces.seen("another", "1n", self.UNTIL)


def quarantined(index=0, **beside) -> QuarantinedRead:
    """Return a held read such as the journal gives."""
    arrival = Arrival("gate-1/1", UUID(int=1), "gate-1", True, NOW, NOW, 40, 55, "test-2026")  # noqa: FBT003 - as declared
    made = QuarantinedRead(
        item_id("gate-1/1", index),
        arrival,
        index,
        Reason.TOO_OLD,
        "too old",
        "application/json",
        b'{"vrm":"AB12CDE"}',
    )
    return replace(made, **beside)


class QuarantineContract:
    """Fixture `quarantine`: an empty one, with both ports (Quarantine and QuarantineList)."""

    def test_every_value_of_an_item_is_kept(self, quarantine) -> None:
        deed = Deed("ann", NOW, "the zone was wrong")
        item = quarantined(
            mends=(Mend(deed, b'{"a":1}'),), state=State.DISCARDED, end=deed, raw_gone_at=NOW, version=3
        )
        nothing = replace(
            quarantined(1),
            arrival=replace(
                item.arrival,
                sent_at=None,
                clock_offset_ms=None,
                clock_lag_ms=None,
                signed=False,
                released_from="x#0001",
            ),
        )
        quarantine.put([item, nothing])
        assert quarantine.find(item.item_id) == item
        assert quarantine.find(nothing.item_id) == nothing
        assert quarantine.find("gate-1/1#0009") is None

    def test_no_part_of_a_second_is_lost(self, quarantine) -> None:
        at = (NOW + timedelta(microseconds=1_234_567)).astimezone(timezone(timedelta(hours=1)))
        arrival = replace(quarantined().arrival, received_at=at, sent_at=at - timedelta(microseconds=1))
        deed = Deed("ann", at, "the zone was wrong")
        item = quarantined(arrival=arrival, mends=(Mend(deed, b"{}"),), state=State.DISCARDED, end=deed)
        quarantine.put([item])
        assert quarantine.find(item.item_id) == item

    def test_an_item_put_again_stays_as_it_is(self, quarantine) -> None:
        quarantine.put([quarantined()])
        changed = quarantined(version=1, state=State.DISCARDED, end=Deed("ann", NOW, "a bicycle"))
        quarantine.change(changed)
        quarantine.put([quarantined(), quarantined(1)])
        assert quarantine.find(changed.item_id) == changed
        assert quarantine.find(quarantined(1).item_id) == quarantined(1)

    def test_a_change_of_another_version_is_refused(self, quarantine) -> None:
        quarantine.put([quarantined()])
        for version in (0, 2):
            with pytest.raises(ChangedMeanwhileError):
                quarantine.change(quarantined(version=version))
        with pytest.raises(ChangedMeanwhileError):
            quarantine.change(quarantined(5, version=1))
        assert quarantine.find(quarantined().item_id) == quarantined()

    def test_of_many_changes_at_once_one_is_kept(self, quarantine) -> None:
        quarantine.put([quarantined()])

        def change(n) -> bool:
            try:
                quarantine.change(quarantined(version=1, detail=f"change {n}"))
            except ChangedMeanwhileError:
                return False
            return True

        done = at_once(change)
        assert done.count(True) == 1
        assert quarantine.find(quarantined().item_id).detail == f"change {done.index(True)}"

    def test_it_lists_by_state_reason_and_device_page_by_page(self, quarantine) -> None:
        other = replace(quarantined().arrival, device="gate-2")
        ended = Deed("ann", NOW, "done")
        items = [
            quarantined(0),
            quarantined(1, reason=Reason.NO_PLACE),
            quarantined(2, arrival=other),
            quarantined(3, state=State.RELEASED, end=ended),
        ]
        quarantine.put(items)
        assert quarantine.look(Query()) == tuple(items[:3])
        assert quarantine.look(Query(state=None)) == tuple(items)
        assert quarantine.look(Query(state=State.RELEASED)) == (items[3],)
        assert quarantine.look(Query(reason=Reason.NO_PLACE)) == (items[1],)
        assert quarantine.look(Query(device="gate-2")) == (items[2],)
        page = quarantine.look(Query(most=2))
        assert page == tuple(items[:2])
        assert quarantine.look(Query(most=2, after=page[-1].item_id)) == (items[2],)

    def test_it_counts_what_waits_by_reason_and_device(self, quarantine) -> None:
        ended = Deed("ann", NOW, "done")
        quarantine.put([quarantined(0), quarantined(1), quarantined(2, reason=Reason.NO_PLACE)])
        quarantine.put([quarantined(3, state=State.DISCARDED, end=ended)])
        assert dict(quarantine.counts()) == {
            (Reason.TOO_OLD, "gate-1"): 2,
            (Reason.NO_PLACE, "gate-1"): 1,
        }


class ShelfContract:
    """Fixture `shelf`: an empty shelf of pictures."""

    def test_a_picture_is_found_until_it_is_taken_off(self, shelf) -> None:
        mine = ShelvedPicture("a" * 64, "gate-1", NOW, b"jpeg")
        theirs = replace(mine, device="gate-2")
        for picture in (mine, mine, theirs):
            shelf.put(picture)
        assert sorted(shelf.find("a" * 64), key=lambda p: p.device) == [mine, theirs]
        assert shelf.find("b" * 64) == ()
        shelf.take_off("a" * 64, "gate-1")
        shelf.take_off("a" * 64, "gate-1")
        assert shelf.find("a" * 64) == (theirs,)
