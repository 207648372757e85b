"""Attacks on withheld counts, with all that is ever published at once: months, years, pages, the assessment.

Every window is made to fit every other, which the clock seldom does: what holds so holds always.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.audit.entry import canonical
from openanpr.publish.assessment import facts
from openanpr.publish.assessment.document import EvidenceTold
from openanpr.publish.assessment.evidence.catalogue import find_all
from openanpr.publish.assessment.evidence.look import Measuring
from openanpr.publish.assessment.telling import Audience, Telling, evidence_told
from openanpr.publish.definitions import ALERTS, FIGURES, FINDINGS, RESULTS, SEARCHES
from openanpr.publish.period import Month
from openanpr.publish.population import Cell, Counts
from openanpr.publish.ports import Kept
from openanpr.publish.publication import read_publication
from openanpr.publish.share import ShownShare, shown_share
from openanpr.publish.site.make import make_site
from openanpr.publish.site.state import PublicState
from openanpr.publish.suppress import Shown
from openanpr.publish.words import catalogue
from tests.publish.cubes import EVERY, RULE, alike, document, months
from tests.publish.scene import NOW, NUMBERS, known
from tests.publish.site_scene import state_in
from tests.publish.test_attacker import MOST, Attacker, learnt, name_of

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
PERIODS = [Month(2026, 7), Month(2026, 8), Month(2026, 9)]
WORDS = catalogue()
AXES = {one.id: [axis.name for axis in one.axes] for one in EVERY}
CLOSED = tuple(word for word in RESULTS if word != "not-closed")
SHARE = 5
Store = dict[str, Counts]


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> PublicState:
    return state_in(tmp_path_factory.mktemp("state"), history=())


def bodies(stores: Sequence[Store]) -> list[bytes]:
    return [document(one, month=month).body() for one, month in zip(stores, PERIODS, strict=True)]


def site_of(scene: PublicState, stores: Sequence[Store]) -> dict[str, bytes]:
    """The whole site of these months. Its proofs are another's: the attacker gains nothing from hashes."""
    proof = scene.published[0].proof
    kept = tuple(Kept(month, 0, body, proof) for month, body in zip(PERIODS, bodies(stores), strict=True))
    return dict(make_site(replace(scene, published=kept, late_months=0), [WORDS]).files)


def count(stores: Sequence[Store], population: str, **where: tuple[str, ...]) -> int:
    """The true count of all months."""
    places = AXES[population]
    return sum(
        cell.count
        for store in stores
        for place, cell in store[population].items()
        if all(place[places.index(axis)] in words for axis, words in where.items())
    )


def assessed(stores: Sequence[Store]) -> dict[str, EvidenceTold]:
    """What the published assessment tells of the same time, measured as a node measures it."""
    read = [read_publication(one) for one in bodies(stores)]
    closed = (ALERTS, {"result": frozenset(CLOSED)})

    def of_closed(result: str) -> ShownShare | None:
        return shown_share(read, part=(ALERTS, {"result": frozenset({result})}), of=closed)

    searches, raised = count(stores, SEARCHES), count(stores, ALERTS)
    findings = count(stores, FINDINGS)
    found = known(
        searches={
            "asked": searches,
            "ran": count(stores, SEARCHES, decision=("approved", "allowed")),
            "refused": count(stores, SEARCHES, decision=("refused", "declined")),
            "authorised": count(stores, SEARCHES, decision=("approved",)),
        },
        reviews={
            "asked": searches,
            "reviewed": findings,
            "improper": count(stores, FINDINGS, outcome=("improper",)),
            "told_reviewed": shown_share(read, part=(FINDINGS, {}), of=(SEARCHES, {})),
        },
        alerts={
            "raised": raised,
            "answered": raised,
            "closed": count(stores, ALERTS, result=CLOSED),
            "misread": count(stores, ALERTS, result=("misread",)),
            "list_errors": count(stores, ALERTS, result=("list-error",)),
            "told_misread": of_closed("misread"),
            "told_list_errors": of_closed("list-error"),
        },
    )
    telling = Telling(WORDS, Audience.PUBLIC, NUMBERS)
    return {
        name: evidence_told(one, telling) for name, one in find_all(found, Measuring(NOW, NUMBERS)).items()
    }


@SLOW
@given(months(3), st.data())
def test_stores_that_differ_in_withheld_counts_alone_publish_the_same_bytes_everywhere(
    scene, stores, data
) -> None:
    """Every file of the site, years too, and every word of the assessment: there is nothing to take from."""
    others = [
        {one.id: data.draw(alike(one, store[one.id]), label=one.id) for one in EVERY} for store in stores
    ]
    assert site_of(scene, stores) == site_of(scene, others)
    assert assessed(stores) == assessed(others)


# The attacker: it reads the site as anybody does, and writes down what each number bounds.

_ROW = re.compile(
    r'<tr><th scope="row">([^<]*)<span class="help">.*?</span></th><td class="number">([^<]*)</td></tr>',
    re.DOTALL,
)
_NUMBER = re.compile(r"[0-9][0-9,]*")
_BY_NAME = {str(WORDS.texts[f"site.figure.{one.id}.name"]): one for one in FIGURES}


def bounds(said: str) -> tuple[int, int] | None:
    """What a value in words says; None for one that says nothing."""
    found = [int(one.replace(",", "")) for one in _NUMBER.findall(said)]
    if not found:
        return (0, 0) if said == str(WORDS.texts["site.value.none"]) else None
    return found[0], MOST if said.startswith("at least") else found[-1]


def terms_of(figure: Any, periods: Sequence[Month], *, weight: int = 1) -> list[tuple[int, str]]:
    population = next(one for one in EVERY if one.id == figure.population)
    return [
        (weight, name_of(str(period), population.id, place))
        for period in periods
        for place in population.places()
        if all(place[AXES[population.id].index(axis)] in words for axis, words in figure.where.items())
    ]


def pages_read(files: dict[str, bytes]) -> Iterator[tuple[list[Month], Any, tuple[int, int]]]:
    """Each count on the pages of months and years, with the months that it is of."""
    of = {f"figures/{month}.html": [month] for month in PERIODS} | {"figures/2026.html": PERIODS}
    for path, periods in of.items():
        rows = _ROW.findall(files[path].decode())
        assert rows, path
        for name, value in rows:
            figure, told = _BY_NAME[unescape(name)], bounds(unescape(value))
            if told is not None and figure.of is None and not figure.weight:
                yield periods, figure, told


@dataclass(frozen=True, slots=True)
class Sums:
    """The terms of what the assessment counts, by the names of its numbers."""

    population: str
    where: dict[str, frozenset[str]]


_COUNTED = {
    "searches-asked": Sums(SEARCHES, {}),
    "searches-ran": Sums(SEARCHES, {"decision": frozenset({"approved", "allowed"})}),
    "searches-refused": Sums(SEARCHES, {"decision": frozenset({"refused", "declined"})}),
    "searches-authorised": Sums(SEARCHES, {"decision": frozenset({"approved"})}),
    "searches-reviewed": Sums(FINDINGS, {}),
    "findings-improper": Sums(FINDINGS, {"outcome": frozenset({"improper"})}),
    "alerts": Sums(ALERTS, {}),
    "alerts-closed": Sums(ALERTS, {"result": frozenset(CLOSED)}),
    "alerts-misread": Sums(ALERTS, {"result": frozenset({"misread"})}),
    "alerts-list-error": Sums(ALERTS, {"result": frozenset({"list-error"})}),
}
_WHOLE = {"alerts-misread": "alerts-closed", "alerts-list-error": "alerts-closed"}


def take_assessment(attacker: Attacker, told: dict[str, EvidenceTold]) -> None:
    """None, some or all, and on which side of a limit a share is."""

    def terms(name: str, weight: int = 1) -> list[tuple[int, str]]:
        return terms_of(_COUNTED[name], PERIODS, weight=weight)

    for one in told.values():
        for number in one.numbers:
            if number.name not in _COUNTED:
                continue
            said = number.said.split()[0]
            assert number.value in {None, 0}
            attacker.sum(terms(number.name), *((0, 0) if said in {"none", "of"} else (1, MOST)))
            if said == "all":
                whole = terms(_WHOLE[number.name], -1)
                attacker.sum(merged([*terms(number.name), *whole]), 0, 0)
    most = MOST * 100
    sides = {"few": (-most, 0), "too-many": (1, most), "enough": (0, most), "too-few": (-most, -1)}
    for name, part, whole, percent in (
        ("misreads", "alerts-misread", "alerts-closed", NUMBERS.misread_percent.value),
        ("list-errors", "alerts-list-error", "alerts-closed", NUMBERS.list_error_percent.value),
        ("searches-reviewed", "searches-reviewed", "searches-asked", SHARE),
    ):
        side = sides.get(told[name].says)
        if side is not None:
            attacker.sum(merged([*terms(part, 100), *terms(whole, -percent)]), *side)


def merged(terms: list[tuple[int, str]]) -> list[tuple[int, str]]:
    factors = Counter[str]()
    for factor, name in terms:
        factors[name] += factor
    return [(factor, name) for name, factor in factors.items() if factor]


def attack(files: dict[str, bytes], told: dict[str, EvidenceTold]) -> tuple[Attacker, list[str]]:
    """Take all in, and solve."""
    documents = [canonical(json.loads(files[f"figures/{month}.json"])["document"]) for month in PERIODS]
    attacker, withheld = learnt(*documents)
    for periods, figure, (least, most) in pages_read(files):
        attacker.sum(terms_of(figure, periods), least, most)
    take_assessment(attacker, told)
    attacker.solve()
    return attacker, withheld


@SLOW
@given(months(3))
def test_with_everything_at_once_every_withheld_count_may_still_be_any(scene, stores) -> None:
    attacker, withheld = attack(site_of(scene, stores), assessed(stores))
    assert {(attacker.low[name], attacker.high[name]) for name in withheld} <= {(1, RULE.least_shown - 1)}


def store_with(**some: dict[tuple[str, ...], int]) -> Store:
    """A store with these counts, and none of anything else."""
    found: Store = {one.id: {place: Cell(0) for place in one.places()} for one in EVERY}
    for population, cells in some.items():
        weighed = next(one for one in EVERY if one.id == population).weighed
        found[population] = {
            **found[population],
            **{place: Cell(n, n if weighed else 0) for place, n in cells.items()},
        }
    return found


def by_true_counts(stores: Sequence[Store]) -> dict[str, EvidenceTold]:
    """The assessment as it was before: shares judged by the counts themselves."""
    told = assessed(stores)
    hits = count(stores, FINDINGS)
    said = "enough" if hits * 100 >= SHARE * count(stores, SEARCHES) else "too-few"
    return {**told, "searches-reviewed": replace(told["searches-reviewed"], says=said)}


@pytest.mark.parametrize(
    ("improper", "searches"),
    [(4, 880), (1, 830)],
    ids=["the-limit-is-just-reached", "the-limit-is-just-missed"],
)
def test_a_share_judged_by_true_counts_would_give_a_withheld_count_away(scene, improper, searches) -> None:
    """The attacker is no straw man: against the rule of before it wins, and against this one it does not."""
    place = ("serious", "to-90-days", "allowed")
    stores = [
        store_with(
            searches={place: searches}, findings={("proper",): 40, ("improper",): improper, ("unclear",): 0}
        ),
        store_with(),
        store_with(),
    ]
    files = site_of(scene, stores)
    name = name_of("2026-07", FINDINGS, ("improper",))
    won, withheld = attack(files, by_true_counts(stores))
    assert name in withheld
    assert won.low[name] == won.high[name] == improper
    lost, _ = attack(files, assessed(stores))
    assert assessed(stores)["searches-reviewed"].says == "too-close"
    assert (lost.low[name], lost.high[name]) == (1, RULE.least_shown - 1)


def test_all_of_another_population_would_give_a_withheld_count_away() -> None:
    """So findings are told as none or some, and not as a part of the searches."""
    place = ("serious", "to-90-days", "allowed")
    first = store_with(searches={place: 42}, findings={("proper",): 40, ("improper",): 2, ("unclear",): 0})
    stores = [first, store_with(), store_with()]
    told = assessed(stores)["searches-reviewed"]
    assert {one.name: one.said.split(",")[0] for one in told.numbers} == {
        "searches-asked": "some",
        "searches-reviewed": "some",
    }
    attacker, _ = learnt(*bodies(stores))
    findings = terms_of(Sums(FINDINGS, {}), PERIODS)
    asked = terms_of(Sums(SEARCHES, {}), PERIODS, weight=-1)
    attacker.sum([*findings, *asked], 0, 0)
    attacker.solve()
    name = name_of("2026-07", FINDINGS, ("improper",))
    assert attacker.low[name] == attacker.high[name] == 2


spans = st.tuples(st.integers(0, 300), st.integers(0, 9)).map(lambda two: Shown(two[0], two[0] + two[1]))


@given(spans, spans, st.integers(0, 100), st.data())
def test_a_share_is_judged_only_where_every_possibility_agrees(part, of, percent, data) -> None:
    share = ShownShare(part, of)
    judged: list[tuple[Callable[[int], bool | None], Callable[[int, int], bool]]] = [
        (share.at_most, lambda hits, whole: hits * 100 <= percent * whole),
        (share.at_least, lambda hits, whole: hits * 100 >= percent * whole),
    ]
    ends = {(hits, whole) for hits in (part.least, part.most) for whole in (of.least, of.most)} | {
        (data.draw(st.integers(part.least, part.most)), data.draw(st.integers(of.least, of.most)))
    }
    for told, truly in judged:
        said, every = told(percent), {truly(hits, whole) for hits, whole in ends}
        assert said is None if len(every) == 2 else every == {said}


def test_nothing_is_judged_of_what_has_no_end() -> None:
    assert ShownShare(Shown(1, None), Shown(100, 100)).at_most(50) is None
    assert ShownShare(Shown(1, 1), Shown(1, None)).at_least(50) is None
    assert shown_share([], part=(ALERTS, {}), of=(ALERTS, {})) is None
    assert facts.AlertFacts(1, 1, 1, 1, 1).told_misread is None
