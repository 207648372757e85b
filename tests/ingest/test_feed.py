"""Other makers' systems deliver by a token; every read of theirs says that nobody signed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.ingest import secret_text
from openanpr.ingest.accept import Mount, Reason
from openanpr.ingest.device import Revocation
from openanpr.ingest.feed import Feed, FeedIntake, Message, make_token, prove_feed, take_message
from openanpr.ingest.mend import mended_record
from openanpr.ingest.quarantine import Deed, Mend
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.ingest.scope import Scope
from openanpr.ingest.tally import Tally
from tests.ingest.world import FIXED, HASH_KEY, LIMITS, NOW, Journal, Register, record

TOKEN, NAME, DIGEST = make_token(HASH_KEY, chance=bytes(range(secret_text.CHANCE_BYTES)))
FEED = Feed("axis-1", "North gate", Scope.parse(["53/1"]), NAME, DIGEST, most_message_bytes=1000)
MESSAGE = Message((record(), record(vrm="CD34EFG", age_s=90)), (), b'{"vendor":1}', "application/json")


class Feeds:
    def __init__(self, *feeds) -> None:
        self.feeds = {feed.token_name: feed for feed in feeds}

    def by_token(self, token_name):
        return self.feeds.get(token_name)


@pytest.fixture
def intake():
    return FeedIntake(Feeds(FEED), HASH_KEY, Register({FIXED: Mount.FIXED}), Journal(), Tally())


def take(intake, message=MESSAGE, *, feed=FEED, at=NOW):
    return take_message(feed, message, intake, received_at=at, limits=LIMITS)


def test_a_token_names_its_feed(intake) -> None:
    assert prove_feed(TOKEN, intake) == FEED
    assert TOKEN.replace("-", "")[8:] not in repr(FEED)


def test_wrong_and_revoked_tokens_look_the_same_and_are_counted_apart(intake) -> None:
    revoked_token, name, digest = make_token(HASH_KEY, chance=bytes(25))
    revoked = replace(
        FEED,
        feed_id="old",
        token_name=name,
        token_digest=digest,
        revoked=Revocation(NOW, "ann", "contract ended"),
    )
    intake.feeds.feeds[name] = revoked
    unknown = secret_text.fresh(b"x" * 25).shown()
    tampered = TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B")
    refusals = []
    for token in ("", unknown, tampered, revoked_token):
        with pytest.raises(RefusedError) as caught:
            prove_feed(token, intake)
        refusals.append(caught.value)
    assert len({(r.kind, r.fault, str(r)) for r in refusals}) == 1
    assert intake.tally.snapshot().refused == {"unknown_token": 3, "revoked_token": 1}


def test_every_read_of_a_feed_says_that_it_is_unsigned(intake) -> None:
    answer = take(intake)
    assert (answer.accepted, answer.late, answer.quarantined) == (2, 1, 0)
    (entry,) = intake.journal.read()
    assert tuple(read.record for read in entry.accepted) == MESSAGE.records
    assert {(r.arrival.signed, r.arrival.device, r.arrival.clock_offset_ms) for r in entry.accepted} == {
        (False, "axis-1", None)
    }


def test_the_same_message_again_gets_the_same_answer(intake) -> None:
    first = take(intake)
    assert take(intake, at=NOW + timedelta(minutes=1)) == first
    assert len(intake.journal.entries) == 1


def test_parts_that_the_adapter_refused_are_held_with_the_whole_message(intake) -> None:
    bad = replace(record(), model="m" * 200)
    lost = ("the plate is not text",)
    message = replace(MESSAGE, records=(record(), bad, record(CameraId(54, 1, 1))), refused=lost)
    answer = take(intake, message)
    assert (answer.accepted, [h.reason for h in answer.held]) == (
        1,
        [Reason.NOT_ITS_CAMERA, Reason.NOT_UNDERSTOOD],
    )
    ours, whole = intake.journal.read()[0].quarantined
    assert (whole.raw, whole.form) == (message.raw, "application/json")
    assert "the plate is not text" in whole.detail
    assert "a read holds what the format cannot carry" in whole.detail
    moved = replace(ours, mends=(Mend(Deed("ann", NOW, "moved"), b'{"camera":"53/1/7"}'),))
    assert mended_record(moved) == record()
    assert intake.tally.snapshot().quarantined == {
        (Reason.NOT_ITS_CAMERA, "axis-1"): 1,
        (Reason.NOT_UNDERSTOOD, "axis-1"): 1,
    }


def test_a_feed_has_limits_of_its_own(intake) -> None:
    strict = replace(FEED, limits=replace(LIMITS, profile="feeds-2026", late_after_s=1, most_reads=2))
    answer = take(intake, feed=strict)
    assert answer.late == 2
    assert intake.journal.read()[0].arrival.profile == "feeds-2026"
    for message in (
        replace(MESSAGE, raw=bytes(1001)),
        replace(MESSAGE, records=(record(),) * 3, raw=b"other"),
    ):
        with pytest.raises(RefusedError) as caught:
            take(intake, message, feed=strict)
        assert caught.value.kind is Kind.TOO_LARGE


def test_a_feed_whose_journal_fails_is_refused_for_now(intake) -> None:
    class Broken:
        def find(self, key):
            raise OSError("the disk is gone")

    with pytest.raises(RefusedError) as caught:
        take(replace(intake, journal=Broken()))
    assert (caught.value.kind, caught.value.fault) == (Kind.LATER, "journal_unavailable")


@pytest.mark.parametrize("wrong", [{"feed_id": "a b"}, {"name": ""}, {"most_message_bytes": 0}])
def test_a_feed_that_could_not_deliver_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"feed|device|most_message_bytes"):
        replace(FEED, **wrong)
