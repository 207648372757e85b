"""Quarantine and shelf beyond the contracts: retention, bounds, what is left on disk, speed."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.ingest.mend import emptied
from openanpr.ingest.picture import ShelfFullError, ShelvedPicture
from openanpr.ingest.quarantine import Deed, Mend, Query
from openanpr.store.control.engine import empty_log, open_database
from openanpr.store.control.intake_store import IntakeStore
from openanpr.store.control.migrate import migrate
from openanpr.store.control.shelf import ShelfRoom
from tests.ingest.contracts import at_once, quarantined
from tests.ingest.world import NOW

YEAR = timedelta(days=365)


def came(index, age):
    arrival = replace(quarantined().arrival, received_at=NOW - age)
    return quarantined(index, arrival=arrival)


def picture(n, device="gate-1", size=100, age=timedelta(0)) -> ShelvedPicture:
    return ShelvedPicture(hashlib.sha256(b"%d" % n).hexdigest(), device, NOW - age, bytes(size))


def test_retention_finds_what_is_overdue_until_it_is_emptied(intake) -> None:
    intake.quarantine.put([came(0, YEAR), came(1, 2 * YEAR), came(2, timedelta(0)), came(3, 3 * YEAR)])
    oldest_first = [came(n, YEAR).item_id for n in (3, 1, 0)]
    before = NOW - YEAR + timedelta(seconds=1)
    assert list(intake.quarantine.overdue(before)) == oldest_first
    assert list(intake.quarantine.overdue(before, most=2)) == oldest_first[:2]
    for item_id in oldest_first:
        item = intake.quarantine.find(item_id)
        intake.quarantine.change(emptied(item, at=NOW))
    assert intake.quarantine.overdue(before) == ()
    assert intake.quarantine.find(oldest_first[0]).raw == b""


def test_what_is_put_is_all_kept_or_none(engine, intake) -> None:
    asked = []

    def fail_late(*given: object) -> None:
        asked.append(given[2])
        if str(given[2]).startswith("INSERT"):
            raise InterruptedError

    sa.event.listen(engine, "after_cursor_execute", fail_late)
    with pytest.raises(InterruptedError):
        intake.quarantine.put([quarantined(0), quarantined(1)])
    sa.event.remove(engine, "after_cursor_execute", fail_late)
    assert asked
    assert intake.quarantine.look(Query(state=None)) == ()


def test_nothing_put_is_nothing_kept(intake) -> None:
    intake.quarantine.put([])
    assert intake.quarantine.look(Query(state=None)) == ()


def test_a_character_that_a_database_cannot_keep_does_not_hold_up_the_others(intake) -> None:
    odd = quarantined(0, detail="a\0b", form="text/\ud800")
    intake.quarantine.put([odd, quarantined(1)])
    kept = intake.quarantine.find(odd.item_id)
    assert (kept.detail, kept.form) == ("a\N{REPLACEMENT CHARACTER}b", "text/?")
    assert intake.quarantine.find(quarantined(1).item_id) == quarantined(1)


def test_items_are_in_the_order_of_their_characters_on_every_database(intake) -> None:
    ids = ["a#1", "B#1", "a-b#1", "a/b#1", "ab#1", "_#1"]
    intake.quarantine.put([replace(quarantined(), item_id=one) for one in ids])
    assert [item.item_id for item in intake.quarantine.look(Query())] == sorted(ids)


def test_a_thousand_items_are_put_in_well_under_a_second(intake) -> None:
    items = [quarantined(n) for n in range(1000)]
    begun = time.perf_counter()
    intake.quarantine.put(items)
    assert time.perf_counter() - begun < 1
    assert sum(intake.quarantine.counts().values()) == 1000


def test_no_error_of_the_database_tells_what_it_was_given(engine, intake) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE quarantined_read RENAME TO away")
    try:
        with pytest.raises(sa.exc.DBAPIError) as caught:
            intake.quarantine.put([quarantined()])
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO quarantined_read")
    assert "AB12CDE" not in str(caught.value)
    assert "gate-1" not in str(caught.value)


def test_what_was_emptied_or_forgotten_is_nowhere_in_the_files(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    migrate(engine)
    intake = IntakeStore.over(engine, room=ShelfRoom(100, 10**7))
    patch = Mend(Deed("ann", NOW, "wrong"), b'{"vrm":"AB12CDE"}' * 50)
    raw = b'{"vrm":"AB12CDE"}' * 400  # long enough for pages of its own
    items = [quarantined(n, raw=raw, mends=(patch,)) for n in range(20)]
    intake.quarantine.put(items)
    jpeg = b"\xff\xd8picture" * 2000
    for n in range(5):
        intake.shelf.put(replace(picture(n), jpeg=jpeg))
    empty_log(engine)
    assert b"AB12CDE" in held(tmp_path)
    assert b"\xd8picture" in held(tmp_path)
    for item in items:
        intake.quarantine.change(emptied(item, at=NOW))
    intake.shelf.take_off(picture(4).sha256, "gate-1")
    assert intake.shelf.forget(NOW + timedelta(seconds=1)) == 4
    assert b"AB12CDE" not in held(tmp_path)
    assert b"\xd8picture" not in held(tmp_path)
    engine.dispose()


def held(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_the_shelf_takes_so_many_pictures_of_each_device(intake) -> None:
    for n in range(3):
        intake.shelf.put(picture(n))
    with pytest.raises(ShelfFullError):
        intake.shelf.put(picture(3))
    intake.shelf.put(picture(2))
    intake.shelf.put(picture(3, "gate-2"))
    intake.shelf.take_off(picture(0).sha256, "gate-1")
    intake.shelf.put(picture(3))
    assert intake.shelf.find(picture(3).sha256) == (picture(3), picture(3, "gate-2"))


def test_the_shelf_takes_so_many_bytes_of_each_device(intake) -> None:
    intake.shelf.put(picture(0, size=600))
    with pytest.raises(ShelfFullError):
        intake.shelf.put(picture(1, size=401))
    intake.shelf.put(picture(1, size=400))
    assert intake.shelf.find(picture(1).sha256) == (picture(1, size=400),)


def test_the_bound_holds_when_pictures_come_at_once(engine, intake) -> None:
    def slowly(*given: object) -> None:
        if str(given[2]).startswith("INSERT INTO shelved_picture"):
            time.sleep(0.02)

    def put(n) -> bool:
        try:
            intake.shelf.put(picture(n))
        except ShelfFullError:
            return False
        return True

    sa.event.listen(engine, "before_cursor_execute", slowly)
    kept = at_once(put).count(True)
    sa.event.remove(engine, "before_cursor_execute", slowly)
    assert kept == 3


def test_the_shelf_forgets_what_came_before_a_time(intake) -> None:
    old, young = picture(0, age=YEAR), picture(1)
    intake.shelf.put(old)
    intake.shelf.put(young)
    assert intake.shelf.forget(NOW) == 1
    assert intake.shelf.find(old.sha256) == ()
    assert intake.shelf.find(young.sha256) == (young,)


def test_the_shelf_tells_of_many_names_at_once_which_it_has(intake) -> None:
    intake.shelf.put(picture(700))
    intake.shelf.put(picture(700, "gate-2"))
    names = [picture(n).sha256 for n in range(1200)]
    assert intake.shelf.among(names) == {picture(700).sha256}
    assert intake.shelf.among([]) == frozenset()


@pytest.mark.parametrize("room", [(0, 1), (1, 0)])
def test_a_shelf_that_takes_nothing_is_refused(room) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        ShelfRoom(*room)
