"""What came of the alerts, in figures and back to the owners."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openanpr.alert.alert import Check
from openanpr.alert.clock import due
from openanpr.alert.closure import Closure, Outcome
from openanpr.alert.outcomes import figures, to_read
from openanpr.alert.work import CheckPicture, Close, See, Task
from tests.alert.scenes import (
    AT,
    BOOK,
    MASS_LIST,
    MINUTE,
    NAMED,
    NO_UNIT,
    OPERATOR,
    covert_hit,
    make_hit,
    only_alert,
    step,
    walked,
)


def alert(i: int, *moves, list_id: int = 1):
    return walked(only_alert(make_hit(i, vrm_listed=f"AB{i:02}CDE", list_id=list_id), now=AT), *moves)


MISREAD = (See(), CheckPicture(Check.MISREAD), Close(Closure(Outcome.MISREAD)))
TICKET = (See(), CheckPicture(Check.MATCH), Task("KZ41"), Close(Closure(Outcome.TICKET)))


def test_figures_count_hits_answers_and_outcomes_by_list() -> None:
    alerts = [alert(1, *MISREAD), alert(2, *TICKET), alert(3, *TICKET), alert(4, See()), alert(5)]
    crime, mass = figures([*alerts, alert(6, list_id=MASS_LIST)], OPERATOR)
    assert (crime.list_id, mass.list_id) == (1, MASS_LIST)
    assert (crime.alerts, crime.hits, crime.answered, crime.unanswered, crime.closed) == (5, 5, 4, 1, 3)
    assert crime.outcomes[Outcome.TICKET] == 2
    assert crime.outcome_share(Outcome.TICKET) == pytest.approx(2 / 3)
    assert crime.misread_share == pytest.approx(1 / 3)
    assert crime.answered_share == pytest.approx(0.8)
    assert crime.median_wait == MINUTE
    assert sum(crime.outcomes.values()) == crime.closed


def test_where_there_is_nothing_to_share_out_a_share_is_unknown_and_not_nought() -> None:
    (mass,) = figures([alert(6, list_id=MASS_LIST)], OPERATOR)
    assert (mass.misread_share, mass.outcome_share(Outcome.ARREST), mass.median_wait) == (None, None, None)
    assert mass.answered_share == 0.0
    assert replace(mass, alerts=0).answered_share is None
    assert figures([], OPERATOR) == ()


def test_an_alert_that_was_answered_after_it_climbed_was_not_in_time() -> None:
    (climbed,) = due([alert(1)], BOOK, now=AT + 3 * MINUTE, present=(OPERATOR,)).changes
    (crime,) = figures([step(climbed.alert, See(), after=4 * MINUTE).alert, alert(2, See())], OPERATOR)
    assert (crime.answered, crime.in_time, crime.in_time_share) == (2, 1, 0.5)
    assert crime.median_wait == 2.5 * MINUTE


def test_covert_alerts_count_for_their_named_people_only() -> None:
    both = [alert(1), only_alert(covert_hit(2))]
    assert figures(both, OPERATOR) == figures(both[:1], OPERATOR)
    (crime,) = figures(both, NAMED)
    assert crime.alerts == 2


def test_an_owner_reads_first_what_must_be_put_right_and_then_the_newest() -> None:
    def closed(i: int, moves, after):
        change = step(alert(i, *moves[:-1]), moves[-1], after=after)
        return change.feedback

    old_misread = closed(1, MISREAD, MINUTE)
    ticket = closed(2, TICKET, 3 * MINUTE)
    nobody = closed(3, (See(), Close(NO_UNIT)), 2 * MINUTE)
    assert to_read([nobody, old_misread, ticket]) == (old_misread, ticket, nobody)
