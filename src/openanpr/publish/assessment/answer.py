"""What the assessor says to a question, and what is to be done about it. Frozen, and fit to be published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from openanpr.core.masked import MASK, masked

MOST_WORDS: Final = 2_000
MOST_LINE: Final = 200


_ID = r"(?:1[0-2]|[1-9])[a-z]"
# What looks like a mark to a machine and is none to a person: the year of an Act, a question by its id.
_HARMLESS = re.compile(
    rf"\bActs? (?:19|20)\d\d\b|\bthe (?:19|20)\d\d Act\b|\b[Qq]uestions? {_ID}(?:(?:, | and ){_ID})*\b"
)


class WordsRefusedError(ValueError):
    """A text that may not be kept here, because it is published; the sentence holds nothing of it."""


class AnswerKind(StrEnum):
    """The assessor's answer."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the assessor's words; `by` is who gave it, which is never published."""

    kind: AnswerKind
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done about a question. `owner` is a post and no name; `due` the day it is to be done.

    `done_on` is when it was, with `done_words`; `carried` the version that it was first planned in, None for
    this one.
    """

    id: str
    question: str
    what: str
    owner: str
    due: date
    done_on: date | None = None
    done_words: str = ""
    carried: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_on is None


def public_words(text: str, what: str, *, most: int = MOST_WORDS) -> str:
    """Return a text without the space around it; raises WordsRefusedError where it may not be published.

    Nothing that could be a number plate goes into it. Places and names nobody can tell by machine: whoever
    signs has to look.
    """
    told = text.strip()
    if not 0 < len(told) <= most or any(not c.isprintable() and c != "\n" for c in told):
        raise WordsRefusedError(f"{what} is some text of at most {most} characters")
    looked_at = _HARMLESS.sub("something", told)
    hidden = masked(looked_at)
    if hidden != looked_at:
        where = len(looked_at[: hidden.index(MASK)].split()) + 1
        raise WordsRefusedError(
            f"{what} will be published, and about word {where} of it could be a number plate: reword it"
        )
    return told
