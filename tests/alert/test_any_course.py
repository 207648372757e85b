"""Whatever hits, people and the clock do, in any order: what must hold of alerts holds."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openanpr.alert.alert import Alert, Check, State, StepKind
from openanpr.alert.alert_json import queues_json
from openanpr.alert.clock import due
from openanpr.alert.closure import TO_CORRECT, Closure, NoResponse, Outcome
from openanpr.alert.events import Cursor, resume
from openanpr.alert.hit_seen import HitSeen
from openanpr.alert.routing import queues
from openanpr.alert.take_in import take_in
from openanpr.alert.work import (
    TRANSITIONS,
    CheckPicture,
    Close,
    NoSuchAlertError,
    NotPossibleError,
    See,
    Task,
    take_step,
)
from openanpr.core.voi_entry import Priority
from tests.alert.memory_store import MemoryStore
from tests.alert.scenes import (
    AT,
    BOOK,
    CRIME_LIST,
    DISPATCHER,
    ID_OF,
    MASS_LIST,
    MINUTE,
    NAMED,
    OPERATOR,
    SUPERVISOR,
    make_hit,
)

VIEWERS = (OPERATOR, DISPATCHER, SUPERVISOR, NAMED)
BY_PERSON = {
    *(StepKind.SEEN, StepKind.PICTURE_CHECKED, StepKind.NOT_CHECKED),
    *(StepKind.TASKED, StepKind.CLOSED),
}


@st.composite
def hits(draw) -> HitSeen:
    covert = draw(st.booleans())
    vrm = draw(st.sampled_from(["AB12CDE", "XY99ZZZ"]))
    return make_hit(
        draw(st.integers(0, 25)),
        after=draw(st.integers(-60, 120)) * MINUTE,
        entry_id=99 if covert else draw(st.sampled_from([10, 11])),
        list_id=draw(st.sampled_from([CRIME_LIST, MASS_LIST])),
        vrm_listed=vrm,
        vrm_read=vrm,
        late=draw(st.booleans()),
        priority=draw(st.sampled_from(Priority)),
        covert=covert,
        seen_by=frozenset({"source unit"}) if covert else frozenset(),
    )


MOVES = st.one_of(
    st.just(See()),
    st.sampled_from(Check).map(CheckPicture),
    st.just(Task("KZ41")),
    st.sampled_from(Outcome).map(
        lambda outcome: Close(
            Closure(
                outcome,
                reason=NoResponse.LOST if outcome is Outcome.NOT_RESPONDED else None,
                offence="theft" if outcome is Outcome.ARREST else "",
            )
        )
    ),
)


class AnyCourse(RuleBasedStateMachine):
    """A store, a clock, and all that was ever delivered to it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.open_only = MemoryStore()  # the same course without anything covert
        self.now = AT
        self.delivered: dict[tuple[int, int], HitSeen] = {}
        self.highest: dict[str, tuple[int, int, int]] = {}
        self.levels: dict[str, tuple[int, int]] = {}

    @rule(batch=st.lists(hits(), min_size=1, max_size=6))
    def hits_arrive(self, batch: list[HitSeen]) -> None:
        # A read and an entry make one hit with one content, however often it is delivered.
        batch = [self.delivered.setdefault(hit.id, hit) for hit in batch]
        take_in(batch, self.store, BOOK, now=self.now, id_of=ID_OF)
        take_in([h for h in batch if not h.covert], self.open_only, BOOK, now=self.now, id_of=ID_OF)

    @rule(seconds=st.integers(0, 1200), present=st.sets(st.sampled_from(VIEWERS)))
    def the_clock_ticks(self, seconds: int, present: set) -> None:
        self.now += timedelta(seconds=seconds)
        for store in (self.store, self.open_only):
            store.save(due(store.open_alerts(), BOOK, now=self.now, present=present).changes)

    @rule(which=st.integers(0, 99), move=MOVES, by=st.sampled_from(VIEWERS))
    def somebody_takes_a_step(self, which: int, move, by) -> None:
        alerts = sorted(self.store.open_alerts(), key=lambda alert: alert.id)
        if not alerts:
            return
        alert = alerts[which % len(alerts)]
        try:
            change = self.stepped(alert, move, by)
        except NoSuchAlertError:
            assert alert.id not in {a.id for q in self.both_queues(by) for a in q.alerts}
        except NotPossibleError:
            assert self.store.find(alert.id) == alert
        else:
            self.store.save([change])
            if not alert.key.covert:
                self.open_only.save([self.stepped(self.open_only.find(alert.id), move, by)])

    def stepped(self, alert: Alert, move, by):
        return take_step(alert, move, by=by, at=self.now, shown=alert.tally.count, book=BOOK)

    def both_queues(self, viewer):
        found = queues(self.store.open_alerts(), viewer, BOOK)
        return found.crime, found.mass

    def every_alert(self) -> list[Alert]:
        ids = {e.alert.id for channel in self.store.kept() for e in self.store.after(channel, 0, limit=9999)}
        return [self.store.find(alert_id) for alert_id in ids]

    @invariant()
    def no_hit_is_lost_or_doubled(self) -> None:
        kept = [hit for alert in self.every_alert() for hit in self.store.hits_of(alert.id)]
        assert sorted(hit.id for hit in kept) == sorted(self.delivered)
        for alert in self.every_alert():
            mine = self.store.hits_of(alert.id)
            assert alert.tally.count == len(mine)
            assert alert.tally.late == sum(hit.late for hit in mine)
            assert alert.tally.strongest == max(mine, key=lambda hit: hit.strength)
            assert {hit.covert for hit in mine} == {alert.key.covert}
            assert alert.priority >= max(hit.priority for hit in mine)

    @invariant()
    def no_state_is_illegal_and_the_steps_tell_how_it_came(self) -> None:
        for alert in self.every_alert():
            steps = self.store.steps_of(alert.id)
            assert [s.number for s in steps] == list(range(1, alert.steps + 1))
            assert (alert.state, alert.check if alert.is_open else None) in TRANSITIONS
            kinds = [s.kind for s in steps]
            assert kinds[0] is StepKind.RAISED
            assert {s.kind for s in steps if s.by is not None} <= BY_PERSON
            assert all(s.by is not None for s in steps if s.kind in BY_PERSON)
            if StepKind.TASKED in kinds:
                assert StepKind.PICTURE_CHECKED in kinds[: kinds.index(StepKind.TASKED)]
            assert (kinds[-1] is StepKind.CLOSED) == (alert.state is State.CLOSED)
            assert (alert.closure is not None) == (alert.state is State.CLOSED)
            assert (alert.watch.answer_by is None) == (alert.state is State.CLOSED)

    @invariant()
    def escalation_never_falls_but_by_an_answer_or_a_new_wait(self) -> None:
        for alert in self.every_alert():
            watch = alert.watch
            grown = (watch.highest, watch.told, alert.priority.rank)
            before = self.highest.get(alert.id, (0, 0, 0))
            assert all(now >= then for now, then in zip(grown, before, strict=True))
            assert watch.level <= watch.highest
            level, steps = self.levels.get(alert.id, (0, 0))
            if watch.level < level:
                since = {s.kind for s in self.store.steps_of(alert.id)[steps:]}
                assert since & (BY_PERSON | {StepKind.PUT_DOWN, StepKind.REOPENED})
            self.highest[alert.id] = grown
            self.levels[alert.id] = watch.level, alert.steps

    @invariant()
    def nothing_covert_is_visible_to_others(self) -> None:
        for viewer in (OPERATOR, DISPATCHER, SUPERVISOR):
            with_covert, without = (
                queues_json(queues(store.open_alerts(), viewer, BOOK), BOOK)
                for store in (self.store, self.open_only)
            )
            assert with_covert == without
            assert self.stream(self.store, viewer) == self.stream(self.open_only, viewer)

    def stream(self, store: MemoryStore, viewer):
        events = [e for channel in store.kept() for e in store.after(channel, 0, limit=9999)]
        heard = resume(events, store.kept(), Cursor(), viewer, BOOK)
        return heard.events, str(heard.cursor)

    @invariant()
    def every_closing_went_back_to_whom_it_may(self) -> None:
        closed = [alert for alert in self.every_alert() if not alert.is_open]
        told = {
            one.alert_id: one
            for name in ("stolen vehicles desk", "insurance desk", "source unit")
            for one in self.store.feedback_to(name)
        }
        assert set(told) == {alert.id for alert in closed}
        for alert in closed:
            assert alert.closure is not None
            one = told[alert.id]
            assert (one.closure, one.correct) == (alert.closure, alert.closure.outcome in TO_CORRECT)
            assert (one.to == ("source unit",)) == alert.key.covert


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
