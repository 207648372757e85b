"""What the self assessment counts: by facts of each register, within its time, and nothing that is covert."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.alert.alert import Check
from openanpr.alert.closure import Closure, Outcome
from openanpr.alert.work import CheckPicture, Close, See
from openanpr.core.purpose import Category, ReferenceState, Stance
from openanpr.core.span import Span
from openanpr.policy.ask import AskedSearch, Purpose, Request
from openanpr.policy.request_json import request_json
from openanpr.review.item import Concern, Finding, Origin, Raised, Remedy, Taken
from openanpr.review.item import Outcome as Found
from openanpr.review.signal import SignalKind, Strength
from openanpr.search.record import Means, Standing, State
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.assessment_counts import AssessmentCounts, SearchCounts
from openanpr.store.control.review_items import ReviewItems
from openanpr.store.control.search_records import SearchRows
from tests.alert.scenes import AT, covert_hit, make_hit, raised, step
from tests.policy.asking import search as asked_search
from tests.search.record_contract import GIVEN, record
from tests.search.scene import NOW

SPAN = Span(NOW - timedelta(days=365), NOW + timedelta(days=1))


@pytest.fixture
def counts(engine) -> AssessmentCounts:
    return AssessmentCounts(engine)


def judged(reference: ReferenceState, *, reason: bool = True):
    asked: Request = asked_search()
    purpose = Purpose(Category.SERIOUS, Stance.REACTIVE, reference, reason_given=reason)
    return replace(record().judged, request_json=request_json(replace(asked, purpose=purpose)))


def test_searches_are_counted_by_what_they_lack(counts, engine) -> None:
    rows, known = SearchRows(engine), judged(ReferenceState.OPEN)
    kept = [
        record("s1", judged=known, runs=1),
        record("s2", judged=judged(ReferenceState.CLOSED), runs=2, given=replace(GIVEN, entry=8)),
        record("s3", judged=judged(ReferenceState.UNKNOWN), runs=1),
        record("s4", judged=judged(ReferenceState.NONE), runs=1),
        record("s5", judged=judged(ReferenceState.UNREACHABLE), runs=1),
        record("s6", judged=judged(ReferenceState.OPEN, reason=False), runs=1),
        record("s7", judged=judged(ReferenceState.UNKNOWN), standing=Standing(State.REFUSED, NOW, "", None)),
        record("s8", judged=known, given=replace(GIVEN, means=Means.CONTRADICTED, entry=9)),
        record("s9", judged=known, runs=1, asked_at=NOW - timedelta(days=366)),
    ]
    for one in kept:
        rows.add(one)
    assert counts.searches(SPAN) == SearchCounts(
        asked=8, ran=6, refused=1, authorised=1, unreferenced=2, unreachable=1, unreasoned=1
    )


def test_searches_with_a_finding_are_counted_once_however_many_items_name_them(counts, engine) -> None:
    rows, items = SearchRows(engine), ReviewItems(engine, iter("ijklmn").__next__)
    for name in ("s1", "s2", "s3"):
        rows.add(record(name))
    for key, searches in (("a", ("s1", "s2")), ("b", ("s1",)), ("c", ("s3",))):
        concerns = tuple(Concern(one, AskedSearch("dan", "dan", "north")) for one in searches)
        kinds = (SignalKind.OFF_DUTY.value,)
        items.raise_all([Raised(key, Origin.SIGNAL, kinds, "dan", "why", Strength.WEAK, concerns)], at=NOW)
    for item in ("i", "j"):
        assert items.take(item, Taken("ada", NOW), stale_before=NOW)
        assert items.find(item, Finding(Found.PROPER, "as it should be", Remedy.NONE, "ada", NOW))
    found = counts.reviews(SPAN)
    assert (found.asked, found.reviewed) == (3, 2)


def test_alerts_are_counted_by_what_came_of_them_and_covert_ones_never(counts, engine) -> None:
    store = AlertRecords(engine)

    def closed(number: int, mark: str, outcome: Outcome) -> None:
        (change,) = raised(make_hit(number, vrm_listed=mark, vrm_read=mark))
        store.save([change])
        for move in (See(), CheckPicture(_check(outcome)), Close(Closure(outcome))):
            change = step(change.alert, move)
            store.save([change])

    closed(1, "AB12CDE", Outcome.MISREAD)
    closed(2, "AB13CDE", Outcome.LIST_ERROR)
    closed(3, "AB14CDE", Outcome.MISREAD)
    store.save(raised(make_hit(4, vrm_listed="AB15CDE", vrm_read="AB15CDE")))
    store.save(raised(covert_hit(5)))
    span = Span(AT - timedelta(days=1), AT + timedelta(days=1))
    found = counts.alerts(span)
    assert (found.raised, found.answered, found.closed) == (4, 3, 3)
    assert (found.misread, found.list_errors) == (2, 1)
    before = counts.alerts(Span(AT - timedelta(days=2), AT - timedelta(days=1)))
    assert before.raised == 0


def _check(outcome: Outcome) -> Check:
    return {Outcome.MISREAD: Check.MISREAD}.get(outcome, Check.STALE_ENTRY)


def test_nothing_is_counted_where_there_is_nothing(counts) -> None:
    assert counts.searches(SPAN).asked == counts.reviews(SPAN).asked == counts.alerts(SPAN).raised == 0
    assert (counts.held().waiting, counts.held().oldest_at) == (0, None)
    assert counts.by_password_alone() == frozenset()
    assert counts.trainings() == {}
