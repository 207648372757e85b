"""What is past its time goes from the alerts, wherever its plate stands, and is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.alert.alert import OPEN, State
from openanpr.alert.events import Kept
from openanpr.alert.ports import OutdatedError
from openanpr.alert.take_in import take_in
from openanpr.alert.webhook import Delivery, DeliveryState
from openanpr.alert.work import Close, NoSuchAlertError, See
from openanpr.store.control.alert_forget import ForgottenAlerts
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.alert_tables import metadata
from openanpr.store.control.engine import open_database, reading
from openanpr.store.control.migrate import migrate
from tests.alert.scenes import AT, BOOK, HOUR, ID_OF, MINUTE, NO_UNIT, make_hit, step

DAY = timedelta(days=1)
GONE = "AB12CDE"
STAYS = "XY99ZZZ"


@pytest.fixture
def store(engine) -> AlertRecords:
    return AlertRecords(engine)


def keep(store, *hits):
    return take_in(hits, store, BOOK, now=hits[-1].received_at, id_of=ID_OF)


def close(store, alert_id: str) -> None:
    for move in (See(), Close(NO_UNIT)):
        alert = store.find(alert_id)
        store.save([step(alert, move, after=2 * DAY)])


def other(read_id: int, **changes):
    return make_hit(read_id, vrm_listed=STAYS, vrm_read=STAYS, entry_id=11, **changes)


def everything(engine) -> str:
    """All that stands in the tables of alerts, as text."""
    with reading(engine) as connection:
        tables = [table for table in metadata.sorted_tables if table.name.startswith("alert")]
        return repr(
            [tuple(map(str, row)) for table in tables for row in connection.execute(sa.select(table))]
        )


def webhook(alert_id: str, state: DeliveryState = DeliveryState.DEAD) -> Delivery:
    next_at = AT if state is DeliveryState.WAITING else None
    return Delivery("control room", f"{alert_id}.1", GONE.encode(), AT, next_at, state=state)


def test_a_closed_alert_goes_whole_once_its_last_read_is_past_its_time(store, engine) -> None:
    (change,) = keep(store, make_hit(1))
    close(store, change.alert.id)
    store.add([webhook(change.alert.id)])
    assert store.forget_alerts(AT) == ForgottenAlerts()
    went = store.forget_alerts(AT + DAY)
    assert went == ForgottenAlerts(alerts=1, hits=1, steps=3, deliveries=1, undelivered=1)
    with pytest.raises(NoSuchAlertError):
        store.find(change.alert.id)
    assert (store.hits_of(change.alert.id), store.steps_of(change.alert.id)) == ((), ())
    assert (store.feedback_to("stolen vehicles desk"), store.dead()) == ((), ())
    assert GONE not in everything(engine)
    assert "seen" in {e.step.kind.value for e in store.after(OPEN, 0, limit=9)}  # the stream has no gap
    assert store.forget_alerts(AT + DAY) == ForgottenAlerts()


def test_what_is_not_past_its_time_is_left_as_it_is(store) -> None:
    (old,) = keep(store, make_hit(1))
    (young,) = keep(store, other(2, after=3 * DAY))
    store.add([webhook(young.alert.id, DeliveryState.WAITING)])
    before = store.find(young.alert.id), store.hits_of(young.alert.id), store.after(OPEN, 1, limit=9)
    close(store, old.alert.id)
    assert store.forget_alerts(AT + DAY).alerts == 1
    after = store.find(young.alert.id), store.hits_of(young.alert.id), store.after(OPEN, 1, limit=1)
    assert after == before
    assert len(store.due("control room", AT, limit=9)) == 1


def test_an_open_alert_stays_until_somebody_closes_it_but_loses_its_mark(store, engine) -> None:
    (change,) = keep(store, make_hit(1))
    went = store.forget_alerts(AT + DAY)
    assert (went.alerts, went.nameless, went.hits, went.left) == (0, 1, 1, 0)
    assert GONE not in everything(engine)
    (alert,) = store.open_alerts()
    assert (alert.id, alert.tally.count, alert.tally.entries) == (change.alert.id, 1, frozenset())
    assert (alert.tally.strongest.read_id, alert.tally.strongest.entry_id) == (0, 0)
    assert store.forget_alerts(AT + DAY) == ForgottenAlerts()
    close(store, alert.id)
    assert store.find(alert.id).state is State.CLOSED
    assert store.forget_alerts(AT + DAY).alerts == 1
    assert store.open_alerts() == ()


def test_many_nameless_alerts_stand_beside_each_other(store) -> None:
    marks = [f"AA{n}AAA" for n in range(2, 9)]
    keep(store, *(make_hit(n, vrm_listed=mark, vrm_read=mark) for n, mark in enumerate(marks)))
    assert store.forget_alerts(AT + DAY).nameless == 7
    assert len(store.open_alerts()) == 7


def test_an_alert_with_a_younger_read_shows_no_more_than_that_one(store) -> None:
    strong = make_hit(1, area="north", probability=0.99, vrm_read=GONE)
    weak = make_hit(2, after=20 * MINUTE, area="south", probability=0.6, vrm_read="AB12CDF")
    (change,) = keep(store, strong, weak)
    assert change.alert.tally.strongest == strong
    went = store.forget_alerts(AT + 10 * MINUTE)
    assert went == ForgottenAlerts(shortened=1, hits=1)
    alert = store.find(change.alert.id)
    assert store.hits_of(alert.id) == (weak,)
    assert (alert.tally.strongest, alert.tally.first_at) == (weak, weak.at)
    assert alert.tally.places == {(53, "south")}
    assert (alert.tally.count, alert.version) == (2, change.alert.version + 1)
    (event,) = store.after(OPEN, 0, limit=9)
    assert event.alert.tally.strongest == weak


def test_whoever_loaded_an_alert_before_cannot_write_back_what_went(store, engine) -> None:
    (change,) = keep(store, make_hit(1))
    late = step(change.alert, See())
    store.forget_alerts(AT + DAY)
    with pytest.raises(OutdatedError):
        store.save([late])
    assert GONE not in everything(engine)


def test_a_vehicle_that_comes_again_raises_an_alert_as_if_it_were_new(store) -> None:
    (change,) = keep(store, make_hit(1))
    close(store, change.alert.id)
    store.forget_alerts(AT + DAY)
    (again,) = keep(store, make_hit(2, after=9 * DAY))
    assert again.alert.ordinal == 1


def test_events_are_forgotten_from_the_oldest_on_and_numbers_go_on(store) -> None:
    keep(store, make_hit(1))
    keep(store, other(2, after=HOUR))
    assert store.forget_events(AT + HOUR) == 1
    assert store.kept() == {OPEN: Kept(2, 2)}
    assert store.forget_events(AT + DAY) == 1
    assert store.kept() == {OPEN: Kept(3, 2)}
    keep(store, other(3, after=2 * DAY))
    assert store.kept() == {OPEN: Kept(3, 3)}
    assert store.forget_events(AT) == 0


def test_an_event_behind_one_that_is_kept_is_kept_too_where_a_clock_went_back(store) -> None:
    keep(store, make_hit(1, after=HOUR))
    keep(store, other(2))
    assert store.forget_events(AT + 30 * MINUTE) == 0
    assert store.kept() == {OPEN: Kept(1, 2)}


def test_only_webhooks_that_were_delivered_are_forgotten_by_age(store) -> None:
    states = {state: replace(webhook(state.value, state), endpoint=state.value) for state in DeliveryState}
    store.add(list(states.values()))
    assert store.forget_deliveries(AT) == 0
    assert store.forget_deliveries(AT + DAY) == 1
    assert store.dead() == (states[DeliveryState.DEAD],)
    assert len(store.due("waiting", AT, limit=9)) == 1


def test_nothing_of_the_mark_is_left_in_the_file(tmp_path) -> None:
    path = tmp_path / "control.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    store = AlertRecords(engine)
    marks = [f"ZQ{n:02}ZQZ" for n in range(50)]
    keep(store, *(make_hit(n, vrm_listed=mark, vrm_read=mark) for n, mark in enumerate(marks)))
    for alert in store.open_alerts():
        close(store, alert.id)
    assert b"ZQZ" in path.with_name("control.db-wal").read_bytes()
    assert store.forget_alerts(AT + DAY).alerts == 50
    engine.dispose()
    assert b"ZQZ" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
