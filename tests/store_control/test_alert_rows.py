"""Alerts in the control database: what the contract suite cannot see."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from openanpr.alert.alert import OPEN, Alert, AlertKey, Feedback, Step
from openanpr.alert.clock import due
from openanpr.alert.events import Event, numbered
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.ports import OutdatedError
from openanpr.alert.take_in import take_in
from openanpr.alert.webhook import Delivery
from openanpr.alert.work import Close, NoSuchAlertError, See
from openanpr.store.control.alert_documents import (
    ALERT,
    EVENT,
    FEEDBACK,
    HIT,
    STEP,
    Document,
    signed,
    unsigned,
)
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.alert_tables import alert
from openanpr.store.control.engine import DatabaseError, writing
from tests.alert.scenes import (
    AT,
    BOOK,
    CRIME_LIST,
    ID_OF,
    MASS_LIST,
    NAMED,
    NO_UNIT,
    covert_hit,
    make_hit,
    raised,
    step,
)
from tests.alert.stores import in_sqlite

RECORDED = Path(__file__).with_name("alert_documents_1.json")


@pytest.fixture
def store(engine) -> AlertRecords:
    return AlertRecords(engine)


def vehicles(count: int, *, first: int = 0) -> list[HitSeen]:
    marks = [f"V{n:06}" for n in range(first, first + count)]
    return [make_hit(n, vrm_listed=mark, vrm_read=mark) for n, mark in enumerate(marks, first)]


@contextmanager
def counted(engine: sa.Engine):
    """The statements that go to the database meanwhile."""
    told: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        told.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield told
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_larger_batch_takes_no_more_statements(store, engine) -> None:
    def statements(hits) -> int:
        with counted(engine) as told:
            take_in(hits, store, BOOK, now=AT, id_of=ID_OF)
        return len(told)

    statements(vehicles(1))
    assert statements(vehicles(200, first=10)) == statements(vehicles(2, first=1_000))


def test_a_batch_larger_than_one_statement_can_ask_for_is_kept_whole(store) -> None:
    hits = vehicles(2_000)
    assert len(take_in(hits, store, BOOK, now=AT, id_of=ID_OF)) == 2_000
    known = store.load({AlertKey.of(hit) for hit in hits}, {hit.id for hit in hits})
    assert (len(known.alerts), len(known.raised), len(known.counted)) == (2_000, 2_000, 2_000)
    assert len(store.open_alerts()) == 2_000


def test_open_alerts_are_counted_as_a_plain_reading_of_them_counts(store) -> None:
    hits = [replace(hit, list_id=MASS_LIST if n % 3 else CRIME_LIST) for n, hit in enumerate(vehicles(9))]
    changes = take_in([*hits, covert_hit(50)], store, BOOK, now=AT, id_of=ID_OF)
    first, second, third, fourth, *_ = (one.alert for one in changes if one.alert.key.channel == OPEN)
    in_hand, seen = step(first, See()), step(second, See())
    store.save([in_hand, seen])
    store.save([step(seen.alert, Close(NO_UNIT))])
    store.save(due([third, fourth], BOOK, now=AT, present=()).changes)
    opened = [one for one in store.open_alerts() if one.key.channel == OPEN]
    counts = store.open_counts()
    assert counts.open == Counter(one.list_kind.value for one in opened)
    waiting = Counter(one.list_kind.value for one in opened if one.waits)
    assert {kind: count for kind, count in counts.waiting.items() if count} == waiting
    assert (sum(counts.open.values()), sum(counts.waiting.values()), counts.unattended) == (8, 7, 2)


def test_every_question_that_grows_with_the_store_has_its_index(tmp_path) -> None:
    store = in_sqlite(tmp_path)  # PostgreSQL scans a small table whatever its indexes
    engine = store.engine
    hit = make_hit()
    with counted(engine) as told:
        store.load({AlertKey.of(hit)}, {hit.id})
        with suppress(NoSuchAlertError):
            store.find("none")
        store.after((), 0, limit=9)
        store.due("room", AT, limit=9)
        store.next_at("room")
        store.dead()
        store.steps_of("none")
        store.hits_of("none")
        store.feedback_to("nobody")
    with engine.connect() as connection:
        for statement in told:
            nothing = (None,) * statement.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", nothing)
            scanned = [row[3] for row in plan if row[3].startswith("SCAN") and "asked" not in row[3]]
            assert [line for line in scanned if line != "SCAN CONSTANT ROW"] == [], statement
    engine.dispose()


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_read_id_keeps_its_value_and_its_order_as_a_signed_number(one, other) -> None:
    assert unsigned(signed(one)) == one
    assert -(2**63) <= signed(one) < 2**63
    assert (signed(one) < signed(other)) is (one < other)


def test_two_that_write_the_same_alert_past_all_checks_are_told_without_a_plate(store, monkeypatch) -> None:
    changes = raised(make_hit())
    store.save(changes)
    monkeypatch.setattr("openanpr.store.control.alert_rows._refuse_outdated", lambda *_: None)
    with pytest.raises(OutdatedError) as refused:
        store.save(changes)
    assert refused.value.__suppress_context__
    assert "AB12CDE" not in str(refused.value)


def closed_by_steps() -> tuple[Alert, Step, Event, Feedback]:
    (change,) = raised(covert_hit(2**64 - 1))
    for move in (See(note="plain view, £20"), Close(NO_UNIT)):
        change = step(change.alert, move, by=NAMED)
    assert change.feedback is not None
    (event,) = numbered([change], {})
    return change.alert, change.steps[0], event, change.feedback


def values() -> dict[str, tuple[Document, object]]:
    one, last_step, event, feedback = closed_by_steps()
    return {
        "alert": (ALERT, one),
        "hit": (HIT, covert_hit(2**64 - 1)),
        "step": (STEP, last_step),
        "event": (EVENT, event),
        "feedback": (FEEDBACK, feedback),
    }


@pytest.mark.parametrize("kind", ["alert", "hit", "step", "event", "feedback"])
def test_documents_of_the_first_form_can_be_read_for_ever(kind) -> None:
    """A red test here means that fields were changed without a new form: alerts on disk would be lost."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[kind]
    document, value = values()[kind]
    assert document.read(1, json.dumps(recorded)) == value
    assert document.read(**document.write(value)) == value


def test_a_document_of_a_later_version_is_refused_with_what_to_do(store, engine) -> None:
    (change,) = take_in([make_hit()], store, BOOK, now=AT, id_of=ID_OF)
    with writing(engine) as connection:
        connection.execute(sa.update(alert).values(form=2))
    with pytest.raises(DatabaseError, match="later version"):
        store.find(change.alert.id)


def test_webhooks_are_not_kept_where_how_far_was_heard_cannot_be(store) -> None:
    one = Delivery("control room", "a.1", b"{}", AT, AT)
    with pytest.raises((OverflowError, sa.exc.DataError)):
        store.collect("control room", [one], {OPEN: 2**70})
    assert store.due("control room", AT, limit=9) == ()
    assert store.heard("control room") == {}
