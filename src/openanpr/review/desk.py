"""What reviewers do: see the queue, take an item, look, open a mark, give a finding, refer.

Each act is judged, logged, and then done. Nothing here blocks anybody, changes an account, or tells anyone
but reviewers; a searcher is told of findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openanpr.audit.acts import Refusal, Review
from openanpr.audit.port import Log, logged
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.policy.ask import Act, AskedSearch, Person, Request
from openanpr.policy.decide import Decision
from openanpr.policy.decide import Outcome as Decided
from openanpr.review.done import RoundDone
from openanpr.review.figures import ReviewFigures
from openanpr.review.item import Finding, Item, Outcome, Referral, Remedy, Taken, verify_said
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.ports import Items, Judge, PastSearches, Rounds
from openanpr.review.seen import ItemSeen, Told, seen

_SHOWN = 200
_PAGE = 400
_NOBODYS = AskedSearch("the node", "the node", "the node")
"""A round is about everybody's searches, so about no reviewer's own or team's more than another's."""


class NoSuchItemError(LookupError):
    """There is no such item, or not for this reviewer: which of both is not told."""

    def __init__(self) -> None:
        super().__init__("there is no such item for you to review")


class NotReviewerError(Exception):
    """Somebody who is no reviewer asked for a round, or for figures."""

    def __init__(self) -> None:
        super().__init__("only reviewers ask for this: tell an auditor")


class NotInHandError(Exception):
    """An act needs the item in one's own hand, or somebody else was first; the sentence says which."""


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """What the acts of reviewers need of the world."""

    items: Items
    rounds: Rounds
    past: PastSearches
    log: Log
    judge: Judge
    numbers: ReviewNumbers


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits: without a finding, of that too long (an alarm's number), and since when the oldest."""

    open: int
    overdue: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What a reviewer may take, and what the last round did: what it could not work out belongs beside it."""

    items: tuple[ItemSeen, ...]
    last_round: RoundDone | None


def queue(desk: ReviewDesk, by: Person, *, now: datetime) -> Queue:
    """Return the items that this reviewer may take, oldest first, without their searches.

    At most 200, with those that the reviewer has. What is of the reviewer's team, or their own, is not there.
    """
    desk.log.append(Review(at=now, step="queue", person=by.id))
    found = tuple(ItemSeen(one, _is_overdue(desk, one, now), (), 0) for one in _reviewable(desk, by, now))
    return Queue(found, desk.rounds.last_round() if Role.AUDITOR in by.roles_on(now.date()) else None)


def ask_for_round(desk: ReviewDesk, by: Person, *, now: datetime) -> None:
    """Judge and log that a reviewer wants a round now and not tonight; whoever calls this has it done.

    Raises NotReviewerError.
    """
    _verify_reviewer(desk, by, "review-round", now)
    desk.log.append(Review(at=now, step="round-asked", person=by.id))


def take(desk: ReviewDesk, by: Person, item_id: str, *, now: datetime) -> ItemSeen:
    """Take an item in hand and return it with its searches.

    One that another took and left lying for too long can be taken over. Raises NoSuchItemError,
    NotInHandError where another has it or was first.
    """
    item = _judged(desk, by, item_id, Act.REVIEW, now)
    stale = now - timedelta(days=desk.numbers.taken_days.value)
    with logged(desk.log, Review(at=now, step="take", person=by.id, item=item_id)):
        if not desk.items.take(item_id, Taken(by.id, now), stale_before=stale):
            raise NotInHandError(
                "another reviewer has this item, or there is a finding: look at the queue again"
            )
    return _whole(desk, _again(desk, item), now)


def give_back(desk: ReviewDesk, by: Person, item_id: str, *, now: datetime) -> None:
    """Put an item back into the queue. Raises NoSuchItemError, NotInHandError."""
    _in_hand(desk, by, item_id, Act.REVIEW, now)
    with logged(desk.log, Review(at=now, step="give-back", person=by.id, item=item_id)):
        if not desk.items.give_back(item_id, by.id):
            raise NotInHandError("this item is no longer in your hand: look at the queue again")


def look(desk: ReviewDesk, by: Person, item_id: str, *, now: datetime) -> ItemSeen:
    """Return an item that one may review with its searches, without marks. Raises NoSuchItemError."""
    item = _judged(desk, by, item_id, Act.REVIEW, now)
    desk.log.append(Review(at=now, step="look", person=by.id, item=item_id))
    return _whole(desk, item, now)


def open_marks(
    desk: ReviewDesk, by: Person, item_id: str, search_id: str, *, now: datetime
) -> tuple[str, ...]:
    """Return the marks that a search of an item in hand named; logged before they are fetched.

    Raises NoSuchItemError, NotInHandError; what the log raises, and then nothing was opened.
    """
    item = _in_hand(desk, by, item_id, Act.OPEN_IN_REVIEW, now)
    if search_id not in {one.search_id for one in item.raised.concerns}:
        raise NoSuchItemError
    with logged(desk.log, Review(at=now, step="open", person=by.id, item=item_id, search=search_id)):
        return desk.past.marks_of(search_id)


def give_finding(desk: ReviewDesk, by: Person, item_id: str, said: Said, *, now: datetime) -> Item:
    """Keep what the reviewer who has the item found. Of two at once one is kept.

    Raises NoSuchItemError, NotInHandError; ValueError for a finding that may not be said so.
    """
    finding = Finding(said.outcome, said.text.strip(), said.remedy, by.id, now)
    item = _in_hand(desk, by, item_id, Act.REVIEW, now)
    told = Review(
        at=now, step="finding", person=by.id, item=item_id, outcome=finding.outcome.value, reason=finding.text
    )
    with logged(desk.log, told):
        if not desk.items.find(item_id, finding):
            raise NotInHandError("there is a finding already, or the item is no longer in your hand")
    return replace(item, finding=finding)


def refer(desk: ReviewDesk, by: Person, item_id: str, why: str, *, now: datetime) -> Item:
    """Refer an item with a finding to professional standards: from then on its searcher is told nothing.

    Any reviewer of it may, the one who gave the finding too. Nothing is sent: people do that. Raises
    NoSuchItemError, NotInHandError where there is no finding or a referral; ValueError.
    """
    verify_said(why, "a referral")
    item = _judged(desk, by, item_id, Act.REVIEW, now)
    if item.finding is None or item.finding.outcome is Outcome.PROPER or item.referral is not None:
        raise NotInHandError("only an item found improper or unclear, and not yet referred, can be referred")
    referral = Referral(by.id, now, why.strip())
    with logged(desk.log, Review(at=now, step="refer", person=by.id, item=item_id, reason=referral.why)):
        if not desk.items.refer(item_id, referral):
            raise NotInHandError("somebody referred it first: look at the item again")
    return replace(item, referral=referral)


def told_to(desk: ReviewDesk, by: Person, *, now: datetime) -> tuple[Told, ...]:
    """Return the findings on the searches that a person asked, or that were asked for them.

    Nothing of an item without a finding, nor of one that is with professional standards; nothing of what
    raised it, or of who reviewed.
    """
    desk.log.append(Review(at=now, step="told", person=by.id))
    return tuple(_told(desk, by))


def waiting(desk: ReviewDesk, *, now: datetime) -> Waiting:
    """Return how much waits. For the node's alarms: it tells of nobody."""
    overdue_before = now - timedelta(days=desk.numbers.overdue_days.value)
    found = desk.items.figures(Span(now - timedelta(days=1), now), overdue_before=overdue_before)
    oldest = desk.items.undecided(most=1)
    return Waiting(found.open, found.overdue, oldest[0].at if oldest else None)


def figures_for(desk: ReviewDesk, by: Person, span: Span, *, now: datetime) -> ReviewFigures:
    """Return the counts of a stretch of time for a reviewer, judged and logged. Raises NotReviewerError."""
    _verify_reviewer(desk, by, "review-figures", now)
    desk.log.append(Review(at=now, step="figures", person=by.id))
    return figures(desk, span, now=now)


def figures(desk: ReviewDesk, span: Span, *, now: datetime) -> ReviewFigures:
    """Return the counts of a stretch of time, for the public page."""
    overdue_before = now - timedelta(days=desk.numbers.overdue_days.value)
    return desk.items.figures(span, overdue_before=overdue_before)


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as a reviewer says it."""

    outcome: Outcome
    text: str
    remedy: Remedy = Remedy.NONE


def _verify_reviewer(desk: ReviewDesk, by: Person, what: str, now: datetime) -> None:
    """Raise NotReviewerError, logged, unless somebody reviews at all."""
    decision = desk.judge(Request(Act.REVIEW, now.date(), by, asked=_NOBODYS))
    if decision.outcome is not Decided.ALLOWED:
        desk.log.append(Refusal(at=now, person=by.id, refused=what, rules=decision.rules))
        raise NotReviewerError


def _reviewable(desk: ReviewDesk, by: Person, now: datetime) -> Iterator[Item]:
    verdicts: dict[tuple[str, str, str], bool] = {}
    stale = now - timedelta(days=desk.numbers.taken_days.value)
    shown = 0
    for item in _undecided(desk):
        if item.taken is not None and item.taken.by != by.id and item.taken.at >= stale:
            continue
        if all(_may(desk, by, item, now, verdicts)):
            yield item
            shown += 1
        if shown == _SHOWN:
            return


def _undecided(desk: ReviewDesk) -> Iterator[Item]:
    """Every item without a finding, by pages: those of one's own team must not hide the others."""
    page = desk.items.undecided(most=_PAGE)
    while page:
        yield from page
        page = desk.items.undecided(most=_PAGE, after=page[-1])


def _may(
    desk: ReviewDesk, by: Person, item: Item, now: datetime, verdicts: dict[tuple[str, str, str], bool]
) -> Iterator[bool]:
    for concern in item.raised.concerns:
        asked = concern.asked
        whose = asked.asked_by, asked.asked_for, asked.team
        if whose not in verdicts:
            request = Request(Act.REVIEW, now.date(), by, asked=asked)
            verdicts[whose] = desk.judge(request).outcome is Decided.ALLOWED
        yield verdicts[whose]


def _judged(desk: ReviewDesk, by: Person, item_id: str, act: Act, now: datetime) -> Item:
    """Return an item if the reviewer may do the act on every search of it; a refusal is logged."""
    item = desk.items.item(item_id)
    refused: Decision | None = None
    for asked in {} if item is None else dict.fromkeys(one.asked for one in item.raised.concerns):
        # It is logged by whoever goes on from here, before anything is opened.
        logged = replace(asked, opening_logged=act is Act.OPEN_IN_REVIEW)
        decision = desk.judge(Request(act, now.date(), by, asked=logged))
        if decision.outcome is not Decided.ALLOWED:
            refused = decision
            break
    if item is None or refused is not None or not item.raised.concerns:
        rules = () if refused is None else refused.rules
        desk.log.append(Refusal(at=now, person=by.id, refused=act.value, rules=rules, reason=_named(item_id)))
        raise NoSuchItemError
    return item


def _in_hand(desk: ReviewDesk, by: Person, item_id: str, act: Act, now: datetime) -> Item:
    item = _judged(desk, by, item_id, act, now)
    if item.taken is None or item.taken.by != by.id or item.finding is not None:
        raise NotInHandError("take the item first, and give its finding once: it is not in your hand")
    return item


def _again(desk: ReviewDesk, item: Item) -> Item:
    """The item as it is now: it may have grown until it was taken."""
    return desk.items.item(item.item_id) or item


def _whole(desk: ReviewDesk, item: Item, now: datetime) -> ItemSeen:
    wanted = [one.search_id for one in item.raised.concerns]
    found = tuple(seen(one) for one in desk.past.of(wanted))
    return ItemSeen(item, _is_overdue(desk, item, now), found, len(wanted) - len(found))


def _is_overdue(desk: ReviewDesk, item: Item, now: datetime) -> bool:
    return item.finding is None and item.at < now - timedelta(days=desk.numbers.overdue_days.value)


def _told(desk: ReviewDesk, by: Person) -> Iterator[Told]:
    for item in desk.items.found_on(by.id):
        if item.withheld or item.finding is None:
            continue
        for one in item.raised.concerns:
            if by.id in {one.asked.asked_by, one.asked.asked_for}:
                yield Told(one.search_id, item.finding.outcome, item.finding.remedy, item.finding.at)


def _named(item_id: str) -> str:
    return f"item {item_id[:64]}"
