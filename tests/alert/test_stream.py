"""The live stream while alerts come in: each event once, and an end with the node."""

from __future__ import annotations

from openanpr.alert.bell import Bell
from openanpr.alert.desk import AlertDesk
from openanpr.alert.events import Cursor
from openanpr.alert.take_in import take_in
from tests.alert.memory_store import MemoryStore
from tests.alert.scenes import AT, BOOK, HOUR, ID_OF, OPERATOR, Pictured, make_hit


class BusyStore(MemoryStore):
    """A store in which something always happens between two looks."""

    hits = 0

    def kept(self):
        spans = super().kept()
        self.hit()
        return spans

    def hit(self) -> None:
        self.hits += 1
        take_in([make_hit(self.hits, after=self.hits * HOUR)], self, BOOK, now=AT, id_of=ID_OF)


def test_what_comes_between_two_looks_is_heard_once() -> None:
    store = BusyStore()
    desk = AlertDesk(store, lambda: BOOK, lambda: AT, Bell(), Pictured())
    store.hit()
    cursor, heard = Cursor(), []
    for _ in range(5):
        found = desk.heard_since(cursor, OPERATOR)
        heard += [event.seq for event, _ in found.events]
        cursor = found.cursor
    assert heard == list(range(1, len(heard) + 1))
    assert len(heard) > 4


def test_who_waits_is_woken_when_the_desk_closes() -> None:
    desk = AlertDesk(MemoryStore(), lambda: BOOK, lambda: AT, Bell(), Pictured())
    desk.close()
    assert desk.bell.rings == 1
    assert desk.closed


def test_a_desk_that_has_closed_finds_nobody_missing() -> None:
    store = MemoryStore()
    take_in([make_hit(1)], store, BOOK, now=AT, id_of=ID_OF)
    before = store.open_alerts()
    desk = AlertDesk(store, lambda: BOOK, lambda: AT + HOUR, Bell(), Pictured())
    desk.close()
    assert desk.tick() is None
    assert store.open_alerts() == before
    AlertDesk(store, lambda: BOOK, lambda: AT + HOUR, Bell(), Pictured()).tick()
    assert store.open_alerts() != before, "the clock had something to do"
