"""Pictures come after their reads, are what they say, and wait on a shelf when no read names them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.camera import CameraId
from openanpr.ingest.arrival import ArrivedRead
from openanpr.ingest.jpeg import JpegError, JpegSize, jpeg_size
from openanpr.ingest.picture import (
    Announcement,
    PictureIntake,
    PictureLimits,
    PictureOutcome,
    ShelvedPicture,
    claim_shelved,
    take_picture,
)
from openanpr.ingest.refusal import Kind, RefusedError
from tests.ingest.contracts import quarantined
from tests.ingest.pictures import Shelf, Store, jpeg
from tests.ingest.world import FIXED, LIMITS, NOW, World, record

PICTURE = jpeg()
NAME = hashlib.sha256(PICTURE).hexdigest()
ROOM = PictureLimits(most_bytes=50_000, most_pixels=200 * 100)
TODAY = NOW.date()


class Reads:
    """Which reads name a picture, as the journal knows."""

    def __init__(self) -> None:
        self.named = {}

    def find(self, sha256):
        return tuple(self.named.get(sha256, ()))


class Desk:
    def __init__(self, *, room=10) -> None:
        self.world = World()
        self.reads, self.store, self.shelf = Reads(), Store(), Shelf(room)
        self.intake = PictureIntake(
            self.world.intake.proof, self.reads, self.store, self.shelf, self.world.tally
        )

    def put(self, body=PICTURE, *, name=NAME, content_type="image/jpeg", path=None, key=None):
        path = path or f"/v1/pictures/{name}"
        beside = {} if key is None else {"key": key}
        request = self.world.signed(body, content_type=content_type, path=path, method="PUT", **beside)
        return take_picture(request, self.intake, received_at=NOW, limits=LIMITS, picture_limits=ROOM)

    def refusal(self, body=PICTURE, **beside) -> RefusedError:
        with pytest.raises(RefusedError) as caught:
            self.put(body, **beside)
        assert (self.store.kept, self.shelf.pictures) == ({}, {})
        return caught.value


def test_a_picture_that_a_read_names_is_kept_under_its_day() -> None:
    desk = Desk()
    yesterday = NOW - timedelta(days=1)
    desk.reads.named[NAME] = [Announcement(FIXED, NOW), Announcement(FIXED, yesterday)]
    assert desk.put().outcome is PictureOutcome.KEPT
    assert desk.store.kept == {(TODAY, NAME): PICTURE, (yesterday.date(), NAME): PICTURE}
    assert desk.put().outcome is PictureOutcome.KEPT
    assert desk.world.tally.snapshot().pictures == {"kept": 2}


@pytest.mark.parametrize("named", [[], [Announcement(CameraId(54, 1, 1), NOW)]])
def test_a_picture_that_no_read_of_this_sender_names_goes_on_the_shelf(named) -> None:
    desk = Desk()
    desk.reads.named[NAME] = named
    assert desk.put().outcome is PictureOutcome.SHELVED
    assert desk.shelf.find(NAME) == (ShelvedPicture(NAME, "gate-1", NOW, PICTURE),)
    assert desk.store.kept == {}


def test_a_full_shelf_refuses_for_now() -> None:
    refusal = Desk(room=0).refusal()
    assert (refusal.kind, refusal.fault) == (Kind.LATER, "shelf_full")


def test_a_read_that_comes_while_its_picture_is_put_on_the_shelf_gets_it() -> None:
    desk = Desk()
    put = desk.shelf.put

    def announced_meanwhile(picture) -> None:
        put(picture)
        desk.reads.named[NAME] = [Announcement(FIXED, NOW)]

    desk.shelf.put = announced_meanwhile
    assert desk.put().outcome is PictureOutcome.KEPT
    assert (desk.store.kept, desk.shelf.pictures) == ({(TODAY, NAME): PICTURE}, {})


def test_a_read_that_comes_later_takes_its_picture_off_the_shelf() -> None:
    desk = Desk()
    desk.put()
    arrival = quarantined().arrival
    reads = [
        ArrivedRead(record(patch=NAME), arrival, late=False, clock_doubtful=False),
        ArrivedRead(record(vrm="CD34EFG"), arrival, late=False, clock_doubtful=False),
    ]
    strangers = [replace(reads[0], arrival=replace(arrival, device="gate-2"))]
    assert claim_shelved(strangers, desk.shelf, desk.store) == 0
    assert claim_shelved(reads, desk.shelf, desk.store) == 1
    assert (desk.store.kept, desk.shelf.pictures) == ({(TODAY, NAME): PICTURE}, {})
    assert claim_shelved(reads, desk.shelf, desk.store) == 0


def test_a_picture_that_is_not_what_it_says_is_refused_by_name() -> None:
    desk = Desk()
    large, noise = jpeg(300, 200), b"\xff\xd8 not a picture \xff\xd9"

    def named(body):
        return {"body": body, "name": hashlib.sha256(body).hexdigest()}

    cases = [
        ({"name": "a" * 64}, Kind.UNREADABLE, "wrong_picture"),
        ({"path": "/v1/pictures/x"}, Kind.UNREADABLE, "unreadable"),
        ({"path": f"/v1/pictures/{NAME}?x=1"}, Kind.UNREADABLE, "unreadable"),
        (named(noise), Kind.UNREADABLE, "no_jpeg"),
        (named(PICTURE[:-2]), Kind.UNREADABLE, "no_jpeg"),
        (named(large), Kind.TOO_LARGE, "picture_too_large"),
        (named(PICTURE + bytes(50_000)), Kind.TOO_LARGE, "picture_too_large"),
        ({"content_type": "image/png"}, Kind.UNKNOWN_FORM, "unknown_encoding"),
        ({"key": World().key}, Kind.NOT_PROVED, "unknown_key"),
    ]
    for said, kind, fault in cases:
        refusal = desk.refusal(**said)
        assert (refusal.kind, refusal.fault) == (kind, fault), said.keys()


def test_a_picture_of_a_read_past_its_time_is_refused() -> None:
    desk = Desk()
    desk.reads.named[NAME] = [Announcement(FIXED, NOW - timedelta(days=366))]
    assert desk.refusal().fault == "too_old"


def test_a_store_that_fails_refuses_for_now() -> None:
    desk = Desk()

    def broken(_):
        raise OSError("the disk is gone")

    desk.reads.find = broken
    assert desk.refusal().kind is Kind.LATER


@pytest.mark.parametrize(("width", "height"), [(1, 1), (120, 60), (1920, 1080)])
def test_a_jpegs_size_is_told_without_decoding_it(width, height) -> None:
    assert jpeg_size(jpeg(width, height)) == JpegSize(width, height)


@given(cut=st.integers(0, len(PICTURE) - 1))
def test_a_jpeg_cut_anywhere_is_none(cut) -> None:
    with pytest.raises(JpegError):
        jpeg_size(PICTURE[:cut])
    middle = PICTURE[: min(cut, 300)] + b"\xff\xd9"
    if PICTURE.index(b"\xff\xda") >= min(cut, 300):
        with pytest.raises(JpegError):
            jpeg_size(middle)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_a_named_fault(middle) -> None:
    try:
        size = jpeg_size(b"\xff\xd8" + middle + b"\xff\xd9")
    except JpegError:
        return
    assert size.width > 0
    assert size.height > 0


def test_limits_that_let_nothing_through_are_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        PictureLimits(0, 1)
