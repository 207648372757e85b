"""Devices, codes and feeds beyond the contracts: several processes, operators' lists, ids, faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.ingest.device import Device, Revocation
from openanpr.store.control.devices import EnrolledDevices, device_mirror
from openanpr.store.control.engine import open_database
from openanpr.store.control.feeds import EnrolledFeed, RevokedFeedError
from openanpr.store.control.intake_store import IntakeStore
from openanpr.store.control.migrate import migrate
from openanpr.store.control.senders import IdTakenError
from openanpr.store.control.shelf import ShelfRoom
from openanpr.wire.device_key import DeviceKey
from tests.ingest.contracts import FEED, SCOPE, DevicesContract, at_once
from tests.ingest.world import NOW

CODE = DevicesContract.CODE
STOLEN = Revocation(NOW, "ann", "stolen from the van")
NARROW = replace(SCOPE, forces=frozenset())


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def enrolled(intake, device_id="gate-1") -> Device:
    device = Device(device_id, "The gate", SCOPE, DeviceKey.generate().public, NOW)
    intake.codes.put(replace(CODE, code_id=device_id))
    assert intake.codes.redeem(device_id, device) == device
    return device


def test_another_process_hears_of_a_revocation_within_a_second(engine, intake) -> None:
    clock = Clock()
    elsewhere = EnrolledDevices(engine, device_mirror(engine, clock=clock))
    device = enrolled(intake)
    assert elsewhere.by_key(device.key_id) == device
    intake.devices.revoke("gate-1", STOLEN)
    clock.now_s += 1.001
    assert elsewhere.by_key(device.key_id).revoked == STOLEN


def test_another_process_knows_a_new_device_and_a_new_key_at_once(engine, intake) -> None:
    elsewhere = EnrolledDevices(engine, device_mirror(engine, clock=Clock()))
    assert elsewhere.by_key("nobody") is None
    device = enrolled(intake)
    assert elsewhere.by_key(device.key_id) == device
    fresh = DeviceKey.generate().public
    intake.devices.replace_key("gate-1", device.key_id, fresh)
    assert elsewhere.by_key(fresh.key_id).key == fresh
    assert elsewhere.by_key(device.key_id) is None


def test_a_device_known_for_long_is_answered_without_the_database(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    migrate(engine)
    intake = IntakeStore.over(engine, room=ShelfRoom(1, 1))
    devices = EnrolledDevices(engine, device_mirror(engine, clock=Clock()))
    device = enrolled(intake)
    devices.by_key(device.key_id)
    asked = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert [devices.by_key(device.key_id) for _ in range(100)] == [device] * 100
    assert asked == []
    engine.dispose()


def test_no_device_is_vouched_for_from_memory_when_a_change_cannot_be_looked_up(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    migrate(engine)
    intake = IntakeStore.over(engine, room=ShelfRoom(1, 1))
    device = enrolled(intake)
    assert intake.devices.by_key(device.key_id) == device
    intake.devices.revoke("gate-1", STOLEN)

    def fail(*_: object) -> None:
        raise InterruptedError

    sa.event.listen(engine, "before_cursor_execute", fail)
    for _ in range(2):
        with pytest.raises(InterruptedError):
            intake.devices.by_key(device.key_id)
    sa.event.remove(engine, "before_cursor_execute", fail)
    assert intake.devices.by_key(device.key_id).revoked == STOLEN
    engine.dispose()


def test_no_thread_is_given_a_good_device_once_its_revocation_has_returned(intake) -> None:
    device = enrolled(intake)
    given = []

    def ask_or_revoke(n) -> None:
        if n == 0:
            intake.devices.revoke("gate-1", STOLEN)
            given.append("revoked")
            return
        for _ in range(300):
            # Told apart by what had been said when the question began.
            before = "revoked" in given
            given.append((before, intake.devices.by_key(device.key_id).revoked is None))

    at_once(ask_or_revoke, 4)
    assert (True, True) not in given
    assert intake.devices.by_key(device.key_id).revoked == STOLEN


def test_an_operator_sees_the_codes_that_could_still_be_used(intake) -> None:
    soon = replace(CODE, code_id="SOON", expires_at=NOW + timedelta(minutes=5))
    over = replace(CODE, code_id="OVER", expires_at=NOW)
    for code in (CODE, soon, over):
        intake.codes.put(code)
    enrolled(intake)
    assert intake.codes.still_open(NOW) == (soon, CODE)


def test_a_withdrawn_code_makes_no_device_and_a_used_one_stays(intake) -> None:
    intake.codes.put(CODE)
    device = enrolled(intake)
    assert intake.codes.withdraw(CODE.code_id)
    assert not intake.codes.withdraw(CODE.code_id)
    assert not intake.codes.withdraw("gate-1")
    assert intake.codes.redeem(CODE.code_id, replace(device, device_id="gate-2")) is None
    assert intake.codes.find("gate-1").used_by == device.key_id


def test_a_code_id_that_is_there_already_is_not_written_over(intake) -> None:
    intake.codes.put(CODE)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        intake.codes.put(replace(CODE, name="Another gate"))
    assert "Another gate" not in str(caught.value)
    assert intake.codes.find(CODE.code_id) == CODE


def test_no_id_is_a_devices_and_a_feeds(intake) -> None:
    enrolled(intake)
    with pytest.raises(IdTakenError):
        intake.feeds.put(replace(FEED, feed_id="gate-1"), by="ann", at=NOW)
    intake.feeds.put(FEED, by="ann", at=NOW)
    with pytest.raises(IdTakenError):
        enrolled(intake, FEED.feed_id)
    assert intake.codes.find(FEED.feed_id).used_by is None
    assert intake.devices.find(FEED.feed_id) is None
    assert intake.senders.sender(FEED.feed_id) == FEED.sender
    assert [one.device_id for one in intake.devices.every()] == ["gate-1"]


def test_a_feed_put_again_has_what_was_said_last(intake) -> None:
    intake.feeds.put(FEED, by="ann", at=NOW)
    assert intake.feeds.by_token(FEED.token_name) == FEED
    later = NOW + timedelta(days=1)
    changed = replace(FEED, scope=NARROW, token_name="ZZZZZZZZ", token_digest=b"i" * 32)
    intake.feeds.put(changed, by="bob", at=later)
    assert intake.feeds.by_token(FEED.token_name) is None
    assert intake.feeds.by_token("ZZZZZZZZ") == changed
    assert intake.feeds.every() == (EnrolledFeed(changed, "bob", later),)
    assert intake.senders.sender(FEED.feed_id) == changed.sender


def test_a_token_that_one_feed_gave_up_may_be_anothers(engine, intake) -> None:
    intake.feeds.put(FEED, by="ann", at=NOW)
    elsewhere = IntakeStore.over(engine, room=ShelfRoom(1, 1)).feeds
    assert elsewhere.by_token(FEED.token_name) == FEED
    moved, other = replace(FEED, token_name="ZZZZZZZZ"), replace(FEED, feed_id="axis-2")
    for feed in (moved, other, replace(moved, token_name="YYYYYYYY")):
        intake.feeds.put(feed, by="ann", at=NOW)
    assert elsewhere.by_token("YYYYYYYY").feed_id == "axis-1"
    assert elsewhere.by_token(FEED.token_name) == other
    assert elsewhere.by_token("ZZZZZZZZ") is None


def test_a_revoked_feed_stays_revoked(intake) -> None:
    intake.feeds.put(FEED, by="ann", at=NOW)
    gone = replace(FEED, revoked=STOLEN)
    assert intake.feeds.revoke(FEED.feed_id, STOLEN) == gone
    assert intake.feeds.revoke(FEED.feed_id, Revocation(NOW, "bob", "again")) == gone
    assert intake.feeds.by_token(FEED.token_name) == gone
    assert intake.feeds.revoke("axis-9", STOLEN) is None
    with pytest.raises(RevokedFeedError):
        intake.feeds.put(FEED, by="bob", at=NOW)
    with pytest.raises(ValueError, match="by revoke"):
        intake.feeds.put(replace(gone, feed_id="axis-2"), by="bob", at=NOW)


def test_a_device_is_not_revoked_as_a_feed_nor_a_feed_as_a_device(intake) -> None:
    device = enrolled(intake)
    intake.feeds.put(FEED, by="ann", at=NOW)
    assert intake.feeds.revoke("gate-1", STOLEN) is None
    assert intake.devices.revoke(FEED.feed_id, STOLEN) is None
    assert intake.devices.by_key(device.key_id).revoked is None
    assert intake.feeds.by_token(FEED.token_name).revoked is None
