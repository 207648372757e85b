"""Attacks on review: by reviewers who would see too much, and by searchers who would not be seen."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.faults import CannotWriteError
from openanpr.core.purpose import SearchKind
from openanpr.core.role import Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import Act, AskedSearch, Request
from openanpr.policy.decide import Outcome as Decided
from openanpr.policy.decide import decide
from openanpr.review import desk as acts
from openanpr.review.desk import NoSuchItemError, NotInHandError, Said
from openanpr.review.item import Outcome, item_of_sample
from openanpr.review.past import Did, named_marks, named_part
from openanpr.review.reasons import pasted
from openanpr.review.round import RoundDesk, review_round
from openanpr.review.sampling import Sampled, SampledFor
from openanpr.review.seen import masked
from openanpr.review.vehicles import declared_vehicles, repeated
from tests.ingest.contracts import at_once
from tests.review.scene import (
    KEY,
    NOW,
    NUMBERS,
    PROFILE,
    Past,
    auditor,
    declared,
    desk_over,
    digest,
    opened_log,
    public,
    search,
    store_in,
)

LOOKED = Did(rows=3, opened=1, kept=0)
PROPER = Said(Outcome.PROPER, "the case file bears it out")
REASON = "vehicle seen leaving the scene of a burglary, to find where the suspect went"


@pytest.fixture
def past() -> Past:
    one = search("AB12CDE", asked_for="eve")
    return Past([one], {one.search_id: ("AB12CDE",)})


@pytest.fixture
def log(tmp_path):
    opened = opened_log(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path, past, log):
    store = store_in(tmp_path)
    store.items.raise_all([item_of_sample(Sampled(past.searches[0], (SampledFor.LOT,)))], at=NOW)
    return desk_over(store, past, log)


@pytest.fixture
def item_id(desk) -> str:
    return desk.items.undecided(most=1)[0].item_id


STRANGERS = {
    "of the same team": auditor("ada", "north"),
    "who asked it": auditor("dan", "standards"),
    "for whom it was asked": auditor("eve", "standards"),
    "no auditor": auditor("ada", "standards", Role.ANPR_MANAGER),
    "an auditor who also searches nothing, but administers": auditor(
        "ada", "standards", Role.AUDITOR, Role.ADMINISTRATOR
    ),
    "untrained": replace(auditor(), training_until=None),
}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_whoever_may_not_review_a_search_finds_takes_and_opens_nothing(desk, past, log, item_id, who) -> None:
    """The reviewer of the same team, the own search, direct object references."""
    first = past.searches[0].search_id
    assert acts.queue(desk, who, now=NOW).items == ()
    for act in (
        lambda: acts.take(desk, who, item_id, now=NOW),
        lambda: acts.look(desk, who, item_id, now=NOW),
        lambda: acts.open_marks(desk, who, item_id, first, now=NOW),
        lambda: acts.give_finding(desk, who, item_id, PROPER, now=NOW),
        lambda: acts.give_back(desk, who, item_id, now=NOW),
        lambda: acts.refer(desk, who, item_id, "theirs", now=NOW),
    ):
        before = log.size
        with pytest.raises(NoSuchItemError) as told:
            act()
        assert public(log, before)["act"] == "refusal"
        with pytest.raises(NoSuchItemError) as unknown:
            acts.take(desk, who, "no-such-item", now=NOW)
        assert str(told.value) == str(unknown.value)
    assert past.fetched == []
    assert desk.items.item(item_id).taken is None


def test_an_item_that_the_database_gives_to_the_wrong_hands_still_opens_nothing(desk, past, item_id) -> None:
    """The rules are asked at each act, not only when an item is taken."""
    acts.take(desk, auditor(), item_id, now=NOW)
    moved = auditor("ada", "north")
    with pytest.raises(NoSuchItemError):
        acts.open_marks(desk, moved, item_id, past.searches[0].search_id, now=NOW)
    with pytest.raises(NoSuchItemError):
        acts.give_finding(desk, moved, item_id, PROPER, now=NOW)


def test_no_mark_is_fetched_before_its_opening_is_on_the_disk(desk, past, log, item_id) -> None:
    """Opening a plate without a log: at the moment of fetching, the entry is there."""
    acts.take(desk, auditor(), item_id, now=NOW)
    seen: list[str] = []

    class Watched:
        def marks_of(self, search_id: str) -> tuple[str, ...]:
            seen.append(public(log, log.size - 1)["step"])
            return past.marks_of(search_id)

        def __getattr__(self, name: str) -> object:
            return getattr(past, name)

    acts.open_marks(replace(desk, past=Watched()), auditor(), item_id, past.searches[0].search_id, now=NOW)
    assert seen == ["open"]


def test_a_mark_is_opened_only_with_the_item_in_hand_and_of_its_searches(desk, past, item_id) -> None:
    other = search("XY99ZZZ")
    past.searches.append(other)
    past.marks[other.search_id] = ("XY99ZZZ",)
    with pytest.raises(NotInHandError):
        acts.open_marks(desk, auditor(), item_id, past.searches[0].search_id, now=NOW)
    acts.take(desk, auditor(), item_id, now=NOW)
    with pytest.raises(NoSuchItemError):
        acts.open_marks(desk, auditor(), item_id, other.search_id, now=NOW)
    assert past.fetched == []


def test_the_rules_themselves_refuse_an_opening_that_is_not_logged() -> None:
    asked = AskedSearch("dan", "dan", "north")
    request = Request(Act.OPEN_IN_REVIEW, NOW.date(), auditor(), asked=asked)
    decision = decide(request, rules=shipped_rules(), profile=PROFILE)
    assert decision.outcome is Decided.REFUSED
    assert decision.rules == ("review-opening-logged",)


def test_of_two_findings_at_once_one_wins_and_of_many_takes_one(desk, item_id) -> None:
    def take(n: int) -> bool:
        try:
            acts.take(desk, auditor(f"r{n}"), item_id, now=NOW)
        except NotInHandError:
            return False
        return True

    assert sum(at_once(take)) == 1
    mine = auditor(desk.items.item(item_id).taken.by)

    def find(n: int) -> bool:
        said = PROPER if n % 2 else Said(Outcome.IMPROPER, f"number {n}")
        try:
            acts.give_finding(desk, mine, item_id, said, now=NOW)
        except NotInHandError:
            return False
        return True

    assert sum(at_once(find)) == 1


def test_a_searcher_learns_from_the_public_log_only_that_a_round_was(tmp_path, log) -> None:
    """Signals inferred from the size or the words of the log: what a round found is not in it."""
    sizes = []
    for found in ([], [search("AB12CDE", did=LOOKED) for _ in range(5)]):
        folder = tmp_path / str(len(found))
        folder.mkdir()
        before = log.size
        review_round(round_desk(store_in(folder), Past(found), log), now=NOW)
        sizes.append(log.size - before)
        entry = public(log, log.size - 1)
        assert entry["step"] == "round"
        assert entry.keys() == {"act", "step", "digest"}
    assert sizes == [1, 1]


def test_a_round_that_cannot_be_logged_does_nothing(tmp_path, past) -> None:
    class Full:
        def append(self, _: object) -> None:
            raise CannotWriteError("full")

    store = store_in(tmp_path)
    with pytest.raises(CannotWriteError):
        review_round(round_desk(store, past, Full()), now=NOW)
    assert store.items.undecided(most=9) == ()
    assert store.rounds.last_round() is None


# -- searchers who would not be seen


@pytest.mark.parametrize("spellings", [("OO1AAA", "001AAA"), ("AB10CDE", "ABIOCDE"), ("ab12 cde", "AB12CDE")])
def test_look_ups_spelt_with_another_look_alike_are_one_vehicle(spellings) -> None:
    split = [search(mark, did=LOOKED) for mark in spellings]
    assert len(list(repeated(split, NUMBERS))) == 1


def test_look_ups_spread_over_days_and_months_show() -> None:
    close = [search("AB12CDE", days=days, did=LOOKED) for days in (29.9, 0)]
    assert len(list(repeated(close, NUMBERS))) == 1
    apart = [search("AB12CDE", days=days, did=LOOKED) for days in (80, 45, 10)]
    assert len(list(repeated(apart, NUMBERS))) == 1


def test_look_ups_spread_over_two_colleagues_are_those_of_whom_they_were_for() -> None:
    split = [search("AB12CDE", by=by, asked_for="dan", did=LOOKED) for by in ("eve", "fay")]
    (signal,) = repeated(split, NUMBERS)
    assert signal.about == "dan"


def test_a_vehicle_hidden_in_lists_of_others_shows() -> None:
    lists = [
        search(kind=SearchKind.LIST_OF_VEHICLES, named=named_marks(["AB12CDE", *others], digest), did=LOOKED)
        for others in (["XX11XXX", "XX12XXX"], ["YY11YYY", "YY12YYY"])
    ]
    assert len(list(repeated(lists, NUMBERS))) == 1
    (own,) = declared_vehicles(lists, [declared("AB12CDE")])
    assert len(own.searches) == 2


def test_ones_own_vehicle_asked_for_by_a_part_of_its_mark_shows() -> None:
    for pattern in ("AB12CD?", "?B12CDE", "AB?2CDE"):
        part = search(kind=SearchKind.PART_OF_A_MARK, named=named_part(pattern, digest))
        assert len(list(declared_vehicles([part], [declared("AB12CDE")]))) == 1


def test_withdrawing_a_declaration_and_declaring_again_hides_nothing() -> None:
    before = declared("AB12CDE", withdrawn_at=NOW - timedelta(days=6))
    again = declared("AB12CDE", at=NOW - timedelta(days=4))
    (signal,) = declared_vehicles([search("AB12CDE", days=5)], [before, again])
    assert "before it was declared" in signal.why


VARIED = {
    "blanks": "  vehicle   seen leaving the\tscene of a burg lary,\nto find where the suspect went ",
    "capitals and signs": "VEHICLE seen leaving the scene of a burglary -- to find where the suspect went!!!",
    "a number": "vehicle seen leaving the scene of a burglary 4711, to find where the suspect went",
    "look-alike letters": REASON.replace("e", "\u0435"),
    "invisible signs": REASON.replace("ea", "e\u200ba").replace("ic", "i\u00adc"),
    "another word": "van seen leaving the scene of a burglary, to find where the suspect went",
    "a word more": "white vehicle seen leaving the scene of a burglary, to find where the suspect went",
    "a word less": "vehicle seen leaving the scene of burglary, to find where the suspect went",
    "two words": "vehicle seen leaving the scene of a robbery, to find where the offender went",
    "the halves turned": "to find where the suspect went, vehicle seen leaving the scene of a burglary",
}


@pytest.mark.parametrize("other", VARIED.values(), ids=VARIED)
def test_a_pasted_reason_that_is_varied_is_still_one_reason(other) -> None:
    (signal,) = pasted([search(reason=REASON), search(reason=other), search(reason=REASON)], NUMBERS)
    assert len(signal.searches) == 3


def test_a_pasted_reason_varied_anew_each_time_is_still_one_reason() -> None:
    chance = random.Random(7)
    words = REASON.split()
    varied = []
    for n in range(40):
        changed = list(words)
        changed[chance.randrange(len(words))] = f"word{'abcdefghij'[n % 10]}{'klmn'[n // 10]}"
        varied.append(search(reason=" ".join(changed)))
    found = list(pasted(varied, NUMBERS))
    assert max(len(signal.searches) for signal in found) >= 30


@pytest.mark.parametrize(
    "mark", ["AB12CDE", "ab12 cde", "A.B.12.CDE", "AB-12-CDE", "A1", "OO1 AAA", "ÄB12CDE"]
)
def test_a_mark_in_a_reason_is_not_read_past_the_log(mark) -> None:
    shown = masked(f"the keeper of {mark} is wanted")
    assert "12" not in shown
    assert mark not in shown


def round_desk(store, past, log) -> RoundDesk:
    class Cases:
        def state_of(self, _: str) -> None:
            pytest.fail("nothing is due")

    known = store.items, store.references, store.rounds, store.declared
    return RoundDesk(past, *known, Cases(), None, log, KEY, NUMBERS, PROFILE.search)
