"""Reviewers at work: judged, logged before it is done, one at a time, and no mark unless it is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.faults import CannotWriteError
from openanpr.core.masked import MASK, masked
from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.review import desk as acts
from openanpr.review.desk import NotInHandError, Said
from openanpr.review.item import (
    Finding,
    Outcome,
    Remedy,
    item_of_sample,
    item_of_signal,
)
from openanpr.review.sampling import Sampled, SampledFor
from openanpr.review.signal import INNOCENT, SignalKind
from openanpr.review.vehicles import repeated
from tests.review.scene import NOW, NUMBERS, Past, auditor, desk_over, opened_log, public, search, store_in

PROPER = Said(Outcome.PROPER, "the case file bears it out")
IMPROPER = Said(Outcome.IMPROPER, "no case has anything to do with this vehicle", Remedy.ADVICE)
GRAVE = Said(Outcome.IMPROPER, "he looked up his neighbour", Remedy.PROFESSIONAL_STANDARDS)


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def log(tmp_path):
    opened = opened_log(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path, past, log):
    return desk_over(store_in(tmp_path), past, log)


def sample(desk, past, **changed) -> str:
    """A search that is up for review; returns the id of its item."""
    one = search(**changed)
    past.searches.append(one)
    past.marks[one.search_id] = ("AB12CDE",)
    desk.items.raise_all([item_of_sample(Sampled(one, (SampledFor.LOT,)))], at=NOW)
    return next(
        i.item_id for i in desk.items.undecided(most=9_999) if i.raised.concerns[0].search_id == one.search_id
    )


def signalled(desk, past) -> str:
    twice = [search("AB12CDE", days=days, did=replace(search().did, kept=0)) for days in (9, 2)]
    past.searches += twice
    past.marks |= {one.search_id: ("AB12CDE",) for one in twice}
    desk.items.raise_all(map(item_of_signal, repeated(twice, NUMBERS)), at=NOW)
    return next(i.item_id for i in desk.items.undecided(most=99) if i.raised.origin == "signal")


def steps(log) -> list[str]:
    """What the audit log has of reviewing, in order: public words alone."""
    return [public(log, n).get("step", public(log, n)["act"]) for n in range(log.size)]


def test_a_reviewer_takes_an_item_looks_opens_a_mark_and_gives_a_finding(desk, past, log) -> None:
    item_id = signalled(desk, past)
    (head,) = acts.queue(desk, auditor(), now=NOW).items
    assert (head.item.item_id, head.searches, head.item.innocent) == (
        item_id,
        (),
        INNOCENT[SignalKind.REPEATED_LOOK_UPS],
    )
    whole = acts.take(desk, auditor(), item_id, now=NOW)
    assert [one.asked_by for one in whole.searches] == ["dan", "dan"]
    assert whole.searches[0].scope.cameras == 40
    first = whole.searches[0].search_id
    assert acts.open_marks(desk, auditor(), item_id, first, now=NOW) == ("AB12CDE",)
    done = acts.give_finding(desk, auditor(), item_id, IMPROPER, now=NOW)
    assert done.finding == Finding(Outcome.IMPROPER, IMPROPER.text, Remedy.ADVICE, "ada", NOW)
    assert desk.items.item(item_id).finding == done.finding
    assert acts.queue(desk, auditor(), now=NOW).items == ()
    assert steps(log) == ["queue", "take", "open", "finding", "queue"]


def test_what_a_reviewer_sees_holds_no_mark(desk, past) -> None:
    item_id = sample(
        desk, past, mark="AB12CDE", reason="keeper of AB12 CDE, also seen as ab12cde, is a witness"
    )
    whole = acts.take(desk, auditor(), item_id, now=NOW)
    assert whole.searches[0].reason == f"keeper of {MASK}, also seen as {MASK}, is a witness"
    assert "AB12" not in repr(whole)
    assert past.fetched == []


def test_a_reference_that_the_case_system_did_not_know_may_be_a_mark(desk, past) -> None:
    unknown = ReferenceState.UNREACHABLE
    hidden = sample(desk, past, reference="AB12 CDE", reference_state=unknown, urgent=True)
    known = sample(desk, past, reference="CR1234")
    assert acts.take(desk, auditor(), hidden, now=NOW).searches[0].reference == MASK
    assert acts.take(desk, auditor(), known, now=NOW).searches[0].reference == "CR1234"


def test_many_items_of_ones_own_team_hide_no_other(desk, past) -> None:
    own = [item_of_sample(Sampled(search(team="standards"), (SampledFor.LOT,))) for _ in range(900)]
    desk.items.raise_all(own, at=NOW - timedelta(days=9))
    other = sample(desk, past)
    assert [one.item.item_id for one in acts.queue(desk, auditor(), now=NOW).items] == [other]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("car AB12CDE fled", f"car {MASK} fled"),
        ("A 123 BCD", MASK),
        ("ABC 123D then", f"{MASK} then"),
        ("1234 AB parked", f"{MASK} parked"),
        ("B.M.W. of the victim", "B.M.W. of the victim"),
        ("the robbery of the jeweller's, two men", "the robbery of the jeweller's, two men"),
        ("at 14:30 on 12/11/2026", "at 14:30 on 12/11/2026"),
        ("2 men in a car at 14, no 12", "2 men in a car at 14, no 12"),
        ("seen AT 12 CDE on 12 May", f"seen {MASK} on 12 May"),
        ("AB12\u00a0CDE", MASK),
    ],
)
def test_what_could_be_a_mark_is_masked_and_ordinary_words_are_not(text, told) -> None:
    assert masked(text) == told


def test_an_item_is_put_back_and_taken_by_another(desk, past, log) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    assert acts.queue(desk, auditor("bea"), now=NOW).items == ()
    with pytest.raises(NotInHandError):
        acts.take(desk, auditor("bea"), item_id, now=NOW)
    acts.give_back(desk, auditor(), item_id, now=NOW)
    acts.take(desk, auditor("bea"), item_id, now=NOW)
    with pytest.raises(NotInHandError):
        acts.give_finding(desk, auditor(), item_id, PROPER, now=NOW)
    acts.give_finding(desk, auditor("bea"), item_id, PROPER, now=NOW)
    assert steps(log)[2:4] == ["take", "failure"]


def test_an_item_that_is_left_lying_is_taken_over(desk, past) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    later = NOW + timedelta(days=NUMBERS.taken_days.value, seconds=1)
    assert [one.item.item_id for one in acts.queue(desk, auditor("bea"), now=later).items] == [item_id]
    acts.take(desk, auditor("bea"), item_id, now=later)
    with pytest.raises(NotInHandError):
        acts.give_finding(desk, auditor(), item_id, PROPER, now=later)


def test_a_finding_is_given_once_and_by_who_has_the_item(desk, past) -> None:
    item_id = sample(desk, past)
    with pytest.raises(NotInHandError):
        acts.give_finding(desk, auditor(), item_id, PROPER, now=NOW)
    acts.take(desk, auditor(), item_id, now=NOW)
    acts.give_finding(desk, auditor(), item_id, PROPER, now=NOW)
    with pytest.raises(NotInHandError):
        acts.give_finding(desk, auditor(), item_id, IMPROPER, now=NOW)
    with pytest.raises(NotInHandError):
        acts.take(desk, auditor(), item_id, now=NOW)
    assert desk.items.item(item_id).finding.outcome is Outcome.PROPER


@pytest.mark.parametrize(
    "said",
    [
        Said(Outcome.PROPER, " "),
        Said(Outcome.PROPER, "fine", Remedy.TRAINING),
        Said(Outcome.UNCLEAR, "x" * 4_001),
        Said(Outcome.UNCLEAR, "a\x00b"),
    ],
)
def test_a_finding_that_says_nothing_or_contradicts_itself_is_refused_before_it_is_logged(
    desk, past, log, said
) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    before = log.size
    with pytest.raises(ValueError, match=r"finding|proper"):
        acts.give_finding(desk, auditor(), item_id, said, now=NOW)
    assert log.size == before


def test_only_what_was_found_improper_or_unclear_is_referred_and_once(desk, past, log) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    with pytest.raises(NotInHandError):
        acts.refer(desk, auditor(), item_id, "too early", now=NOW)
    acts.give_finding(desk, auditor(), item_id, IMPROPER, now=NOW)
    done = acts.refer(desk, auditor("bea"), item_id, "this is their matter", now=NOW)
    assert desk.items.item(item_id).referral == done.referral
    with pytest.raises(NotInHandError):
        acts.refer(desk, auditor(), item_id, "again", now=NOW)
    assert steps(log)[-1] == "refer"
    proper = sample(desk, past)
    acts.take(desk, auditor(), proper, now=NOW)
    acts.give_finding(desk, auditor(), proper, PROPER, now=NOW)
    with pytest.raises(NotInHandError):
        acts.refer(desk, auditor(), proper, "nonetheless", now=NOW)


def test_a_searcher_is_told_of_a_finding_and_of_nothing_before_it(desk, past) -> None:
    dan = auditor("dan", "north", Role.INVESTIGATOR)
    item_id = sample(desk, past)
    signalled(desk, past)
    assert acts.told_to(desk, dan, now=NOW) == ()
    acts.take(desk, auditor(), item_id, now=NOW)
    assert acts.told_to(desk, dan, now=NOW) == ()
    acts.give_finding(desk, auditor(), item_id, IMPROPER, now=NOW)
    (told,) = acts.told_to(desk, dan, now=NOW)
    assert (told.outcome, told.remedy) == (Outcome.IMPROPER, Remedy.ADVICE)
    assert "ada" not in repr(told)
    assert acts.told_to(desk, auditor("eve", "north", Role.INVESTIGATOR), now=NOW) == ()


@pytest.mark.parametrize("how", ["by remedy", "by referral"])
def test_a_searcher_is_told_nothing_of_what_is_with_professional_standards(desk, past, how) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    acts.give_finding(desk, auditor(), item_id, GRAVE if how == "by remedy" else IMPROPER, now=NOW)
    if how == "by referral":
        acts.refer(desk, auditor(), item_id, "their matter", now=NOW)
    assert acts.told_to(desk, auditor("dan", "north", Role.INVESTIGATOR), now=NOW) == ()


def test_whom_a_search_was_made_for_is_told_too(desk, past) -> None:
    item_id = sample(desk, past, asked_for="eve")
    acts.take(desk, auditor(), item_id, now=NOW)
    acts.give_finding(desk, auditor(), item_id, PROPER, now=NOW)
    assert len(acts.told_to(desk, auditor("eve", "south", Role.PATROL_OFFICER), now=NOW)) == 1


def test_what_waits_too_long_is_overdue(desk, past) -> None:
    sample(desk, past)
    soon = NOW + timedelta(days=NUMBERS.overdue_days.value)
    assert acts.waiting(desk, now=soon) == acts.Waiting(1, 0, NOW)
    late = soon + timedelta(seconds=1)
    assert acts.waiting(desk, now=late) == acts.Waiting(1, 1, NOW)
    assert acts.queue(desk, auditor(), now=late).items[0].overdue


def test_figures_count_what_came_up_and_what_was_found(desk, past) -> None:
    item_id = sample(desk, past)
    signal_id = signalled(desk, past)
    for one, said in ((item_id, PROPER), (signal_id, GRAVE)):
        acts.take(desk, auditor(), one, now=NOW)
        acts.give_finding(desk, auditor(), one, said, now=NOW)
    acts.refer(desk, auditor(), signal_id, "their matter", now=NOW)
    found = acts.figures(desk, Span(NOW, NOW + timedelta(days=1)), now=NOW)
    assert (found.samples, found.referred, found.open, found.overdue) == (1, 1, 0, 0)
    assert found.sampled[SampledFor.LOT] == found.signals[SignalKind.REPEATED_LOOK_UPS] == 1
    assert found.signals[SignalKind.OFF_DUTY] == 0
    assert found.findings == {Outcome.PROPER: 1, Outcome.IMPROPER: 1, Outcome.UNCLEAR: 0}
    assert found.remedies[Remedy.PROFESSIONAL_STANDARDS] == 1
    assert not any(acts.figures(desk, Span(NOW - timedelta(days=9), NOW), now=NOW).findings.values())


def test_searches_that_are_no_longer_kept_are_counted(desk, past) -> None:
    item_id = signalled(desk, past)
    del past.searches[0]
    whole = acts.take(desk, auditor(), item_id, now=NOW)
    assert (len(whole.searches), whole.gone) == (1, 1)


class _Full:
    def append_all(self, _: object) -> None:
        raise CannotWriteError("the disk of the audit log is full")

    append = append_all


def test_where_nothing_can_be_logged_nothing_is_shown_opened_or_found(desk, past) -> None:
    item_id = sample(desk, past)
    acts.take(desk, auditor(), item_id, now=NOW)
    blind = replace(desk, log=_Full())
    first = past.searches[0].search_id
    for act in (
        lambda: acts.queue(blind, auditor(), now=NOW),
        lambda: acts.look(blind, auditor(), item_id, now=NOW),
        lambda: acts.open_marks(blind, auditor(), item_id, first, now=NOW),
        lambda: acts.give_finding(blind, auditor(), item_id, PROPER, now=NOW),
        lambda: acts.give_back(blind, auditor(), item_id, now=NOW),
        lambda: acts.told_to(blind, auditor(), now=NOW),
    ):
        with pytest.raises(CannotWriteError):
            act()
    assert past.fetched == []
    item = desk.items.item(item_id)
    assert item.finding is None
    assert item.taken is not None
