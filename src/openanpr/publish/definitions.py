"""Which populations are counted, and which figures are made of them, in the public's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from openanpr.core.purpose import Category
from openanpr.publish.figure import Figure
from openanpr.publish.population import Axis, Population

SEARCHES: Final = "searches"
ALERTS: Final = "alerts"
READS: Final = "reads"
CAMERAS: Final = "cameras"
ENTRIES: Final = "entries"
FINDINGS: Final = "findings"
DELETIONS: Final = "deletions"
RIGHTS: Final = "rights"

DECISIONS: Final = ("allowed", "approved", "declined", "refused", "not-run")
RESULTS: Final = (
    *("misread", "arrest", "seizure", "ticket", "advice-given", "stopped-no-action"),
    *("intelligence", "list-error", "not-responded", "not-closed"),
)
OUTCOMES: Final = ("proper", "improper", "unclear")
LISTS: Final = ("mass", "crime")
KINDS: Final = ("fixed", "moving")
TESTED: Final = ("reached", "missed", "open", "not-tested")
ASKED: Final = ("access", "challenge", "complaint", "correction")
ANSWERED: Final = ("in-time", "late", "not-answered")


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide the bands are in which counts of alerts, cameras and entries of lists are told."""

    alerts: int
    cameras: int
    entries: int


_READS: Final = Population(
    id=READS,
    about="Reads that are stored, in the month in which the camera made them. Each pass of a vehicle "
    "by a camera is one read; a vehicle that passes ten times is ten.",
    axes=(),
)
_FINDINGS: Final = Population(
    id=FINDINGS,
    about="Findings of reviewers on past searches, in the month in which they were given.",
    axes=(Axis("outcome", OUTCOMES),),
    from_log=True,
)
_DELETIONS: Final = Population(
    id=DELETIONS,
    about="Days of reads that were deleted because their time was over, in the month of deletion; of "
    "each a certificate is kept, made once a search found nothing more.",
    axes=(),
    from_log=True,
)
_RIGHTS: Final = Population(
    id=RIGHTS,
    about="Requests of people about their own data, and complaints, in the month in which they came, and "
    "whether they were answered in time; without those that were withdrawn or not proved, and what was none.",
    axes=(Axis("kind", ASKED), Axis("answer", ANSWERED)),
)


def age_words(to_days: tuple[int, ...]) -> tuple[str, ...]:
    """Return the words for bands of age up to each of these days (rising), and beyond them."""
    between = (f"{near + 1}-to-{far}-days" for near, far in pairwise(to_days))
    return (f"to-{to_days[0]}-days", *between, f"over-{to_days[-1]}-days")


def age_word(oldest_days: int, to_days: tuple[int, ...]) -> str:
    """Return the word for the band in which an age in days lies."""
    within = (word for word, most in zip(age_words(to_days), to_days, strict=False) if oldest_days <= most)
    return next(within, age_words(to_days)[-1])


def populations(to_days: tuple[int, ...], widths: Widths) -> tuple[Population, ...]:
    """Return what is counted, with the bands of age that end at these days."""
    return (
        _READS,
        _alerts(widths.alerts),
        _searches(to_days),
        _FINDINGS,
        _DELETIONS,
        _cameras(widths.cameras),
        _entries(widths.entries),
        _RIGHTS,
    )


def _alerts(step: int) -> Population:
    return Population(
        id=ALERTS,
        about="Alerts on lists that are not covert, in the month in which they were raised, by the kind "
        "of list, whether a person compared the picture, and what came of it by the day of settling. "
        "Covert alerts are in no figure.",
        axes=(Axis("list", LISTS), Axis("checked", ("yes", "no")), Axis("result", RESULTS)),
        step=step,
        weighed="hits",
    )


def _searches(to_days: tuple[int, ...]) -> Population:
    return Population(
        id=SEARCHES,
        about="Searches of stored reads, in the month in which they were asked, by the category of the "
        "investigation, the age of the oldest read asked for, and what was decided by the day of "
        "settling. Refused ones are counted too.",
        axes=(
            Axis("purpose", tuple(category.value for category in Category)),
            Axis("age", age_words(to_days)),
            Axis("decision", DECISIONS),
        ),
        from_log=True,
    )


def _cameras(step: int) -> Population:
    return Population(
        id=CAMERAS,
        about="Cameras in the register at the end of the month, by kind, and by their latest test "
        "against the targets of the force: reached, missed, or open where too few plates were looked at "
        "to say.",
        axes=(Axis("kind", KINDS), Axis("test", TESTED)),
        standing=True,
        step=step,
    )


def _entries(step: int) -> Population:
    return Population(
        id=ENTRIES,
        about="Entries of lists that are not covert at the end of the month, by the kind of list, and "
        "whether the day on which their owner must look at them again had passed.",
        axes=(Axis("list", LISTS), Axis("review", ("due", "not-due"))),
        standing=True,
        step=step,
    )


def _of(**where: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(word.split()) for name, word in where.items()}


def _of_results() -> Iterator[Figure]:
    told = {
        "arrest": "in an arrest",
        "seizure": "in a vehicle being seized",
        "ticket": "in a ticket",
        "advice-given": "in advice being given",
        "stopped-no-action": "in a stop without further action",
        "intelligence": "in intelligence alone",
        "list-error": "in an error of the list being found",
        "not-responded": "without anybody going",
    }
    for result, words in told.items():
        yield Figure(
            id=f"{result}-per-thousand-alerts",
            about=f"Of each thousand alerts raised in the month, how many ended {words}. An alert ends once, "
            "in one way, as the person who closed it says.",
            population=ALERTS,
            where=_of(result=result),
            of={},
        )


def _of_lists() -> Iterator[Figure]:
    for kind in LISTS:
        yield Figure(
            id=f"{kind}-list-errors-per-thousand-alerts",
            about=f"Of each thousand alerts of {kind} lists, how many showed that the entry was wrong.",
            population=ALERTS,
            where=_of(list=kind, result="list-error"),
            of=_of(list=kind),
        )
        yield Figure(
            id=f"{kind}-entries",
            about=f"Entries of {kind} lists at the end of the month.",
            population=ENTRIES,
            where=_of(list=kind),
        )


def _of_searches() -> Iterator[Figure]:
    for category in Category:
        yield Figure(
            id=f"searches-{category}",
            about=f"Searches for investigations of the category {category}.",
            population=SEARCHES,
            where=_of(purpose=category),
        )
    told = {
        "refused": "refused by the rules",
        "declined": "refused by an officer",
        "approved": "allowed by an officer's authority",
        "allowed": "run without an authority, as the rules allow",
    }
    for decision, words in told.items():
        yield Figure(
            id=f"searches-{decision}",
            about=f"Searches that were {words}.",
            population=SEARCHES,
            where=_of(decision=decision),
        )


FIGURES: Final[tuple[Figure, ...]] = (
    Figure(id="reads", about="Reads that cameras made in the month.", population=READS),
    Figure(id="alerts", about="Alerts raised in the month.", population=ALERTS),
    Figure(
        id="hits",
        about="Reads that matched an entry of a list, behind the alerts whose number is shown.",
        population=ALERTS,
        weight=True,
    ),
    Figure(
        id="alerts-checked",
        about="Alerts that were closed after a person had compared the picture with the entry.",
        population=ALERTS,
        where=_of(checked="yes"),
    ),
    Figure(
        id="misread-per-thousand-checked",
        about="Of each thousand alerts whose picture a person compared, how many were misread: the plate "
        "says something else.",
        population=ALERTS,
        where=_of(checked="yes", result="misread"),
        of=_of(checked="yes"),
    ),
    *_of_results(),
    Figure(id="searches", about="Searches of stored reads that were asked.", population=SEARCHES),
    *_of_searches(),
    Figure(
        id="findings",
        about="Findings on past searches by reviewers who are not of the searcher's team.",
        population=FINDINGS,
    ),
    Figure(
        id="findings-improper",
        about="Findings that a search was improper.",
        population=FINDINGS,
        where=_of(outcome="improper"),
    ),
    Figure(id="deleted-days", about="Days of reads that were deleted and certified.", population=DELETIONS),
    Figure(id="cameras", about="Cameras at the end of the month.", population=CAMERAS),
    Figure(
        id="cameras-fixed",
        about="Cameras at fixed points.",
        population=CAMERAS,
        where=_of(kind="fixed"),
    ),
    Figure(
        id="cameras-moving",
        about="Cameras in vehicles, and others that move.",
        population=CAMERAS,
        where=_of(kind="moving"),
    ),
    Figure(
        id="cameras-tested",
        about="Cameras of which a test with plates read by a person is kept.",
        population=CAMERAS,
        where=_of(test="reached missed open"),
    ),
    Figure(
        id="cameras-below-target",
        about="Cameras whose latest test lies below a target of the force.",
        population=CAMERAS,
        where=_of(test="missed"),
    ),
    *_of_lists(),
    Figure(
        id="entries-due",
        about="Entries whose owner should have looked at them again before the end of the month.",
        population=ENTRIES,
        where=_of(review="due"),
    ),
    Figure(
        id="rights-requests",
        about="Requests of people about their own data, and complaints.",
        population=RIGHTS,
    ),
    Figure(
        id="rights-late",
        about="Requests that were answered late, or not by the day of settling.",
        population=RIGHTS,
        where=_of(answer="late not-answered"),
    ),
)
"""Every figure. Each is a sum of cells of one population, or one such sum per thousand of another."""
