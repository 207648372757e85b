"""What would come of an ask, foreseen; and which narrower asks would be allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openanpr.core.purpose import Category
from openanpr.core.role import Role
from openanpr.policy.decide import Outcome
from openanpr.search.faults import RefusedError
from openanpr.search.question import OneVehicle, PartOfAMark
from tests.search.scene import HIGH, MARK, NOW, asked, grave, span


def test_what_is_foreseen_is_what_is_decided_and_nothing_is_kept(scene) -> None:
    ann = scene.investigator()
    for ask, outcome in ((asked(), "allowed"), (grave(), "allowed-with-approval")):
        foreseen = scene.desk.foresee(ask, ann)
        assert foreseen.ruling.decision.outcome == outcome
        assert scene.desk.mine(ann) == ()
    kept = scene.desk.ask(grave(), ann)
    assert kept.judged.rules == scene.desk.foresee(grave(), ann).ruling.decision.rules


def test_an_ask_that_is_too_old_is_offered_the_widest_time_that_is_allowed(scene) -> None:
    ann = scene.investigator()
    old = asked(OneVehicle(MARK, span(400)))
    (found, *_) = scene.desk.lawful(old, ann)
    assert found.step == "the last 90 days alone"
    assert found.foreseen.ruling.allowed
    assert found.ask.category is old.category
    assert NOW - timedelta(days=90) < found.ask.question.span.since < NOW - timedelta(days=89, hours=20)
    # An hour is left for reading and deciding.
    scene.now += timedelta(minutes=50)
    assert scene.desk.ask(found.ask, ann).state == "ready"


def test_what_waits_for_an_authority_is_offered_what_needs_none(scene) -> None:
    found = scene.desk.lawful(grave(), scene.investigator())
    assert found
    assert all(one.foreseen.ruling.allowed for one in found)
    assert all(one.ask.category is Category.SERIOUS for one in found)


def test_an_allowed_ask_is_offered_nothing(scene) -> None:
    assert scene.desk.lawful(asked(), scene.investigator()) == ()


def test_a_wide_ask_is_offered_a_narrower_question_of_the_meter(scene) -> None:
    scene.traffic(HIGH, 300, ago=timedelta(days=2))
    ann = scene.investigator()
    wide = asked(PartOfAMark("ZZ0*", span(80)))
    offered = scene.desk.lawful(wide, ann)
    now = scene.desk.foresee(wide, ann).ruling.decision.outcome
    assert all(one.foreseen.ruling.decision.outcome != now for one in offered)
    assert now is not Outcome.ALLOWED or offered == ()


def test_whoever_may_not_search_is_foreseen_nothing(scene) -> None:
    with pytest.raises(RefusedError):
        scene.desk.foresee(asked(), scene.asker("pub", Role.PUBLISHER))


def test_cameras_are_chosen_from_by_whoever_may_see_where_they_stand(scene) -> None:
    names = [one.name for one in scene.desk.cameras(scene.investigator())]
    assert names == ["High Street", "Bridge", "Farm Lane", "Patrol 7"]
    assert scene.desk.cameras(scene.asker("pub", Role.PUBLISHER)) == ()
