"""Review over the API: the queue, items in hand, marks, findings. Nothing is judged here: the desk does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from msgspec import Struct

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.span import Span
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act, Person
from openanpr.review import desk as acts
from openanpr.review.desk import Queue, ReviewDesk, Said
from openanpr.review.done import RoundDone
from openanpr.review.item import Finding, Item, Origin, Outcome, Referral, Remedy
from openanpr.review.past import Came
from openanpr.review.seen import ItemSeen, SearchSeen
from openanpr.review.signal import SignalKind, Strength
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, ApiRoute, Call, LongText, Nothing, get, post
from openanpr.web.judging import policy_person

_FIGURE_DAYS: Final = 90
_MOST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class ReviewRoutes:
    """What review over the API needs; `wake` has a round begin."""

    people: Desk
    desk: ReviewDesk
    wake: Callable[[], None]

    def reviewer(self, call: Call) -> Person:
        """Return who asks, with the roles of this moment."""
        standing = call.person.present.standing
        trainings = self.people.store.trainings_of(standing.account.account_id)
        return policy_person(standing, trainings, now=call.now)

    def who(self, account_id: str) -> PersonTold:
        """Return a person as reviewers see them; an id alone for whoever has no account."""
        account = self.people.store.find(account_id)
        if account is None:
            return PersonTold(account_id, "", "")
        return PersonTold(account_id, account.login, account.name)


class FindingForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, why, and what is to follow."""

    outcome: Outcome
    text: LongText
    remedy: Remedy = Remedy.NONE


class ReferForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is handed to professional standards."""

    why: LongText


class PersonTold(Struct, frozen=True):
    """A person: the account's id, sign-in name and name; the last two empty where there is no account."""

    account: str
    login: str
    name: str


class FindingTold(Struct, frozen=True):
    """A finding; `by` is an account's id."""

    outcome: Outcome
    text: str
    remedy: Remedy
    by: str
    at: datetime


class ReferralTold(Struct, frozen=True):
    """A referral to professional standards; `by` is an account's id."""

    by: str
    at: datetime
    why: str


class ItemTold(Struct, frozen=True):
    """One thing to look at. `kinds`: of a signal its kind, of a sample what it was drawn for.

    `innocent`: how what a signal shows may be innocent. `taken_by` is an account's id. `searches`: how many.
    """

    item: str
    origin: Origin
    kinds: list[str]
    why: str
    innocent: str
    strength: Strength | None
    about: PersonTold
    raised_at: datetime
    overdue: bool
    taken_by: str | None
    taken_at: datetime | None
    searches: int
    finding: FindingTold | None
    referral: ReferralTold | None


class SearchReviewed(Struct, frozen=True):
    """A search as reviewers see it: no mark is in it; what could be one in the reason is masked.

    `opened` null: nothing tells how many rows were opened.
    """

    search: str
    at: datetime
    asked_by: PersonTold
    asked_for: PersonTold
    team: str
    category: Category
    stance: Stance
    urgent: bool
    oral: bool
    reference: str
    reference_was: ReferenceState
    reason: str
    kind: SearchKind
    oldest_days: int
    cameras: int
    days: int
    reads: int
    came: Came
    rules: list[str]
    rows: int
    opened: int | None
    kept: int


class WholeItem(Struct, frozen=True):
    """An item with its searches; `gone` of them are no longer kept."""

    item: ItemTold
    searches: list[SearchReviewed]
    gone: int


class NotComputedTold(Struct, frozen=True):
    """A kind of signal that the last round could not work out, and why."""

    kind: SignalKind
    why: str


class RoundTold(Struct, frozen=True):
    """What the last round did."""

    at: datetime
    searches: int
    retested: int
    raised: int
    not_computed: list[NotComputedTold]


class QueueTold(Struct, frozen=True):
    """What one may take, the oldest first; and what the last round did."""

    items: list[ItemTold]
    last_round: RoundTold | None


class FiguresTold(Struct, frozen=True):
    """Counts of so many days, each by its word; `open` and `overdue` are of now."""

    days: int
    samples: int
    sampled: dict[str, int]
    signals: dict[str, int]
    findings: dict[str, int]
    remedies: dict[str, int]
    referred: int
    open: int
    overdue: int


class MarksTold(Struct, frozen=True):
    """The marks, or the part of one, that a search named."""

    search: str
    marks: list[str]


class GivenBack(Struct, frozen=True):
    """The item is in the queue again."""

    given_back: bool


class RoundAsked(Struct, frozen=True):
    """A round begins now; the queue shows when it is done."""

    asked_at: datetime


class OwnFinding(Struct, frozen=True):
    """A finding on one of one's own searches."""

    search: str
    outcome: Outcome
    remedy: Remedy
    at: datetime


class OwnFindings(Struct, frozen=True):
    """The findings on one's own searches that one may hear of."""

    findings: list[OwnFinding]


class Shows(Protocol):
    """An act of `review.desk` that shows an item: `take` or `look`."""

    def __call__(self, desk: ReviewDesk, by: Person, item_id: str, *, now: datetime) -> ItemSeen:
        """Return the item. Raises NoSuchItemError, NotInHandError."""
        ...


def review_routes(of: ReviewRoutes) -> list[ApiRoute]:
    """Return the routes of review."""
    return [
        get("/review", "What I may review", Act.REVIEW, QueueTold, partial(queue, of)),
        post(
            "/review/round", "Have a round done now", Act.REVIEW, Nothing, RoundAsked, partial(round_now, of)
        ),
        get(
            "/review/figures",
            "Counts of reviews",
            Act.REVIEW,
            FiguresTold,
            partial(figures, of),
            asks=("days",),
        ),
        *_in_hand(of),
        get(
            "/me/findings",
            "Findings on my own searches",
            Anybody.SESSION,
            OwnFindings,
            partial(findings_told, of),
        ),
    ]


def _in_hand(of: ReviewRoutes) -> list[ApiRoute]:
    act = Act.REVIEW

    return [
        post(
            "/review/{item}/take",
            "Take an item in hand",
            act,
            Nothing,
            WholeItem,
            partial(whole_item, of, does=acts.take),
        ),
        post(
            "/review/{item}/look",
            "Look at an item",
            act,
            Nothing,
            WholeItem,
            partial(whole_item, of, does=acts.look),
        ),
        post("/review/{item}/give-back", "Put an item back", act, Nothing, GivenBack, partial(give_back, of)),
        post(
            "/review/{item}/searches/{search}/open",
            "Open the marks that a search named",
            Act.OPEN_IN_REVIEW,
            Nothing,
            MarksTold,
            partial(open_marks, of),
        ),
        post(
            "/review/{item}/finding", "Give a finding", act, FindingForm, ItemTold, partial(give_finding, of)
        ),
        post(
            "/review/{item}/refer",
            "Refer an item to professional standards",
            act,
            ReferForm,
            ItemTold,
            partial(refer, of),
        ),
    ]


def whole_item(of: ReviewRoutes, call: Call, _: Nothing, does: Shows) -> WholeItem:
    """Return an item with its searches, as `does` shows it. Raises NoSuchItemError, NotInHandError."""
    return _whole(of, does(of.desk, of.reviewer(call), call.asked.path["item"], now=call.now))


def figures(of: ReviewRoutes, call: Call) -> FiguresTold:
    """Return the counts of the last days: `days` in the address, or 90. Raises NotReviewerError, ApiError."""
    text = call.asked.query.get("days", "") or str(_FIGURE_DAYS)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= _MOST_DAYS:
        raise ApiError(422, f"days is a whole number up to {_MOST_DAYS}", "leave it out for the usual")
    span = Span(call.now - timedelta(days=int(text)), call.now)
    found = acts.figures_for(of.desk, of.reviewer(call), span, now=call.now)
    return FiguresTold(
        days=int(text),
        samples=found.samples,
        sampled={str(word): many for word, many in found.sampled.items()},
        signals={str(word): many for word, many in found.signals.items()},
        findings={str(word): many for word, many in found.findings.items()},
        remedies={str(word): many for word, many in found.remedies.items()},
        referred=found.referred,
        open=found.open,
        overdue=found.overdue,
    )


def queue(of: ReviewRoutes, call: Call) -> QueueTold:
    """Return what one may review, and what the last round did."""
    found: Queue = acts.queue(of.desk, of.reviewer(call), now=call.now)
    done = found.last_round
    return QueueTold([_item(of, one.item, overdue=one.overdue) for one in found.items], _round(done))


def round_now(of: ReviewRoutes, call: Call, _: Nothing) -> RoundAsked:
    """Have a round done now. Raises NotReviewerError."""
    acts.ask_for_round(of.desk, of.reviewer(call), now=call.now)
    of.wake()
    return RoundAsked(call.now)


def give_back(of: ReviewRoutes, call: Call, _: Nothing) -> GivenBack:
    """Put an item back. Raises NoSuchItemError, NotInHandError."""
    acts.give_back(of.desk, of.reviewer(call), call.asked.path["item"], now=call.now)
    return GivenBack(given_back=True)


def open_marks(of: ReviewRoutes, call: Call, _: Nothing) -> MarksTold:
    """Return the marks that a search of an item in hand named; logged before they are fetched."""
    path = call.asked.path
    marks = acts.open_marks(of.desk, of.reviewer(call), path["item"], path["search"], now=call.now)
    return MarksTold(path["search"], list(marks))


def give_finding(of: ReviewRoutes, call: Call, form: FindingForm) -> ItemTold:
    """Keep a finding and return the item. Raises NoSuchItemError, NotInHandError, ValueError."""
    said = Said(form.outcome, form.text, form.remedy)
    done = acts.give_finding(of.desk, of.reviewer(call), call.asked.path["item"], said, now=call.now)
    return _item(of, done, overdue=False)


def refer(of: ReviewRoutes, call: Call, form: ReferForm) -> ItemTold:
    """Refer an item to professional standards and return it. Raises as `review.desk.refer` does."""
    done = acts.refer(of.desk, of.reviewer(call), call.asked.path["item"], form.why, now=call.now)
    return _item(of, done, overdue=False)


def findings_told(of: ReviewRoutes, call: Call) -> OwnFindings:
    """Return the findings on the person's own searches that they may hear of."""
    told = acts.told_to(of.desk, of.reviewer(call), now=call.now)
    return OwnFindings([OwnFinding(one.search_id, one.outcome, one.remedy, one.at) for one in told])


def _whole(of: ReviewRoutes, shown: ItemSeen) -> WholeItem:
    searches = [_search(of, one) for one in shown.searches]
    return WholeItem(_item(of, shown.item, overdue=shown.overdue), searches, shown.gone)


def _item(of: ReviewRoutes, item: Item, *, overdue: bool) -> ItemTold:
    raised, taken = item.raised, item.taken
    return ItemTold(
        item=item.item_id,
        origin=raised.origin,
        kinds=list(raised.kinds),
        why=raised.why,
        innocent=item.innocent,
        strength=raised.strength,
        about=of.who(raised.about),
        raised_at=item.at,
        overdue=overdue,
        taken_by=None if taken is None else taken.by,
        taken_at=None if taken is None else taken.at,
        searches=len(raised.concerns),
        finding=_finding(item.finding),
        referral=_referral(item.referral),
    )


def _search(of: ReviewRoutes, one: SearchSeen) -> SearchReviewed:
    purpose, scope, did = one.purpose, one.scope, one.did
    return SearchReviewed(
        search=one.search_id,
        at=one.at,
        asked_by=of.who(one.asked_by),
        asked_for=of.who(one.asked_for),
        team=one.team,
        category=purpose.category,
        stance=purpose.stance,
        urgent=purpose.urgent,
        oral=one.oral,
        reference=one.reference,
        reference_was=purpose.reference,
        reason=one.reason,
        kind=scope.kind,
        oldest_days=scope.oldest_days,
        cameras=scope.cameras,
        days=scope.days,
        reads=scope.reads,
        came=one.came,
        rules=list(one.rules),
        rows=did.rows,
        opened=did.opened,
        kept=did.kept,
    )


def _finding(one: Finding | None) -> FindingTold | None:
    return None if one is None else FindingTold(one.outcome, one.text, one.remedy, one.by, one.at)


def _referral(one: Referral | None) -> ReferralTold | None:
    return None if one is None else ReferralTold(one.by, one.at, one.why)


def _round(done: RoundDone | None) -> RoundTold | None:
    if done is None:
        return None
    missing = [NotComputedTold(one.kind, one.why) for one in done.not_computed]
    return RoundTold(done.at, done.searches, done.retested, done.raised, missing)
