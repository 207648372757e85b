"""Evidence of the audit log, of how long reads are kept, and that they go."""

from __future__ import annotations

from datetime import timedelta

from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import KeepingFacts, LogFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Standing, Yardstick


def log_verifies(of: LogFacts, at: Measuring) -> Found:
    """Whether the log takes acts, and its last checkpoint is signed and goes on from an earlier one."""
    del at
    figures = (
        Figure("log-entries", of.entries),
        Figure("log-signed", of.checkpoint_size),
        Figure("log-grown-from", of.grown_from),
    )
    if not of.holds:
        return Found(Standing.CONTRADICTS, "not-whole", figures, dated=of.checkpoint_at)
    if of.refuses:
        return Found(Standing.CONTRADICTS, "refuses", figures, dated=of.checkpoint_at)
    return Found(Standing.SUPPORTS, "holds", figures, dated=of.checkpoint_at)


def checkpoint_lodged(of: LogFacts, at: Measuring) -> Found:
    """When a checkpoint was last signed by somebody else, so that the past cannot be told anew."""
    del at
    if of.lodged is None:
        return Found(Standing.MISSING, "never", (Figure("log-entries", of.entries),))
    figures = (
        Figure("lodged-at", of.lodged.at),
        Figure("lodged-size", of.lodged.size),
        Figure("witnesses", ", ".join(of.lodged.witnesses)),
    )
    return Found(Standing.SUPPORTS, "lodged", figures, dated=of.lodged.at)


def retention_kept(of: KeepingFacts, at: Measuring) -> Found:
    """The oldest day of which there are reads, against the days that the profile keeps."""
    figures = [Figure("kept-from", of.kept_from)]
    yardsticks = (Yardstick.of("retention-days", of.days),)
    if of.oldest is None:
        return Found(Standing.SUPPORTS, "none", tuple(figures), yardsticks, empty=True)
    figures.append(Figure("oldest-read", of.oldest))
    grace = timedelta(days=at.numbers.retention_run_days.value)
    if of.oldest < of.kept_from - grace:
        return Found(Standing.CONTRADICTS, "too-old", tuple(figures), yardsticks)
    return Found(Standing.SUPPORTS, "within", tuple(figures), yardsticks)


def deletion_certified(of: KeepingFacts, at: Measuring) -> Found:
    """Whether what went is certified, and nothing of it was found again."""
    del at
    figures = [
        Figure("days-certified", Counted(of.certified)),
        Figure("days-left", of.left),
        Figure("days-returned", of.returned),
    ]
    if of.last_certificate_at is not None:
        figures.append(Figure("last-certificate", of.last_certificate_at))
    if of.left or of.returned:
        return Found(Standing.CONTRADICTS, "found-again", tuple(figures))
    if of.last_certificate_at is not None:
        return Found(Standing.SUPPORTS, "certified", tuple(figures))
    if of.oldest is None or of.oldest >= of.kept_from:
        return Found(Standing.SUPPORTS, "nothing-due", tuple(figures), empty=True)
    return Found(Standing.MISSING, "never", tuple(figures))


def holds_end(of: KeepingFacts, at: Measuring) -> Found:
    """Whether what is kept longer for a case goes on its last day."""
    del at
    figures = Figure("holds", Counted(of.holds)), Figure("holds-past-end", Counted(of.holds_past_end))
    if of.holds_past_end:
        return Found(Standing.CONTRADICTS, "some-past", figures)
    if not of.holds:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "all-end", figures)


EVIDENCES = (
    evidence("log-verifies", lambda facts: facts.log, log_verifies, fresh=lambda of: of.checkpoint_days),
    evidence(
        "checkpoint-lodged", lambda facts: facts.log, checkpoint_lodged, fresh=lambda of: of.lodged_days
    ),
    evidence("retention-kept", lambda facts: facts.keeping, retention_kept),
    evidence("deletion-certified", lambda facts: facts.keeping, deletion_certified),
    evidence("holds-end", lambda facts: facts.keeping, holds_end),
)
