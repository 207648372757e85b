"""The twelve principles and the questions on them, each bound to its evidence: `principles.toml`.

What they say is in the catalogue of words; which evidence speaks to which question is here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, cast

from openanpr.policy.sourced import Source, inner, only, sourced, whole
from openanpr.publish.assessment.evidence.catalogue import EVIDENCES

PRINCIPLES: Final = 12
_QUESTION = re.compile(r"(1[0-2]|[1-9])[a-z]")
_OWN = frozenset({"id", "evidence"})


class QuestionError(Exception):
    """The file of questions cannot be used; the sentence says what to mend in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `evidence` are the names of what it is bound to, never none."""

    id: str
    principle: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principle:
    """One of the twelve, and where it stands. `questions` are in order."""

    number: int
    source: Source
    questions: tuple[Question, ...]


@lru_cache(maxsize=1)
def shipped_principles() -> tuple[Principle, ...]:
    """Return the principles that come with the program, in order."""
    file = resources.files("openanpr.publish.assessment").joinpath("principles.toml")
    return parse_principles(file.read_text(encoding="utf-8"))


def parse_principles(text: str) -> tuple[Principle, ...]:
    """Return the principles that a TOML text spells, each of the twelve once. Raises QuestionError."""
    try:
        found = tomllib.loads(text)
        only(found, frozenset({"principle"}), "")
        principles = tuple(map(_principle, _tables(found["principle"], "principle")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise QuestionError(f"the questions of the self assessment cannot be used: {fault}") from fault
    if [one.number for one in principles] != list(range(1, PRINCIPLES + 1)):
        raise QuestionError(f"the principles must be 1 to {PRINCIPLES}, in order")
    return principles


def questions_of(principles: tuple[Principle, ...]) -> Mapping[str, Question]:
    """Return all questions by their ids, in order."""
    return {one.id: one for principle in principles for one in principle.questions}


def _principle(said: Mapping[str, object]) -> Principle:
    number = whole(said, "number", "principle")
    name = f"principle {number}"
    source, _ = sourced(inner(said, "source", name), frozenset(), name)
    if source is None:
        raise ValueError(f"{name} needs the document that it stands in")
    questions = tuple(_questions(said["question"], number))
    if len({one.id for one in questions}) != len(questions) or not questions:
        raise ValueError(f"{name} needs questions, each with an id of its own")
    return Principle(number, source, questions)


def _questions(said: object, principle: int) -> Iterator[Question]:
    for table in _tables(said, f"question of principle {principle}"):
        only(table, _OWN, "question.")
        name = str(table["id"])
        if not _QUESTION.fullmatch(name) or int(name[:-1]) != principle:
            raise ValueError(f"{name} is no id of a question of principle {principle}, such as {principle}a")
        evidence = tuple(map(str, cast("list[object]", table["evidence"])))
        if strange := [one for one in evidence if one not in EVIDENCES]:
            raise ValueError(f"question {name} is bound to {strange[0]}, which is no evidence")
        if not evidence:
            raise ValueError(f"question {name} needs evidence that it is bound to")
        yield Question(name, principle, evidence)


def _tables(said: object, name: str) -> list[Mapping[str, object]]:
    found = cast("list[object]", said) if isinstance(said, list) else []
    if not found or not all(isinstance(one, dict) for one in found):
        raise TypeError(f"{name} must be tables, written as [[{name.split(maxsplit=1)[0]}]]")
    return cast("list[Mapping[str, object]]", found)
