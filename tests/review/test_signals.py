"""Each signal shows for the story that it is there for, and not for the innocent one beside it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.purpose import ReferenceState, SearchKind
from openanpr.core.span import Span
from openanpr.people.declared import Relation
from openanpr.review.conduct import for_others, looked_and_left
from openanpr.review.duty import RosterError, off_duty, parse_roster, roster_in
from openanpr.review.past import Came, Did, named_marks, named_part
from openanpr.review.reasons import alike, pasted, words_of
from openanpr.review.references import Retested, due_for_retest, reference_signals, retest
from openanpr.review.signal import INNOCENT, NotComputed, Signal, SignalKind, Strength
from openanpr.review.signals import Known, find_signals
from openanpr.review.vehicles import declared_vehicles, repeated
from tests.review.scene import NOW, NUMBERS, ago, declared, digest, search

NOTHING = Did(rows=3, opened=0, kept=0)
LOOKED = Did(rows=3, opened=1, kept=0)
KEPT = Did(rows=3, opened=1, kept=2)


def one(found) -> Signal:
    (signal,) = found
    assert isinstance(signal, Signal)
    assert signal.innocent == INNOCENT[signal.kind]
    return signal


def kinds(found) -> set[SignalKind]:
    return {signal.kind for signal in found if isinstance(signal, Signal)}


# -- declared vehicles


@pytest.mark.parametrize(
    ("vehicle", "kind", "strength"),
    [
        ({"who": "dan"}, SignalKind.OWN_VEHICLE, Strength.STRONG),
        ({"who": "dan", "relation": Relation.HOUSEHOLD}, SignalKind.HOUSEHOLD_VEHICLE, Strength.STRONG),
        ({"who": "eve"}, SignalKind.COLLEAGUES_VEHICLE, Strength.MIDDLE),
        ({"who": "eve", "relation": Relation.HOUSEHOLD}, SignalKind.COLLEAGUES_VEHICLE, Strength.MIDDLE),
    ],
)
def test_a_declared_vehicle_that_is_looked_up_shows_by_whose_it_is(vehicle, kind, strength) -> None:
    signal = one(declared_vehicles([search("AB12CDE")], [declared("AB12CDE", **vehicle)]))
    assert (signal.kind, signal.about, signal.strength) == (kind, "dan", strength)
    assert "1 search concerned" in signal.why


def test_vehicles_of_strangers_and_of_other_teams_show_nothing() -> None:
    others = [declared("AB12CDE", "eve", team="south"), declared("XY99ZZZ")]
    assert not list(declared_vehicles([search("AB12CDE")], others))
    assert not list(declared_vehicles([search("AB12CDE")], []))


def test_a_vehicle_that_was_declared_after_the_search_shows_and_says_so() -> None:
    signal = one(declared_vehicles([search("AB12CDE", days=5)], [declared("AB12CDE", at=ago(1))]))
    assert "1 before it was declared" in signal.why


def test_a_vehicle_that_was_withdrawn_before_the_search_shows_less_strongly_and_says_so() -> None:
    sold = declared("AB12CDE", withdrawn_at=ago(6))
    signal = one(declared_vehicles([search("AB12CDE", days=5)], [sold]))
    assert "after the declaration was withdrawn" in signal.why
    assert signal.strength is Strength.MIDDLE


def test_whoever_has_a_colleague_search_for_their_own_vehicle_is_the_one_it_is_about() -> None:
    asked = search("AB12CDE", by="eve", asked_for="dan")
    signal = one(declared_vehicles([asked], [declared("AB12CDE", "dan")]))
    assert (signal.kind, signal.about) == (SignalKind.OWN_VEHICLE, "dan")


def test_a_refused_search_for_ones_own_vehicle_still_shows() -> None:
    signal = one(declared_vehicles([search("AB12CDE", came=Came.REFUSED)], [declared("AB12CDE")]))
    assert "1 refused" in signal.why


# -- repeated look-ups


def test_two_look_ups_of_a_neighbour_with_nothing_kept_show() -> None:
    twice = [search("AB12CDE", days=days, did=LOOKED, reference="CR/1/26") for days in (20, 3)]
    signal = one(repeated(twice, NUMBERS))
    assert signal.why == (
        "2 look-ups of one vehicle within 18 days, under 1 reference; nothing was kept for a case."
    )
    assert signal.strength is Strength.WEAK
    assert [search.search_id for search in signal.searches] == [search.search_id for search in twice]


def test_two_look_ups_under_two_references_show_even_when_something_was_kept() -> None:
    twice = [search("AB12CDE", days=days, did=KEPT) for days in (20, 3)]
    assert "under 2 references; reads were kept" in one(repeated(twice, NUMBERS)).why


def test_a_vehicle_that_is_sought_for_one_case_until_it_is_found_shows_nothing() -> None:
    sought = [search("AB12CDE", days=days, did=LOOKED, reference="CR/1/26") for days in (9, 8, 7, 6)]
    found = search("AB12CDE", days=5, did=KEPT, reference="cr 1 26")
    assert not list(repeated([*sought, found], NUMBERS))


@pytest.mark.parametrize(
    "pair",
    [
        [search("AB12CDE", did=LOOKED)],
        [search("AB12CDE", did=LOOKED), search("AB12CDF", did=LOOKED)],
        [search("AB12CDE", did=LOOKED), search("AB12CDE", by="eve", did=LOOKED)],
        [search("AB12CDE", days=50, did=LOOKED), search("AB12CDE", days=1, did=LOOKED)],
        [search("AB12CDE", did=LOOKED), search("AB12CDE", came=Came.REFUSED)],
    ],
    ids=["once", "two vehicles", "two people", "far apart", "refused first"],
)
def test_ordinary_look_ups_show_nothing(pair) -> None:
    assert not list(repeated(pair, NUMBERS))


def test_a_list_of_vehicles_that_is_run_again_is_one_story() -> None:
    marks = [f"AB{n:02}CDE" for n in range(300)]
    runs = [
        search(
            kind=SearchKind.LIST_OF_VEHICLES,
            named=named_marks(marks, digest),
            did=LOOKED,
            reference="CR/1/26",
        )
        for _ in range(3)
    ]
    once_more = search(marks[7], did=LOOKED, reference="CR/1/26")
    alone, listed = sorted(repeated([*runs, once_more], NUMBERS), key=lambda found: -len(found.searches))
    assert listed.why.startswith("3 look-ups of 299 vehicles together")
    assert alone.why.startswith("4 look-ups of one vehicle")


def test_the_same_look_ups_are_the_same_story_whenever_they_are_worked_out() -> None:
    twice = [search("AB12CDE", days=days, did=LOOKED) for days in (20, 3)]
    again = [*reversed(twice), search("AB12CDE", days=1, did=LOOKED)]
    first, grown = one(repeated(twice, NUMBERS)), one(repeated(again, NUMBERS))
    assert first.key == grown.key
    assert len(grown.searches) == 3
    other = one(repeated([search("AB12CDF", did=LOOKED) for _ in range(2)], NUMBERS))
    assert other.key != first.key


# -- pasted reasons

REASON = "vehicle seen leaving the scene of a burglary, to find where the suspect went"


def test_one_reason_under_three_references_shows() -> None:
    signal = one(pasted([search(reason=REASON) for _ in range(3)], NUMBERS))
    assert signal.why.startswith("One reason served 3 references: in 3 searches word for word")
    assert signal.strength is Strength.WEAK
    many = one(pasted([search(reason=REASON) for _ in range(6)], NUMBERS))
    assert many.strength is Strength.MIDDLE


def test_one_reason_for_many_searches_of_one_case_shows_nothing() -> None:
    assert not list(pasted([search(reason=REASON, reference="CR/1/26") for _ in range(9)], NUMBERS))


def test_reasons_of_their_own_words_show_nothing() -> None:
    reasons = [
        "blue van followed a woman home from the station on Tuesday night, driver not seen",
        "to find which way the stolen excavator was taken after the yard camera lost it",
        "missing man of eighty has driven off, family fear for his health without insulin",
    ]
    assert not list(pasted([search(reason=reason) for reason in reasons], NUMBERS))


def test_the_same_reason_by_three_people_is_nobodys_pasting() -> None:
    assert not list(pasted([search(reason=REASON, by=who) for who in ("dan", "eve", "fay")], NUMBERS))


@pytest.mark.parametrize(("words", "changed"), [(6, 1), (10, 2), (20, 3)])
def test_a_reason_with_changed_words_is_found_among_a_hundred_others(words, changed) -> None:
    """The share that is found: candidates are found by chance, so that not every one is."""
    chance = random.Random(words)
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(300)]

    def varied(text: list[str]) -> str:
        places = chance.sample(range(len(text)), changed)
        return " ".join(chance.choice(vocabulary) if n in places else word for n, word in enumerate(text))

    found = 0
    for _ in range(60):
        others = [search(reason=" ".join(chance.choices(vocabulary, k=words))) for _ in range(100)]
        text = chance.choices(vocabulary, k=words)
        same = [search(reason=" ".join(text)), *(search(reason=varied(text)) for _ in range(2))]
        signals = list(pasted([*same[:1], *others, *same[1:]], NUMBERS))
        found += [{search.search_id for search in one.searches} for one in signals] == [
            {search.search_id for search in same}
        ]
    assert found >= 57


def test_likeness_is_that_of_words_and_their_pairs() -> None:
    words = words_of(REASON)
    assert alike(words, words) == 1
    assert alike(words, words_of("quite another thing altogether")) == 0
    assert alike(words, tuple(reversed(words))) < 0.5


# -- off duty

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def shift(day: int, begins: int = 6, ends: int = 14) -> Span:
    start = DAY + timedelta(days=day)
    return Span(start + timedelta(hours=begins), start + timedelta(hours=ends))


def at(day: int, hour: float):
    return search(at=DAY + timedelta(days=day, hours=hour))


ROSTER = {"dan": (shift(0), shift(1), shift(3))}


def test_searches_in_the_night_between_two_duties_show() -> None:
    signal = one(off_duty([at(0, 8), at(0, 22), at(2, 8)], ROSTER, NUMBERS))
    assert signal.why.startswith("2 of 3 searches at times")


def test_searches_on_duty_and_in_the_hour_about_it_show_nothing() -> None:
    assert not list(off_duty([at(0, 5.1), at(0, 8), at(1, 14.9), at(3, 13)], ROSTER, NUMBERS))


def test_times_of_which_the_roster_says_nothing_show_nothing() -> None:
    assert not list(off_duty([at(-9, 3), at(20, 3)], ROSTER, NUMBERS))


def test_without_a_roster_or_without_the_person_in_it_nothing_is_worked_out_and_that_is_said() -> None:
    (none,) = off_duty([at(0, 22)], None, NUMBERS)
    assert none == NotComputed(SignalKind.OFF_DUTY, "there is no roster")
    (other,) = off_duty([at(0, 22)], {"eve": (shift(0),)}, NUMBERS)
    assert other == NotComputed(SignalKind.OFF_DUTY, "the roster does not have 1 account that searched")


def test_a_short_duty_within_a_long_one_does_not_end_it() -> None:
    assert not list(off_duty([at(0, 12)], {"dan": (shift(0), shift(0, 7, 8))}, NUMBERS))


def test_a_roster_file_is_read_by_sign_in_name(tmp_path) -> None:
    path = tmp_path / "roster.csv"
    assert roster_in(path, account_of={}) is None
    path.write_text(
        "person,from,until\nDan,2026-11-20T06:00:00+00:00,2026-11-20T14:00:00+00:00\n\n"
        "stranger,2026-11-20T06:00:00+00:00,2026-11-20T14:00:00+00:00\n"
    )
    assert roster_in(path, account_of={"dan": "a1"}) == {"a1": (shift(0),)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "who,from,until\n",
        "person,from,until\ndan,2026-11-20T06:00:00,2026-11-20T14:00:00\n",
        "person,from,until\ndan,2026-11-20T14:00:00Z,2026-11-20T06:00:00Z\n",
        "person,from,until\ndan,tomorrow,later\n",
        "person,from,until\ndan\n",
    ],
)
def test_a_roster_that_can_be_read_by_half_is_refused_whole_and_names_nobody(text) -> None:
    with pytest.raises(RosterError) as caught:
        parse_roster(text, account_of={"dan": "a1"})
    assert "dan" not in str(caught.value)


# -- references


def told(*searches, state: ReferenceState, at=NOW) -> dict[str, Retested]:
    from openanpr.review.past import reference_key  # noqa: PLC0415 - beside its only use

    keys = [reference_key(search.reference) for search in searches]
    return {key: Retested(key, state, at) for key in keys}


def test_a_reference_that_was_known_and_is_no_longer_shows() -> None:
    asked = search()
    signal = one(reference_signals([asked], told(asked, state=ReferenceState.UNKNOWN), NUMBERS))
    assert (signal.kind, signal.strength) == (SignalKind.REFERENCE_UNKNOWN, Strength.MIDDLE)


def test_a_reference_that_nobody_ever_knew_shows_strongly() -> None:
    urgent = search(reference_state=ReferenceState.UNREACHABLE, urgent=True, oral=True)
    signal = one(reference_signals([urgent], told(urgent, state=ReferenceState.UNKNOWN), NUMBERS))
    assert (signal.kind, signal.strength) == (SignalKind.REFERENCE_NEVER_MATCHED, Strength.STRONG)


def test_several_references_that_closed_with_nothing_kept_show_and_one_does_not() -> None:
    asked = [search(did=LOOKED) for _ in range(3)]
    closed = told(*asked, state=ReferenceState.CLOSED)
    assert kinds(reference_signals(asked, closed, NUMBERS)) == {SignalKind.REFERENCE_CLOSED}
    assert not list(reference_signals(asked[:2], closed, NUMBERS))
    worked = [*asked, search(did=KEPT, reference=asked[0].reference)]
    assert not list(reference_signals(worked, closed, NUMBERS))


def test_a_reference_that_is_still_open_or_was_asked_of_before_the_search_shows_nothing() -> None:
    asked = search()
    assert not list(reference_signals([asked], told(asked, state=ReferenceState.OPEN), NUMBERS))
    before = told(asked, state=ReferenceState.UNKNOWN, at=ago(6))
    assert not list(reference_signals([asked], before, NUMBERS))
    (none,) = reference_signals([asked], {}, NUMBERS)
    assert isinstance(none, NotComputed)


def test_a_reference_is_asked_of_again_once_a_month_after_each_search() -> None:
    old, new = search(days=40, reference="CR/1/26"), search(days=3, reference="cr-1-26")
    assert due_for_retest([old, new], {}, NUMBERS, now=NOW) == {"cr126": "CR/1/26"}
    asked_since = told(old, state=ReferenceState.OPEN, at=ago(9))
    assert not due_for_retest([old, new], asked_since, NUMBERS, now=NOW)
    later = NOW + timedelta(days=27)
    assert due_for_retest([old, new], asked_since, NUMBERS, now=later) == {"cr126": "cr-1-26"}


def test_a_case_system_that_does_not_answer_is_asked_again_the_next_time() -> None:
    assert not list(retest({"a": "A"}, lambda _: ReferenceState.UNREACHABLE, now=NOW))
    (kept,) = retest({"a": "A"}, lambda _: ReferenceState.OPEN, now=NOW)
    assert kept == Retested("a", ReferenceState.OPEN, NOW)


# -- conduct


def test_ten_look_ups_that_found_something_and_were_left_show() -> None:
    left = [search(did=NOTHING) for _ in range(10)]
    signal = one(looked_and_left([*left, search()], NUMBERS, now=NOW))
    assert signal.why.startswith("10 of 11 look-ups")
    assert signal.strength is Strength.WEAK


@pytest.mark.parametrize(
    "searches",
    [
        [search(did=NOTHING) for _ in range(9)],
        [search(did=NOTHING) for _ in range(10)] + [search() for _ in range(9)],
        [search(did=Did()) for _ in range(20)],
        [search(did=NOTHING, days=1) for _ in range(20)],
        [search(did=Did(3, 0, 1)) for _ in range(20)],
    ],
    ids=["few", "others opened", "nothing found", "still to come", "kept"],
)
def test_who_works_with_answers_shows_nothing(searches) -> None:
    assert not list(looked_and_left(searches, NUMBERS, now=NOW))


def test_where_nothing_tells_what_was_opened_nobody_is_said_to_have_opened_nothing() -> None:
    (none,) = looked_and_left([search(did=Did(3, None, 0)) for _ in range(20)], NUMBERS, now=NOW)
    assert none == NotComputed(SignalKind.LOOKED_AND_LEFT, "of 20 look-ups nothing tells what was opened")


def test_an_operator_who_searches_for_others_far_beyond_the_team_shows() -> None:
    far = [search(asked_for=f"p{n}") for n in range(21)]
    team = [search(by=who, asked_for="p1") for who in ("eve", "fay") for _ in range(3)]
    signal = one(for_others([*far, *team], NUMBERS))
    assert signal.why == "21 searches for 21 others; the middle of the team is 3."


def test_a_team_in_which_all_search_for_others_shows_nothing_and_a_pair_has_no_usual() -> None:
    busy = [search(by=who, asked_for="p1") for who in ("dan", "eve", "fay") for _ in range(30)]
    assert not list(for_others(busy, NUMBERS))
    (none,) = for_others([search(asked_for="p1") for _ in range(30)], NUMBERS)
    assert isinstance(none, NotComputed)


# -- all of them


def test_no_signal_names_a_mark_a_reference_or_a_person() -> None:
    twice = [
        search("AB12CDE", did=NOTHING, reference="CR/777/26", reason=REASON, asked_for="zoe")
        for _ in range(12)
    ]
    known = Known(
        [declared("AB12CDE")], {"dan": (shift(-9), shift(8))}, told(twice[0], state=ReferenceState.UNKNOWN)
    )
    found = find_signals(twice, known, NUMBERS, now=NOW)
    assert len({signal.kind for signal in found.found}) >= 5
    for signal in found.found:
        for word in ("AB12", "777", "dan", "zoe", "burglary"):
            assert word not in signal.why + signal.innocent + signal.key


def test_searches_without_a_fault_give_no_signal() -> None:
    found = find_signals([search() for _ in range(50)], Known([], {}, {}), NUMBERS, now=NOW)
    assert found.found == ()
    assert {none.kind for none in found.not_computed} == {
        SignalKind.OFF_DUTY,
        SignalKind.REFERENCE_UNKNOWN,
        SignalKind.FOR_OTHERS,
    }


def test_a_part_of_a_mark_with_one_character_open_is_held_against_declared_vehicles() -> None:
    part = search(kind=SearchKind.PART_OF_A_MARK, named=named_part("AB12CD?", digest))
    assert kinds(declared_vehicles([part], [declared("AB12CDE")])) == {SignalKind.OWN_VEHICLE}
    assert "by a part of its mark" in one(declared_vehicles([part], [declared("AB12CDE")])).why
    wide = search(kind=SearchKind.PART_OF_A_MARK, named=named_part("AB1*", digest))
    assert not list(declared_vehicles([wide], [declared("AB12CDE")]))
    opened = search(named=named_part("AB1*", digest, opened=["AB12CDE"]))
    assert kinds(declared_vehicles([opened], [declared("AB12CDE")])) == {SignalKind.OWN_VEHICLE}


def test_a_mark_is_named_once_whatever_its_spelling() -> None:
    assert len(named_marks(["OO1AA", "001AA"], digest).asked) == 1
