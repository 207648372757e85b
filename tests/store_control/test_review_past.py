"""Searches as they were asked, run, opened and kept come to review as what they were, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from openanpr.audit.entry import parse_entry
from openanpr.audit.log import AuditLog
from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Role
from openanpr.core.shape import shape_key
from openanpr.review.opened import opened_from
from openanpr.review.past import Came, Did
from openanpr.review.sampling import SampledFor, always_looked_at
from openanpr.review.vehicles import repeated
from openanpr.search.ask import ForWhom, OralAuthority, Recipient
from openanpr.search.question import ListOfVehicles, PartOfAMark
from openanpr.search.shown import Form, Picture, Row, RowsOf
from openanpr.store.control.review_past import ReviewPast
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from tests.review.scene import NUMBERS, PROFILE, digest
from tests.search.scene import DAY, MARK, NOW, REASON, REFERENCE, Scene, asked, grave, last_day, span, urgent


class Entries:
    """The entries of a log, as review reads them."""

    def __init__(self, log: AuditLog) -> None:
        self.log = log

    def entries_from(self, first: int, most: int):
        return [
            parse_entry(self.log.disclose(n).entry) for n in range(first, min(first + most, self.log.size))
        ]


@pytest.fixture
def scene(engine, tmp_path) -> Iterator[Scene]:
    made = Scene(tmp_path, searches=SearchRows(engine), cases=CaseRows(engine))
    yield made
    made.log.close()


@pytest.fixture
def past(engine, scene) -> ReviewPast:
    return ReviewPast(engine, digest, partial(opened_from, Entries(scene.log)))


def only(past: ReviewPast):
    (found,) = past.since(NOW - 9 * DAY)
    return found


def test_a_search_comes_as_it_was_asked_run_opened_and_kept(scene, past) -> None:
    ann = scene.investigator()
    scene.read()
    scene.read(ago=timedelta(hours=5))
    record = scene.desk.ask(asked(), ann)
    assert (only(past).came, only(past).did) == (Came.NOT_RUN, Did(0, 0, 0))
    run = scene.desk.run(record.search_id, ann)
    assert (only(past).came, only(past).did) == (Came.RAN, Did(2, 0, 0))
    row = Row(run.run, 1)
    scene.desk.open_read(record.search_id, row, ann)
    scene.desk.open_place(record.search_id, row, ann)
    scene.desk.export(RowsOf(record.search_id, (row,)), Form.CSV, Recipient("Crown Prosecution Service"), ann)
    case = scene.desk.open_case(REFERENCE, last_day(), ann)
    scene.desk.hold(
        case.case_id, RowsOf(record.search_id, (row,)), ann, reason="shows the van at the yard that night"
    )
    found = only(past)
    assert found.did == Did(rows=2, opened=3, kept=1)
    assert (found.search_id, found.at, found.asked_by, found.asked_for, found.team) == (
        record.search_id,
        NOW,
        "ann",
        "ann",
        "crime",
    )
    assert (found.reference, found.reason) == (REFERENCE, REASON)
    assert (found.purpose.category, found.purpose.stance, found.purpose.reference) == (
        Category.VOLUME,
        Stance.REACTIVE,
        ReferenceState.OPEN,
    )
    assert (found.scope.kind, found.scope.oldest_days) == (SearchKind.ONE_VEHICLE, 30)
    assert found.rules == ("search-by-role",)
    assert found.named.asked == (digest(shape_key(MARK)),)
    assert not found.oral


def test_marks_come_only_when_they_are_asked_for(scene, past) -> None:
    ann = scene.investigator()
    one = scene.desk.ask(asked(), ann).search_id
    several = scene.desk.ask(asked(ListOfVehicles((MARK, "ZZ99ZZZ"), span())), ann).search_id
    part = scene.desk.ask(asked(PartOfAMark("AB12CD?", span())), ann).search_id
    for found in past.of([one, several, part, "other"]):
        assert MARK not in repr(found)
    assert past.marks_of(one) == (MARK,)
    assert past.marks_of(several) == (MARK, "ZZ99ZZZ")
    assert past.marks_of(part) == ("AB12CD?",)
    assert past.marks_of("other") == ()
    by_id = {found.search_id: found.named for found in past.of([one, several, part])}
    assert set(by_id[one].asked) < set(by_id[several].asked)
    assert set(by_id[one].asked) < set(by_id[part].could)


def test_a_refused_search_comes_with_the_rules_that_refused_it(scene, past) -> None:
    scene.desk.ask(asked(reason="check"), scene.investigator())
    assert only(past).came is Came.REFUSED
    assert "search-reason" in only(past).rules


def test_an_authority_by_word_of_mouth_is_seen_also_after_it_was_confirmed(scene, past) -> None:
    ann, sue = scene.investigator(), scene.officer()
    ask = urgent()
    record = scene.desk.ask_urgently(ask, OralAuthority("sue", NOW - timedelta(minutes=9)), ann)
    assert only(past).oral
    scene.desk.confirm(record.search_id, sue, reason="I gave it on the telephone at ten to twelve")
    assert only(past).oral
    assert SampledFor.URGENT_ORAL in always_looked_at(only(past), PROFILE.search)
    assert SampledFor.OVER_ORDINARY_DAYS in always_looked_at(only(past), PROFILE.search)


def test_a_search_that_waits_for_an_authority_has_not_run(scene, past) -> None:
    scene.desk.ask(grave(), scene.investigator())
    assert only(past).came is Came.NOT_RUN


def test_whom_it_was_asked_for_is_an_account_or_a_person_without_one_who_is_not_named(scene, past) -> None:
    ann = scene.investigator()
    scene.asker("bob", Role.PATROL_OFFICER)
    scene.desk.ask(asked(for_whom=ForWhom(account_id="bob")), ann)
    for name in ("PC Robin Vale", "pc  robin vale", "Sgt Lee"):
        scene.desk.ask(asked(for_whom=ForWhom(name=name)), ann)
    whom = [found.asked_for for found in past.since(NOW - DAY)]
    assert "bob" in whom
    nameless = [one for one in whom if one != "bob"]
    assert len(set(nameless)) == 2
    assert not any("vale" in one.lower() for one in nameless)


def test_only_what_was_asked_since_comes_and_in_its_order(scene, past) -> None:
    ann = scene.investigator()
    ids = []
    for _ in range(3):
        ids.append(scene.desk.ask(asked(), ann).search_id)
        scene.now += DAY
    assert [found.search_id for found in past.since(NOW + DAY)] == ids[1:]
    assert list(past.since(scene.now)) == []


def test_a_picture_that_was_opened_counts_and_without_the_log_nothing_is_said(scene, past, engine) -> None:
    ann = scene.investigator()
    scene.read()
    record = scene.desk.ask(asked(), ann)
    run = scene.desk.run(record.search_id, ann)
    scene.desk.open_picture(record.search_id, Row(run.run, 1), Picture.PATCH, ann)
    assert only(past).did.opened == 1
    assert only(ReviewPast(engine, digest, None)).did.opened is None


def test_an_officer_who_looks_up_a_neighbour_twice_shows(scene, past) -> None:
    ann = scene.investigator()
    scene.read()
    for _ in range(2):
        record = scene.desk.ask(asked(), ann)
        scene.desk.run(record.search_id, ann)
        scene.now += timedelta(minutes=5)
    (signal,) = repeated(past.since(NOW), NUMBERS)
    assert signal.about == "ann"
