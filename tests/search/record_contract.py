"""What every keeper of searches and cases does: held by the one in memory and by both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.purpose import Category, Stance
from openanpr.core.read import Direction, Style
from openanpr.core.role import Rank, Role
from openanpr.policy.ask import HeldRole
from openanpr.search.ask import Ask, ForWhom
from openanpr.search.faults import NotFoundError, NotNowError, RefusedError
from openanpr.search.meter import Figures, Meter, Narrower
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    Drawn,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    Spelling,
    WasItThere,
)
from openanpr.search.question import Scene as Place_and_time
from openanpr.search.record import (
    Case,
    CaseHold,
    Given,
    Judged,
    Means,
    Note,
    SearchRecord,
    Standing,
    State,
)
from tests.ingest.contracts import at_once
from tests.search.scene import DAY, HIGH, MARK, NOW, TOWN, WHY, Scene, asked, grave, last_day, span

SPAN = span(3.25)
CORNERS = (Place(51.0, -2.0), Place(51.0, -1.9), Place(51.1, -1.95))
QUESTIONS = (
    OneVehicle(MARK, SPAN, Spelling.MISREAD),
    LastSeen(MARK, SPAN),
    PartOfAMark("AB12*", SPAN),
    WasItThere(MARK, Cameras((HIGH, CameraId(53, 1, 2))), SPAN, Spelling.EXACT),
    PlaceAndTime(Around(TOWN, 512.5), SPAN, Direction.AWAY, frozenset({Style.TRADE, Style.BLACK})),
    PlaceAndTime(Drawn(CORNERS), SPAN),
    CommonPlates(
        (Place_and_time(Drawn(CORNERS), SPAN), Place_and_time(Cameras((HIGH,)), span(1, NOW - DAY))), 2
    ),
    ListOfVehicles((MARK, "ZZ99ZZZ"), SPAN),
    Convoy(MARK, SPAN, 7, 4, Spelling.EXACT),
)
METER = Meter(Figures(3, 4, 500, 20), 4, (Narrower("this spelling alone", Figures(3, 4, 100, 10)),))
GIVEN = Given(
    by="sue",
    rank=Rank.SUPERINTENDENT,
    roles=(HeldRole(Role.AUTHORISING_OFFICER, last_day()),),
    means=Means.ORAL,
    at=NOW - timedelta(hours=1),
    written_at=None,
    reason=WHY,
    entry=7,
)


def record(number: str = "s1", **other) -> SearchRecord:
    made = SearchRecord(
        search_id=number,
        ask=asked(),
        asked_by="ann",
        asked_for="ann",
        name="Ann O'Dell; DROP TABLE search",
        team="crime",
        source="desk 4",
        asked_at=NOW + timedelta(microseconds=1),
        meter=METER,
        judged=Judged(
            "{}", '{"outcome":"allowed"}', "sha256:0", "allowed", ("search-by-role",), Rank.INSPECTOR
        ),
        standing=Standing(State.READY, NOW, "why", 3),
        entry=5,
    )
    return replace(made, **other)


class SearchRecordsContract:
    """Fixture `searches`: an empty keeper of searches."""

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: type(one).__name__)
    def test_a_search_comes_back_as_it_was_kept(self, searches, question) -> None:
        bob = ForWhom("bob")
        ask = Ask(
            question, Category.MAJOR, Stance.PROACTIVE, "R/1", "é\n'; --", "objective", bob, urgent=True
        )
        kept = record(ask=ask, asked_for="bob", given=GIVEN)
        searches.add(kept)
        assert searches.find("s1") == kept
        assert searches.of("bob", most=9) == searches.of("ann", most=9) == (kept,)
        assert searches.find("s2") is None

    def test_a_person_without_account_is_kept_by_name_and_finds_nothing(self, searches) -> None:
        named = ForWhom(name="ann")
        kept = record(ask=asked(for_whom=named), asked_by="bob", asked_for=named.id)
        searches.add(kept)
        assert searches.find("s1") == kept
        assert searches.of("ann", most=9) == searches.of("", most=9)[1:] == ()

    def test_they_are_listed_by_age_and_by_how_they_stand(self, searches) -> None:
        states = (State.WAITING, State.RUNNING, State.WAITING)
        for n, state in enumerate(states):
            one = record(f"s{n}", asked_at=NOW - n * DAY, standing=Standing(state, NOW))
            searches.add(one if n else replace(one, given=GIVEN))
        assert [one.search_id for one in searches.of("ann", most=2)] == ["s0", "s1"]
        assert [one.search_id for one in searches.standing({State.WAITING}, most=9)] == ["s2", "s0"]
        assert [one.search_id for one in searches.standing({State.WAITING, State.RUNNING}, most=1)] == ["s2"]
        assert [one.search_id for one in searches.unconfirmed(most=9)] == ["s0"]

    def test_a_change_is_kept_once_and_what_was_asked_never_changes(self, searches) -> None:
        searches.add(record())
        changed = record(
            ask=asked(reference="other"),
            asked_by="eve",
            standing=Standing(State.ANSWERED, NOW + DAY, "", 8),
            judged=Judged("{1}", "{2}", "v2", "refused", (), Rank.NONE),
            given=GIVEN,
            runs=4,
        )
        assert searches.replace(changed)
        kept = searches.find("s1")
        assert kept == replace(changed, ask=asked(), asked_by="ann", changed=1)
        assert not searches.replace(changed)
        confirmed = replace(GIVEN, means=Means.CONFIRMED, written_at=NOW, entry=9)
        assert searches.replace(replace(kept, given=confirmed))
        assert searches.find("s1").given == confirmed
        assert searches.unconfirmed(most=9) == ()
        assert searches.replace(replace(searches.find("s1"), given=None))
        assert searches.find("s1").given is None

    def test_of_many_changes_at_once_one_is_kept(self, searches) -> None:
        searches.add(record())
        told = at_once(lambda n: searches.replace(record(runs=n + 1)))
        assert told.count(True) == 1
        assert searches.find("s1").runs == told.index(True) + 1

    def test_what_was_asked_before_a_day_is_forgotten_with_its_authorities(self, searches) -> None:
        searches.add(record("old", asked_at=NOW - DAY, given=GIVEN))
        searches.add(record("new", given=GIVEN))
        assert searches.asked_before(NOW) == searches.forget(NOW) == 1
        assert searches.find("old") is None
        assert searches.find("new").given == GIVEN
        assert searches.asked_before(NOW) == searches.forget(NOW) == 0


class CaseRecordsContract:
    """Fixture `cases`: an empty keeper of cases."""

    CASE = Case("c1", "53/CR/1/26", "ann", NOW, last_day())
    HOLD = CaseHold("h1", "c1", "s1", "ann", NOW, last_day(), 3, NOW.date(), WHY)
    NOTE = Note("n1", "c1", "ann", NOW, "seen\non the '9' bus")

    def test_a_case_comes_back_with_what_it_holds(self, cases) -> None:
        cases.open(self.CASE)
        assert (cases.case("c1"), cases.case("c2")) == (self.CASE, None)
        later, other = replace(self.HOLD, hold_id="h0", at=NOW + DAY), replace(self.NOTE, note_id="n2")
        assert all(cases.keep(one) for one in (later, self.HOLD))
        assert all(cases.write(one) for one in (self.NOTE, other))
        assert cases.holds("c1") == (self.HOLD, later)
        assert cases.notes("c1") == (self.NOTE, other)
        assert cases.holds("c2") == cases.notes("c2") == ()

    def test_cases_of_an_owner_come_newest_first(self, cases) -> None:
        for n in range(3):
            cases.open(replace(self.CASE, case_id=f"c{n}", opened_at=NOW + n * DAY))
        cases.open(replace(self.CASE, case_id="x", owner="bob"))
        assert [one.case_id for one in cases.owned_by("ann", most=2)] == ["c2", "c1"]

    def test_a_closed_case_takes_nothing_more_and_is_closed_once(self, cases) -> None:
        cases.open(self.CASE)
        assert at_once(lambda _: cases.close("c1", NOW), 4).count(True) == 1
        assert cases.case("c1").closed_at == NOW
        assert not cases.keep(self.HOLD)
        assert not cases.write(self.NOTE)
        assert not cases.close("c2", NOW)

    def test_a_case_whose_last_day_is_past_is_forgotten_with_all_that_is_on_it(self, cases) -> None:
        cases.open(self.CASE)
        cases.open(replace(self.CASE, case_id="c2", until=last_day() + DAY))
        assert cases.keep(self.HOLD)
        assert cases.write(self.NOTE)
        assert cases.ended_before(last_day()) == cases.forget(last_day()) == 0
        after = last_day() + DAY
        assert cases.ended_before(after) == cases.forget(after) == 1
        assert cases.case("c1") is None
        assert cases.holds("c1") == cases.notes("c1") == ()
        assert cases.case("c2") is not None


class AtOnceContract:
    """Fixture `scene`: a desk. What two do at the same moment comes out as if one had come first."""

    def test_of_two_approvals_at_once_one_counts(self, scene: Scene) -> None:
        record = scene.desk.ask(grave(), scene.investigator())
        officers = [scene.officer(f"sue{n}") for n in range(4)]
        told = at_once(lambda n: self._said(scene.desk.approve, record.search_id, officers[n], reason=WHY), 4)
        assert sorted(told) == ["done", "not-now", "not-now", "not-now"]
        assert scene.searches.find(record.search_id).given.by == f"sue{told.index('done')}"

    def test_approved_and_withdrawn_at_once_it_is_one_of_both(self, scene: Scene) -> None:
        ann = scene.investigator()
        for _ in range(5):
            one = scene.desk.ask(grave(), ann).search_id
            told = at_once(partial(self._approve_or_withdraw, scene, one), 2)
            state = scene.searches.find(one).state
            assert (state, told) in [
                (State.READY, ["done", "not-now"]),
                (State.WITHDRAWN, ["not-now", "done"]),
                (State.WITHDRAWN, ["done", "done"]),
            ]

    def _approve_or_withdraw(self, scene: Scene, search_id: str, n: int) -> str:
        if n == 0:
            return self._said(scene.desk.approve, search_id, scene.officer(), reason=WHY)
        return self._said(scene.desk.withdraw, search_id, scene.investigator())

    def test_run_by_many_at_once_it_runs_once(self, scene: Scene) -> None:
        ann = scene.investigator()
        scene.read()
        record = scene.desk.ask(asked(), ann)
        told = at_once(lambda _: self._said(scene.desk.run, record.search_id, ann), 4)
        runs = scene.searches.find(record.search_id).runs
        assert told.count("done") == runs == scene.stages().count("answered") == len(scene.world.reads.asked)

    @staticmethod
    def _said(deed, *args, **named) -> str:
        try:
            deed(*args, **named)
        except NotNowError:
            return "not-now"
        except (RefusedError, NotFoundError):
            return "refused"
        return "done"
