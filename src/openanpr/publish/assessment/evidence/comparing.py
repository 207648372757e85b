"""Evidence of what reads are compared with, and of what comes of it: lists and alerts."""

from __future__ import annotations

from openanpr.policy.sourced import Number
from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import AlertFacts, ListFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Part, Standing, Yardstick
from openanpr.publish.share import ShownShare


def lists_fresh(of: ListFacts, at: Measuring) -> Found:
    """Whether each list is as young as its owner says that it must be."""
    del at
    figures = (
        Figure("lists", of.lists),
        Figure("lists-by-hand", of.by_hand),
        Figure("lists-stale", of.stale),
        Figure("entries", Counted(of.entries)),
    )
    if not of.lists:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.stale:
        return Found(Standing.CONTRADICTS, "some-stale", figures)
    return Found(Standing.SUPPORTS, "all-fresh", figures)


def list_reviews(of: ListFacts, at: Measuring) -> Found:
    """Whether no entry waits for its owner to look at it again."""
    del at
    figures = Figure("entries", Counted(of.entries)), Figure("entries-due", Part(of.due, of.entries))
    if not of.entries:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    if of.due:
        return Found(Standing.CONTRADICTS, "some-due", figures)
    return Found(Standing.SUPPORTS, "none-due", figures)


def alerts_answered(of: AlertFacts, at: Measuring) -> Found:
    """The share of alerts that somebody looked at."""
    wanted = at.numbers.answered_percent
    figures = Figure("alerts", Counted(of.raised)), Figure("alerts-answered", Part(of.answered, of.raised))
    yardsticks = (Yardstick.of("answered-percent", wanted),)
    if not of.raised:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    enough = of.answered * 100 >= wanted.value * of.raised
    standing = Standing.SUPPORTS if enough else Standing.CONTRADICTS
    return Found(standing, "enough" if enough else "too-few", figures, yardsticks)


def misreads(of: AlertFacts, at: Measuring) -> Found:
    """The share of closed alerts in which the plate says something else than what was read."""
    most = at.numbers.misread_percent
    figures = (
        Figure("alerts-closed", Counted(of.closed)),
        Figure("alerts-misread", Part(of.misread, of.closed)),
    )
    yardsticks = (Yardstick.of("misread-percent", most),)
    if not of.closed:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    return _judged(of.told_misread, most, figures, yardsticks)


def list_errors(of: AlertFacts, at: Measuring) -> Found:
    """The share of closed alerts in which the list was wrong."""
    most = at.numbers.list_error_percent
    figures = (
        Figure("alerts-closed", Counted(of.closed)),
        Figure("alerts-list-error", Part(of.list_errors, of.closed)),
    )
    yardsticks = (Yardstick.of("list-error-percent", most),)
    if not of.closed:
        return Found(Standing.SUPPORTS, "none", figures, yardsticks, empty=True)
    return _judged(of.told_list_errors, most, figures, yardsticks)


def _judged(
    told: ShownShare | None, most: Number, figures: tuple[Figure, ...], yardsticks: tuple[Yardstick, ...]
) -> Found:
    """Judge a share by what is published of it: by its true counts it would tell of those that are not."""
    if told is None:
        return Found(Standing.MISSING, "not-published", figures, yardsticks)
    few = told.at_most(most.value)
    if few is None:
        return Found(Standing.MISSING, "too-close", figures, yardsticks)
    standing = Standing.SUPPORTS if few else Standing.CONTRADICTS
    return Found(standing, "few" if few else "too-many", figures, yardsticks)


EVIDENCES = (
    evidence("lists-fresh", lambda facts: facts.lists, lists_fresh),
    evidence("list-reviews", lambda facts: facts.lists, list_reviews),
    evidence("alerts-answered", lambda facts: facts.alerts, alerts_answered),
    evidence("misreads", lambda facts: facts.alerts, misreads),
    evidence("list-errors", lambda facts: facts.alerts, list_errors),
)
