"""An assessment as a document: what is frozen, published and handed out, in one language. Plain texts.

Its canonical JSON (RFC 8785) is the machine-readable file, of the form that
docs/reference/self-assessment.schema.json tells.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

import msgspec

from openanpr.audit.entry import canonical

FORM: Final = "openanpr-self-assessment"
FORM_VERSION: Final = 1


class DocumentError(ValueError):
    """Bytes that are no such document."""


@dataclass(frozen=True, slots=True)
class NumberTold:
    """One number: `value` as it is, or null where it is hidden or no whole number; `said` as it is read."""

    name: str
    label: str
    value: int | None
    said: str


@dataclass(frozen=True, slots=True)
class YardstickTold:
    """What it was measured against. `grounds`: where the number comes from, as who set it wrote."""

    name: str
    label: str
    value: int
    grounds: str
    verified: bool


@dataclass(frozen=True, slots=True)
class EvidenceTold:
    """A piece of evidence. `dated`: the time of the newest thing it rests on; times as RFC 3339, UTC.

    `empty`: it was looked, and there is nothing of the kind.
    """

    name: str
    title: str
    standing: str
    standing_said: str
    empty: bool
    says: str
    sentence: str
    source: str
    at: str
    dated: str | None
    dated_said: str
    fresh_days: int | None
    numbers: tuple[NumberTold, ...]
    measured_against: tuple[YardstickTold, ...]


@dataclass(frozen=True, slots=True)
class AnswerTold:
    """The assessor's answer; `by` is empty in what is published."""

    kind: str
    said: str
    words: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class VerdictTold:
    """How a question stands, and the titles of the evidence that made it so."""

    colour: str
    said: str
    why: str
    why_said: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionTold:
    """Something to be done, by the day `due`; `done_on` null until it is."""

    id: str
    what: str
    owner: str
    due: str
    due_said: str
    done_on: str | None
    done_said: str
    done_words: str
    carried: int | None


@dataclass(frozen=True, slots=True)
class QuestionTold:
    """A question with all that belongs to it."""

    id: str
    asks: str
    good: str
    answer: AnswerTold | None
    verdict: VerdictTold
    evidence: tuple[EvidenceTold, ...]
    actions: tuple[ActionTold, ...]


@dataclass(frozen=True, slots=True)
class PrincipleTold:
    """A principle in our words, and where it stands."""

    number: int
    title: str
    meaning: str
    source: str
    verified: bool
    questions: tuple[QuestionTold, ...]


@dataclass(frozen=True, slots=True)
class CheckpointTold:
    """The checkpoint of the audit log under which it was frozen; `root` in hexadecimal."""

    log: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Document:
    """The whole. `state` is that of the moment at which it was made: a frozen one says `signed`.

    `audience` says for whom: `public` has small counts hidden and nobody's name. `counts`: how many questions
    stand how, by colour.
    """

    form: str
    form_version: int
    language: str
    audience: str
    number: int
    state: str
    measured_at: str
    measured_said: str
    since: str
    until: str
    signed_role: str | None
    checkpoint: CheckpointTold | None
    counts: dict[str, int]
    principles: tuple[PrincipleTold, ...]

    def questions(self) -> dict[str, QuestionTold]:
        """Return its questions by their ids."""
        return {one.id: one for principle in self.principles for one in principle.questions}

    def to_bytes(self) -> bytes:
        """Return the one spelling of this document: what its digest is of."""
        return canonical(cast("dict[str, object]", asdict(self)))

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal, as the audit log has it of a frozen one."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_document(data: bytes) -> Document:
    """Return the document that the bytes spell. Raises DocumentError for anything else."""
    try:
        found = msgspec.json.decode(data, type=Document)
        known: Any = asdict(found)
        same = canonical(cast("dict[str, object]", known)) == data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise DocumentError("this is no document of a self assessment") from fault
    if not same or (found.form, found.form_version) != (FORM, FORM_VERSION):
        raise DocumentError(
            "this document of a self assessment is not in its only spelling, or of another form"
        )
    return found
