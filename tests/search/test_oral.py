"""Urgent oral authority: it runs at once, is confirmed in writing in time, or is worth nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Rank
from openanpr.search.ask import AskError, OralAuthority
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError, ResultsGoneError
from openanpr.search.record import Means, State
from openanpr.search.shown import Row
from tests.search.scene import DAY, NOW, REFERENCE, WHY, Scene, asked, grave, urgent

HOUR = timedelta(hours=1)
ROW = Row(1, 1)


def claimed(scene: Scene, ann, officer="sue", ago=HOUR):
    return scene.desk.ask_urgently(urgent(), OralAuthority(officer, scene.now - ago), ann)


def test_it_runs_at_once_and_its_answer_says_that_it_is_not_confirmed(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    scene.read()
    record = claimed(scene, ann)
    assert (record.state, record.given.means) == (State.READY, Means.ORAL)
    found = scene.desk.run(record.search_id, ann)
    assert found.unconfirmed
    assert any("word of mouth" in one for one in found.caveats)
    assert [one.search_id for one in scene.desk.to_approve(sue)] == [record.search_id]
    confirmed = scene.desk.confirm(record.search_id, sue, reason=WHY)
    assert (confirmed.given.means, confirmed.given.written_at) == (Means.CONFIRMED, NOW)
    assert not scene.desk.results(record.search_id, ann).unconfirmed
    assert scene.desk.to_approve(sue) == ()
    assert scene.stages() == ["asked", "approval", "run", "answered", "approval", "see-again"]
    assert [one["means"] for one in scene.logged() if one["act"] == "approval"] == ["oral", "oral-confirmed"]


def test_unconfirmed_it_is_overdue_after_the_hours_of_the_profile_and_opens_nothing(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    scene.parts.kept.for_time = 100 * DAY
    scene.read()
    record = claimed(scene, ann)
    scene.desk.run(record.search_id, ann)
    scene.now = NOW - HOUR + 24 * HOUR
    assert scene.desk.overdue() == ()
    scene.desk.open_read(record.search_id, ROW, ann)
    scene.now += timedelta(minutes=1)
    assert [one.search_id for one in scene.desk.overdue()] == [record.search_id]
    for act in (
        lambda: scene.desk.open_read(record.search_id, ROW, ann),
        lambda: scene.desk.results(record.search_id, ann),
        lambda: scene.desk.run(record.search_id, ann),
    ):
        with pytest.raises(RefusedError) as told:
            act()
        assert told.value.rules == ("approval-oral-recorded",)
    scene.desk.confirm(record.search_id, sue, reason=WHY)
    assert scene.desk.overdue() == ()
    scene.desk.open_read(record.search_id, ROW, ann)


def test_denied_it_shows_nothing_any_more_and_the_log_says_who_denied_it(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    scene.read()
    record = claimed(scene, ann)
    scene.desk.run(record.search_id, ann)
    denied = scene.desk.contradict(record.search_id, sue, reason="I never spoke with her on that day.")
    assert (denied.state, denied.given.means) == (State.DECLINED, Means.CONTRADICTED)
    with pytest.raises(ResultsGoneError):
        scene.desk.open_read(record.search_id, ROW, ann)
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)
    last = scene.logged()[-1]
    assert (last["act"], last["refused"], last["by"]) == ("refusal", "oral-authority", "sue")
    with pytest.raises(NotFoundError):
        scene.desk.confirm(record.search_id, sue, reason=WHY)


def test_denied_while_it_runs_the_run_ends_without_an_answer(scene: Scene) -> None:
    from openanpr.search.faults import UnansweredError  # noqa: PLC0415

    ann, sue = scene.investigator(), scene.officer()
    scene.read()
    record = claimed(scene, ann)

    def deny(_) -> None:
        scene.world.reads.before = lambda _: None
        scene.desk.contradict(record.search_id, sue, reason="I never spoke with her on that day.")
        scene.world.reads.stopped.clear()

    scene.world.reads.before = deny
    with pytest.raises(UnansweredError):
        scene.desk.run(record.search_id, ann)
    assert scene.searches.find(record.search_id).state is State.DECLINED


def test_only_the_named_officer_confirms_or_denies(scene: Scene) -> None:
    ann, other = scene.investigator(), scene.officer("tom")
    scene.officer()
    record = claimed(scene, ann)
    for act in (scene.desk.confirm, scene.desk.contradict):
        for who in (ann, other):
            with pytest.raises(NotFoundError):
                act(record.search_id, who, reason=WHY)
    with pytest.raises(NotFoundError):
        scene.desk.look(record.search_id, other)


@pytest.mark.parametrize(
    ("officer", "rank", "rule"),
    [("sue", Rank.INSPECTOR, "search-age-authority"), ("ann", Rank.SUPERINTENDENT, "approval")],
)
def test_a_rank_too_low_or_oneself_gives_none(scene: Scene, officer, rank, rule) -> None:
    ann = scene.investigator()
    scene.officer("sue", rank)
    record = claimed(scene, ann, officer)
    assert (record.state, record.given) == (State.WAITING, None)
    assert any(name.startswith(rule) for name in scene.logged()[-1]["rules"])
    assert scene.stages() == ["asked", "refusal oral-authority"]
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)


def test_whom_it_is_for_gives_none_either(scene: Scene) -> None:
    from openanpr.search.ask import ForWhom  # noqa: PLC0415

    ann, _ = scene.investigator(), scene.officer()
    ask = urgent(for_whom=ForWhom("sue"))
    record = scene.desk.ask_urgently(ask, OralAuthority("sue", NOW), ann)
    assert (record.state, scene.logged()[-1]["rules"]) == (State.WAITING, ["approve-not-own"])


def test_what_is_not_urgent_or_was_given_tomorrow_or_by_nobody_is_not_taken(scene: Scene) -> None:
    ann, _ = scene.investigator(), scene.officer()
    for ask, authority in (
        (grave(), OralAuthority("sue", NOW)),
        (urgent(), OralAuthority("sue", NOW + HOUR)),
        (urgent(), OralAuthority("nobody", NOW)),
    ):
        with pytest.raises(AskError):
            scene.desk.ask_urgently(ask, authority, ann)
    stale = scene.desk.ask_urgently(urgent(), OralAuthority("sue", NOW - 25 * HOUR), ann)
    assert (stale.state, scene.logged()[-1]["rules"]) == (State.WAITING, ["approval-oral-recorded"])


def test_an_urgent_search_goes_on_without_the_case_system_if_an_officer_stands_for_it(scene: Scene) -> None:
    ann, _ = scene.investigator(), scene.officer()
    scene.world.references[REFERENCE] = ReferenceState.UNREACHABLE
    record = claimed(scene, ann)
    assert record.state is State.READY
    scene.desk.run(record.search_id, ann)
    scene.world.references[REFERENCE] = ReferenceState.CLOSED
    with pytest.raises(RefusedError):
        scene.desk.results(record.search_id, ann)


def test_what_needs_no_authority_is_kept_without_one(scene: Scene) -> None:
    ann, _ = scene.investigator(), scene.officer()
    record = scene.desk.ask_urgently(asked(urgent=True), OralAuthority("sue", NOW), ann)
    assert (record.state, record.given) == (State.READY, None)


def test_an_officer_who_lost_the_role_confirms_nothing(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record = claimed(scene, ann)
    former = replace(sue, person=replace(sue.person, roles=()))
    with pytest.raises(RefusedError):
        scene.desk.confirm(record.search_id, former, reason=WHY)
