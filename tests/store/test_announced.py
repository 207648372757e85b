"""Who takes a picture in learns which reads name it: recent ones from memory, others from the store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from openanpr.ingest.picture import Announcement
from openanpr.store.announced import Announced, forget_announcements
from openanpr.store.engine import Statement, StoreError
from openanpr.store.pictures import PictureError, PictureName
from openanpr.store.pictures_keep import KeptPictures
from openanpr.store.reads_named import whole_read
from tests.ingest.contracts import at_once
from tests.store.conftest import key_of
from tests.store.jpegs import jpeg
from tests.store.reads import AT, CAMERA, LONG_AGO, arrived

ONE, TWO, THREE = "ab" * 32, "cd" * 32, "ab" * 31 + "ac"
LATER = AT + timedelta(days=1)


class NoEngine:
    """A store that cannot be reached."""

    def rows(self, statement, values, row) -> list:
        raise StoreError("unreachable")


def at(when) -> Announcement:
    return Announcement(CAMERA, when)


def test_a_stored_read_names_both_its_pictures_by_their_whole_hash(engine, write) -> None:
    write(arrived(patch=ONE, overview=TWO), arrived("BB22BBB"))
    announced = Announced(engine)
    assert announced.find(ONE) == announced.find(TWO) == (at(AT),)
    assert announced.find(THREE) == announced.find("00" * 32) == ()


def test_a_picture_that_several_reads_name_is_found_for_each_once(engine, write) -> None:
    write(arrived(overview=ONE, patch=ONE), arrived("BB22BBB", overview=ONE), arrived(at=LATER, overview=ONE))
    write(arrived(overview=ONE, patch=ONE, frames=9))
    assert Announced(engine).find(ONE) == (at(AT), at(LATER))


def test_what_was_noted_is_found_without_the_store() -> None:
    announced = Announced(NoEngine())
    announced.note([arrived(patch=ONE), arrived(patch=ONE), arrived(at=LATER, overview=ONE), arrived()])
    assert announced.find(ONE) == (at(AT), at(LATER))
    with pytest.raises(StoreError):
        announced.find(TWO)


def test_only_so_many_are_remembered_and_the_oldest_go_first() -> None:
    announced = Announced(NoEngine(), most_remembered=10)
    names = [f"{n:064x}" for n in range(1, 101)]
    announced.note(arrived(patch=name) for name in names)
    assert len(announced._young) + len(announced._old) <= 10
    assert all(announced.find(name) == (at(AT),) for name in names[-5:])
    with pytest.raises(StoreError):
        announced.find(names[0])


def test_threads_note_at_the_same_time() -> None:
    announced = Announced(NoEngine())
    at_once(lambda n: announced.note(arrived(at=AT + timedelta(seconds=n), patch=ONE) for _ in range(50)))
    assert sorted(a.captured_at for a in announced.find(ONE)) == [AT + timedelta(seconds=n) for n in range(8)]


def test_announcements_are_forgotten_by_day_and_their_reads_stay(engine, write) -> None:
    old = arrived(at=AT - timedelta(days=2), patch=ONE)
    write(old, arrived(at=AT - timedelta(days=1), patch=TWO))
    assert forget_announcements(engine, AT.date() - timedelta(days=1)) == (date(2026, 11, 20),)
    assert forget_announcements(engine, AT.date() - timedelta(days=1)) == ()
    assert Announced(engine).find(ONE) == ()
    assert len(Announced(engine).find(TWO)) == 1
    assert whole_read(engine, key_of(old)) == old


def test_reads_without_pictures_announce_nothing(engine, write) -> None:
    write(*(arrived(at=AT + timedelta(seconds=n)) for n in range(9)))
    count = Statement("count", "SELECT count() FROM announced")
    assert engine.rows(count, {}, tuple[int]) == [(0,)]


def test_a_checked_picture_is_kept_under_the_day_of_its_read_however_often(pictures) -> None:
    picture, sha256 = jpeg("patch")
    kept = KeptPictures(pictures, lambda: LONG_AGO)
    for day in (AT.date(), AT.date(), LATER.date()):
        kept.keep(sha256, day, picture)
    assert pictures.days() == (AT.date(), LATER.date())
    assert pictures.get(PictureName(AT, sha256)) == picture
    assert pictures.count(AT.date()) == 1


def test_the_oldest_day_is_asked_for_each_picture(folder_pictures) -> None:
    picture, sha256 = jpeg("patch")
    days = iter([AT.date(), LATER.date()])
    kept = KeptPictures(folder_pictures, lambda: next(days))
    kept.keep(sha256, AT.date(), picture)
    with pytest.raises(PictureError, match="past their time"):
        kept.keep(sha256, AT.date(), picture)
