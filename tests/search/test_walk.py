"""One search from asking to answer: judged upon facts, logged before each act, and kept as it went."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.purpose import Category, ReferenceState, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.profile import load_profile
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError, ResultsGoneError, UnansweredError
from openanpr.search.ports import ReadsUnreachableError, TooMuchError
from openanpr.search.question import Around, Cameras, CommonPlates, OneVehicle, PlaceAndTime, QuestionError
from openanpr.search.question import Scene as Place
from openanpr.search.record import State
from openanpr.search.shown import ShownCommon
from tests.search.scene import (
    BRIDGE,
    DAY,
    HIGH,
    MARK,
    NOW,
    REASON,
    REFERENCE,
    TOWN,
    WHY,
    Scene,
    asked,
    at_place,
    ended,
    grave,
    span,
)


def test_an_ordinary_search_is_asked_run_and_answered_and_the_log_tells_it(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    scene.read("ZZ99ZZZ")
    record = scene.desk.ask(asked(), ann)
    assert record.state is State.READY
    found = scene.desk.run(record.search_id, ann)
    assert [(row.mark, row.camera.name, row.confidence) for row in found.rows] == [(MARK, "High Street", 0.9)]
    assert found.rows[0].rivals == ((MARK, 0.9), ("AB12CDF", 0.1))
    assert len(found.caveats) == 3
    assert scene.stages() == ["asked", "run", "answered"]
    first, _, last = scene.logged()
    told = {
        "person": "ann",
        "plate": MARK,
        "reference": REFERENCE,
        "reason": REASON,
        "rules": ["search-by-role"],
    }
    assert told.items() <= first.items()
    assert (last["regards"], last["reads"], last.get("plate")) == (0, 1, None)
    kept = scene.desk.find(record.search_id, ann)
    assert (kept.state, kept.runs, kept.standing.rows) == (State.ANSWERED, 1, 1)


def test_a_refused_ask_is_kept_and_logged_with_the_rule_and_never_runs(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(replace(grave(), category=Category.VOLUME), ann)
    assert record.state is State.REFUSED
    assert record.judged.rules == ("search-age-of-category",)
    assert "remedies" in json.loads(record.judged.decision_json)
    assert scene.stages() == ["asked", "refusal search"]
    assert scene.logged()[1]["regards"] == record.entry
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)
    assert scene.world.reads.asked == []


def test_fourteen_months_for_a_serious_case_need_a_superintendent_who_is_somebody_else(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    scene.read(ago=400 * DAY)
    record = scene.desk.ask(grave(), ann)
    assert (record.state, record.judged.least_rank) == (State.WAITING, Rank.SUPERINTENDENT)
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)
    assert [one.search_id for one in scene.desk.to_approve(sue)] == [record.search_id]
    assert scene.desk.look(record.search_id, sue).ask == record.ask
    approved = scene.desk.approve(record.search_id, sue, reason=WHY)
    assert (approved.state, approved.given.by) == (State.READY, "sue")
    assert len(scene.desk.run(record.search_id, ann).rows) == 1
    assert scene.stages() == ["asked", "look-to-approve", "approval", "run", "answered"]
    assert scene.logged()[2]["rank"] == "superintendent"
    assert scene.logged()[2]["regards"] == record.entry


def test_an_inspector_learns_that_the_rank_is_too_low_and_a_constable_nothing(scene: Scene) -> None:
    record = scene.desk.ask(grave(), scene.investigator())
    low = scene.officer("ian", Rank.INSPECTOR)
    with pytest.raises(RefusedError) as told:
        scene.desk.approve(record.search_id, low, reason=WHY)
    assert told.value.rules == ("approve-rank",)
    for stranger in (scene.investigator("bob"), scene.asker("aud", Role.AUDITOR)):
        with pytest.raises(NotFoundError) as missing:
            scene.desk.approve(record.search_id, stranger, reason=WHY)
        with pytest.raises(NotFoundError) as none:
            scene.desk.approve("no-such", stranger, reason=WHY)
        assert str(missing.value) == str(none.value)
    assert scene.stages().count("refusal approve") == 3
    assert scene.desk.to_approve(low) == ()


def test_a_declined_search_is_over_and_says_why(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record = scene.desk.ask(grave(), ann)
    scene.desk.decline(record.search_id, sue, reason="A month would do to show that it was in the county.")
    kept = scene.desk.find(record.search_id, ann)
    assert (kept.state, kept.standing.why[:7]) == (State.DECLINED, "A month")
    with pytest.raises(NotNowError):
        scene.desk.approve(record.search_id, sue, reason=WHY)
    refusal = scene.logged()[1]
    assert (refusal["act"], refusal["person"], refusal["by"]) == ("refusal", "ann", "sue")


@pytest.mark.parametrize("act", ["run", "results", "export"])
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda s, a: s.world.references.update({REFERENCE: ReferenceState.CLOSED}) or a, "search-reference"),
        (
            lambda s, a: s.world.references.update({REFERENCE: ReferenceState.UNREACHABLE}) or a,
            "search-reference",
        ),
        (lambda _, a: ended(a, roles=()), "nothing-permits"),
        (lambda _, a: ended(a, training_until=NOW.date() - DAY), "training-valid"),
        (lambda s, a: s.world.declared.update({"ann": {MARK}}) or a, "search-own-interest"),
        (lambda s, a: setattr(s, "profile", None) or a, "no-profile"),
        (lambda s, a: setattr(s, "now", NOW + 70 * DAY) or a, "search-age-of-category"),
    ],
)
def test_what_changed_since_it_was_asked_refuses_at_every_later_step(scene, act, change, rule) -> None:
    from openanpr.search.ask import Recipient  # noqa: PLC0415
    from openanpr.search.shown import Form, Row, RowsOf  # noqa: PLC0415

    ann = scene.investigator()
    scene.read()
    scene.parts.kept.for_time = 400 * DAY
    record = scene.desk.ask(asked(), ann)
    if act != "run":
        scene.desk.run(record.search_id, ann)
    after = change(scene, ann)
    size = scene.log.size
    rows = RowsOf(record.search_id, (Row(1, 1),))
    acts = {
        "run": lambda: scene.desk.run(record.search_id, after),
        "results": lambda: scene.desk.results(record.search_id, after),
        "export": lambda: scene.desk.export(rows, Form.CSV, Recipient("Crown Prosecution Service"), after),
    }
    with pytest.raises(RefusedError) as told:
        acts[act]()
    assert rule in told.value.rules
    assert [one["act"] for one in scene.logged()[size:]] == ["refusal"]


def test_a_profile_that_now_wants_an_authority_lets_a_ready_search_wait(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record = scene.desk.ask(asked(OneVehicle(MARK, span(300)), category=Category.SERIOUS), ann)
    assert record.state is State.READY
    scene.profile = load_profile("current")
    with pytest.raises(RefusedError):
        scene.desk.run(record.search_id, ann)
    assert scene.desk.find(record.search_id, ann).state is State.WAITING
    scene.desk.approve(record.search_id, sue, reason=WHY)
    assert scene.desk.run(record.search_id, ann).rows == ()


def test_an_authority_lapses_after_seven_days_and_the_search_waits_for_a_new_one(scene: Scene) -> None:
    ann, sue = scene.investigator(), scene.officer()
    record = scene.desk.ask(grave(), ann)
    scene.desk.approve(record.search_id, sue, reason=WHY)
    scene.now += 7 * DAY
    with pytest.raises(RefusedError):
        scene.desk.run(record.search_id, ann)
    kept = scene.desk.find(record.search_id, ann)
    assert (kept.state, kept.given) == (State.WAITING, None)
    scene.desk.approve(record.search_id, sue, reason=WHY)
    assert scene.desk.run(record.search_id, ann).run == 1


def test_a_search_may_be_run_again_while_its_authority_holds_and_each_run_is_logged(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)
    assert [scene.desk.run(record.search_id, ann).run for _ in range(3)] == [1, 2, 3]
    assert scene.stages().count("run") == scene.stages().count("answered") == 3


def test_rows_are_kept_for_an_hour_and_then_wait_for_another_run(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record = scene.desk.ask(asked(), ann)
    first = scene.desk.run(record.search_id, ann)
    scene.now = first.kept_until - timedelta(seconds=1)
    assert scene.desk.results(record.search_id, ann).rows == first.rows
    scene.now = first.kept_until
    with pytest.raises(ResultsGoneError):
        scene.desk.results(record.search_id, ann)
    assert scene.desk.run(record.search_id, ann).rows == first.rows


def test_what_is_asked_for_somebody_else_shows_to_both_and_only_who_asked_runs_it(scene: Scene) -> None:
    from openanpr.search.ask import ForWhom  # noqa: PLC0415

    ann, bob, cat = scene.investigator(), scene.investigator("bob"), scene.investigator("cat")
    scene.read()
    record = scene.desk.ask(asked(for_whom=ForWhom("bob")), ann)
    with pytest.raises(RefusedError):
        scene.desk.run(record.search_id, bob)
    found = scene.desk.run(record.search_id, ann)
    assert scene.desk.results(record.search_id, bob).rows == found.rows
    assert [one.search_id for one in scene.desk.mine(bob)] == [record.search_id]
    with pytest.raises(NotFoundError):
        scene.desk.results(record.search_id, cat)
    assert scene.logged()[0]["for_whom"] == "bob"
    scene.world.declared["bob"] = {MARK}
    with pytest.raises(RefusedError):
        scene.desk.results(record.search_id, bob)


def test_nothing_is_shown_and_nothing_asked_where_the_log_cannot_be_written(scene: Scene) -> None:
    from openanpr.audit.faults import AuditError, CannotWriteError  # noqa: PLC0415

    class Full:
        """A log whose disk is full from the so-many-th entry on."""

        def __init__(self, left: int) -> None:
            self.left = left

        def append(self, event):
            if self.left == 0:
                raise CannotWriteError("the disk is full")
            self.left -= 1
            return scene.log.append(event)

    ann = scene.investigator()
    scene.read()
    for left, state in ((0, None), (1, State.FAILED), (2, State.FAILED)):
        scene.searches.kept.clear()
        scene.world.reads.asked.clear()
        desk = replace(scene.desk, parts=replace(scene.parts, trail=Full(left)))
        with pytest.raises(AuditError):
            desk.run(desk.ask(asked(), ann).search_id, ann)
        assert [one.state for one in scene.searches.kept.values()] == ([] if state is None else [state])
        assert len(scene.world.reads.asked) == (1 if left == 2 else 0)
        assert all(scene.parts.kept.get(one, now=scene.now) is None for one in scene.searches.kept)


@pytest.mark.parametrize("fault", [TooMuchError(), ReadsUnreachableError(), RuntimeError("unforeseen")])
def test_a_run_that_fails_says_so_and_can_be_run_again(scene: Scene, fault: Exception) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)

    def fail(_):
        raise fault

    scene.world.reads.before = fail
    with pytest.raises(RuntimeError if isinstance(fault, RuntimeError) else UnansweredError):
        scene.desk.run(record.search_id, ann)
    assert scene.desk.find(record.search_id, ann).state is State.FAILED
    assert scene.stages()[-1] == ("run" if isinstance(fault, RuntimeError) else "run-failed")
    scene.world.reads.before = lambda _: None
    assert scene.desk.run(record.search_id, ann).run == 2


def test_a_cancelled_run_shows_nothing_even_if_the_store_finishes(scene: Scene) -> None:
    ann = scene.investigator()
    scene.read()
    record = scene.desk.ask(asked(), ann)

    def cancel(_):
        scene.desk.cancel(record.search_id, ann)
        scene.world.reads.stopped.clear()  # too late for the store: it answers all the same

    scene.world.reads.before = cancel
    with pytest.raises(UnansweredError):
        scene.desk.run(record.search_id, ann)
    assert scene.desk.find(record.search_id, ann).state is State.STOPPED
    with pytest.raises(ResultsGoneError):
        scene.desk.results(record.search_id, ann)
    with pytest.raises(NotNowError):
        scene.desk.cancel(record.search_id, ann)


def test_a_search_runs_once_at_a_time_and_can_be_stopped_from_another_thread(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)
    begun, go_on = threading.Event(), threading.Event()

    def wait(_):
        begun.set()
        assert go_on.wait(10)

    scene.world.reads.before = wait
    ends: list[str] = []

    def run() -> None:
        try:
            scene.desk.run(record.search_id, ann)
        except UnansweredError:
            ends.append("stopped")

    runner = threading.Thread(target=run)
    runner.start()
    assert begun.wait(10)
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)
    scene.desk.cancel(record.search_id, ann)
    go_on.set()
    runner.join(10)
    assert ends == ["stopped"]
    assert scene.world.reads.stopped == {f"{record.search_id}.1"}


def test_what_a_dead_process_left_running_is_broken_off_at_the_next_start(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)
    running = replace(record, standing=replace(record.standing, state=State.RUNNING), runs=1)
    assert scene.searches.replace(running)
    assert (scene.desk.break_off(), scene.desk.break_off()) == (1, 0)
    assert scene.desk.find(record.search_id, ann).state is State.BROKEN_OFF
    assert scene.desk.run(record.search_id, ann).run == 2


def test_a_withdrawn_search_does_not_run(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)
    assert scene.desk.withdraw(record.search_id, ann).state is State.WITHDRAWN
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)


def test_plates_common_to_places_are_a_combination_and_need_an_inspector(scene: Scene) -> None:
    ann, ian = scene.asker("ann", Role.ANALYST), scene.officer("ian", Rank.INSPECTOR)
    for camera in (HIGH, BRIDGE):
        scene.read(camera_id=camera)
        scene.traffic(camera, 1)
    scene.read("ONCE1", HIGH)
    scenes = tuple(Place(Cameras((camera,)), span(0.2)) for camera in (HIGH, BRIDGE))
    record = scene.desk.ask(asked(CommonPlates(scenes, 2)), ann)
    assert (record.state, record.judged.least_rank) == (State.WAITING, Rank.INSPECTOR)
    scene.desk.approve(record.search_id, ian, reason=WHY)
    found = scene.desk.run(record.search_id, ann)
    assert found.rows == (ShownCommon(1, MARK, (0, 1), 2), ShownCommon(2, "ZZ00000", (0, 1), 2))
    assert scene.stages() == ["asked", "approval", "run", "combination common-plates", "answered"]


def test_a_pattern_looked_for_needs_an_objective_and_an_authority(scene: Scene) -> None:
    ann = scene.asker("ann", Role.ANALYST)
    without = scene.desk.ask(asked(stance=Stance.PROACTIVE), ann)
    assert (without.state, without.judged.rules[-1]) == (State.REFUSED, "search-proactive-objective")
    objective = "To learn which farms the stolen tractors pass on their way to the docks."
    with_one = scene.desk.ask(asked(stance=Stance.PROACTIVE, objective=objective), ann)
    assert with_one.state is State.WAITING


@pytest.mark.parametrize(
    "reason", ["", "   \n", "x", "necessity and proportionality", "For police purposes. N/A"]
)
def test_a_reason_of_blanks_or_of_the_forms_own_words_is_none(scene: Scene, reason: str) -> None:
    record = scene.desk.ask(asked(reason=reason), scene.investigator())
    assert record.judged.rules == ("search-reason",)


def test_a_time_to_come_cannot_be_asked_about(scene: Scene) -> None:
    with pytest.raises(QuestionError):
        scene.desk.ask(asked(OneVehicle(MARK, span(1, NOW + timedelta(seconds=1)))), scene.investigator())


def test_a_place_that_got_cameras_since_must_be_asked_anew(scene: Scene) -> None:
    from tests.search.scene import camera  # noqa: PLC0415

    ann = scene.investigator()
    record = scene.desk.ask(asked(at_place(Around(TOWN, 300))), ann)
    assert record.state is State.READY
    scene.world.cameras.append(camera(replace(HIGH, camera=77), "New", TOWN))
    with pytest.raises(NotNowError):
        scene.desk.run(record.search_id, ann)


def test_own_vehicles_are_left_out_of_what_a_place_shows_and_that_is_said(scene: Scene) -> None:
    ann = scene.investigator()
    scene.world.declared["ann"] = {MARK}
    scene.read()
    scene.read("ZZ99ZZZ")
    record = scene.desk.ask(asked(PlaceAndTime(Cameras((HIGH,)), span(0.5))), ann)
    found = scene.desk.run(record.search_id, ann)
    assert [row.mark for row in found.rows] == ["ZZ99ZZZ"]
    assert any("left out" in caveat for caveat in found.caveats)


def test_records_outlive_the_reads_by_two_years_and_their_end_is_logged_first(scene: Scene) -> None:
    ann = scene.investigator()
    record = scene.desk.ask(asked(), ann)
    scene.desk.open_case(REFERENCE, NOW.date(), ann)
    scene.now = NOW + 730 * DAY
    assert scene.desk.forget() == 0
    scene.now = NOW + 731 * DAY
    assert scene.desk.forget() == 1
    assert scene.desk.find(record.search_id, ann).search_id == record.search_id
    scene.now = NOW + 1460 * DAY + timedelta(seconds=1)
    assert (scene.desk.forget(), scene.desk.forget()) == (1, 0)
    assert scene.desk.mine(ann) == scene.desk.cases(ann) == ()
    assert [one.get("rows") for one in scene.logged()[-2:]] == [1, 1]
