"""Review: what waits to be looked at, an item with its searches, marks opened, a finding, figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from openanpr.policy.ask import Act
from openanpr.policy.tell import plain_words
from openanpr.review import desk as acts
from openanpr.review.item import MOST_TEXT, Outcome, Remedy
from openanpr.web.api import reviews
from openanpr.web.api.reviews import FindingForm, ReferForm, ReviewRoutes, WholeItem
from openanpr.web.api.route import Nothing
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.oversight.review_words import FINDINGS, KINDS, REMEDIES
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_SECTION: Final = "/review"
_NOTHING: Final = Nothing()
_FINDING_WORDS: Final = {
    "outcome": "Choose what you found",
    "text": f"Say why, in at most {MOST_TEXT} characters",
    "remedy": "Choose what is to follow",
}
_REFER_WORDS: Final = {"why": f"Say why it is for professional standards, in at most {MOST_TEXT} characters"}


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """What the pages need."""

    of: ReviewRoutes


def review_pages(pages: ReviewPages) -> list[PageRoute]:
    """Return the pages of review."""
    act = Act.REVIEW
    item = "/review/{item}"
    return [
        page("/review", act, partial(_queue, pages), asks=("asked",)),
        page("/review/figures", act, partial(_figures, pages), asks=("days",)),
        sent("/review/round", act, partial(_round, pages)),
        page(item, act, partial(_look, pages)),
        sent(f"{item}/take", act, partial(_take, pages)),
        sent(f"{item}/give-back", act, partial(_give_back, pages)),
        sent(f"{item}/searches/{{search}}/open", Act.OPEN_IN_REVIEW, partial(_open, pages)),
        sent(f"{item}/finding", act, partial(_find, pages)),
        sent(f"{item}/refer", act, partial(_refer, pages)),
    ]


def _queue(pages: ReviewPages, visit: Visit) -> Answer:
    told = reviews.queue(pages.of, visit.call)
    mine = visit.person.account_id
    values = {
        "section": _SECTION,
        "mine": [one for one in told.items if one.taken_by == mine],
        "signals": [one for one in told.items if one.taken_by != mine and one.origin == "signal"],
        "samples": [one for one in told.items if one.taken_by != mine and one.origin == "sample"],
        "round": told.last_round,
        "asked": visit.asked.query.get("asked", "") == "now",
        "kinds": KINDS,
    }
    return Shown("review/queue.html", values)


def _figures(pages: ReviewPages, visit: Visit) -> Answer:
    values = {
        "section": _SECTION,
        "told": reviews.figures(pages.of, visit.call),
        "kinds": KINDS,
        "findings": FINDINGS,
        "remedies": REMEDIES,
    }
    return Shown("review/figures.html", values)


def _round(pages: ReviewPages, visit: Visit) -> Answer:
    reviews.round_now(pages.of, visit.call, _NOTHING)
    return SeeOther("/review?asked=now")


def _look(pages: ReviewPages, visit: Visit) -> Answer:
    return _item(pages, visit, reviews.whole_item(pages.of, visit.call, _NOTHING, acts.look))


def _take(pages: ReviewPages, visit: Visit) -> Answer:
    told = reviews.whole_item(pages.of, visit.call, _NOTHING, acts.take)
    return SeeOther(f"/review/{told.item.item}")


def _give_back(pages: ReviewPages, visit: Visit) -> Answer:
    reviews.give_back(pages.of, visit.call, _NOTHING)
    return SeeOther("/review")


def _open(pages: ReviewPages, visit: Visit) -> Answer:
    """Show the marks of a search: as a part where a script asks, else with the whole item around them."""
    told = reviews.open_marks(pages.of, visit.call, _NOTHING)
    if visit.part:
        return Shown("review/marks.html", {"marks": told.marks})
    whole = reviews.whole_item(pages.of, visit.call, _NOTHING, acts.look)
    return _item(pages, visit, whole, opened={told.search: told.marks})


def _find(pages: ReviewPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(FindingForm, _FINDING_WORDS)
    except FormFaultsError as fault:
        return _again(pages, visit, fault.faults)
    if form.outcome is Outcome.PROPER and form.remedy is not Remedy.NONE:
        return _again(pages, visit, {"remedy": "What was proper needs no remedy: choose nothing"})
    told = reviews.give_finding(pages.of, visit.call, form)
    return SeeOther(f"/review/{told.item}")


def _refer(pages: ReviewPages, visit: Visit) -> Answer:
    try:
        form = visit.form.read(ReferForm, _REFER_WORDS)
    except FormFaultsError as fault:
        return _again(pages, visit, fault.faults)
    told = reviews.refer(pages.of, visit.call, form)
    return SeeOther(f"/review/{told.item}")


def _again(pages: ReviewPages, visit: Visit, faults: dict[str, str]) -> Shown:
    """Show an item once more with what is to be mended in its form."""
    told = reviews.whole_item(pages.of, visit.call, _NOTHING, acts.look)
    shown = _item(pages, visit, told)
    return replace(shown, values={**shown.values, "faults": faults}, status=422)


def _item(
    pages: ReviewPages, visit: Visit, told: WholeItem, *, opened: dict[str, list[str]] | None = None
) -> Shown:
    item = told.item
    values = {
        "section": _SECTION,
        "told": told,
        "item": item,
        "mine": item.taken_by == visit.person.account_id,
        "taker": None if item.taken_by is None else pages.of.who(item.taken_by),
        "finder": None if item.finding is None else pages.of.who(item.finding.by),
        "referrer": None if item.referral is None else pages.of.who(item.referral.by),
        "opened": opened or {},
        "faults": {},
        "kinds": KINDS,
        "findings": FINDINGS,
        "remedies": REMEDIES,
        "rules": plain_words(),
    }
    return Shown("review/item.html", values)
