"""Evidence of searches and of their review."""

from __future__ import annotations

from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import ReviewFacts, SearchFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Standing, Yardstick


def searches_reasoned(of: SearchFacts, at: Measuring) -> Found:
    """Whether every search that ran had its necessity in writing, and a reference that a case system knew."""
    del at
    figures = (
        Figure("searches-ran", Counted(of.ran)),
        Figure("searches-unreasoned", Counted(of.unreasoned)),
        Figure("searches-unreferenced", Counted(of.unreferenced)),
        Figure("searches-unreachable", Counted(of.unreachable)),
    )
    if not of.ran:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.unreasoned or of.unreferenced:
        return Found(Standing.CONTRADICTS, "some-lack", figures)
    return Found(Standing.SUPPORTS, "all", figures)


def searches_judged(of: SearchFacts, at: Measuring) -> Found:
    """What the rules refused and people authorised, and that no word of mouth stands for good."""
    del at
    figures = (
        Figure("searches-asked", Counted(of.asked)),
        Figure("searches-refused", Counted(of.refused)),
        Figure("searches-authorised", Counted(of.authorised)),
        Figure("authorities-overdue", Counted(of.overdue)),
    )
    if of.overdue:
        return Found(Standing.CONTRADICTS, "some-overdue", figures)
    if not of.asked:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "all", figures)


def searches_reviewed(of: ReviewFacts, at: Measuring) -> Found:
    """The share of searches that somebody outside the team has looked at, against the share to draw."""
    del at
    figures = (
        Figure("searches-asked", Counted(of.asked)),
        # No share of the searches asked: all of them would make findings as many as these.
        Figure("searches-reviewed", Counted(of.reviewed)),
    )
    wanted = (Yardstick.of("share-percent", of.wanted),)
    if of.last_round_at is None:
        return Found(Standing.MISSING, "no-round", figures, wanted)
    if not of.asked:
        return Found(Standing.SUPPORTS, "none", figures, wanted, of.last_round_at, empty=True)
    if of.told_reviewed is None:
        return Found(Standing.MISSING, "not-published", figures, wanted)
    enough = of.told_reviewed.at_least(of.wanted.value)
    if enough is None:
        return Found(Standing.MISSING, "too-close", figures, wanted)
    standing = Standing.SUPPORTS if enough else Standing.CONTRADICTS
    return Found(standing, "enough" if enough else "too-few", figures, wanted, of.last_round_at)


def findings_settled(of: ReviewFacts, at: Measuring) -> Found:
    """Whether what was drawn is looked at in time, and what came of it."""
    del at
    figures = (
        Figure("items-open", Counted(of.open)),
        Figure("items-overdue", Counted(of.overdue)),
        Figure("findings-improper", Counted(of.improper)),
        Figure("findings-referred", Counted(of.referred)),
    )
    if of.last_round_at is None:
        return Found(Standing.MISSING, "no-round", figures)
    if of.overdue:
        return Found(Standing.CONTRADICTS, "some-overdue", figures, dated=of.last_round_at)
    return Found(Standing.SUPPORTS, "in-time", figures, dated=of.last_round_at)


EVIDENCES = (
    evidence("searches-reasoned", lambda facts: facts.searches, searches_reasoned),
    evidence("searches-judged", lambda facts: facts.searches, searches_judged),
    evidence(
        "searches-reviewed", lambda facts: facts.reviews, searches_reviewed, fresh=lambda of: of.round_days
    ),
    evidence(
        "findings-settled", lambda facts: facts.reviews, findings_settled, fresh=lambda of: of.round_days
    ),
)
