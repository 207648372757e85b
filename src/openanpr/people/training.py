"""Training: what was passed and when it runs out, and which role is of no use without which course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from openanpr.core.role import Role
from openanpr.people.roles import SEARCHING

LONGEST_TRAINING: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Training:
    """A course that a person passed; good until the end of the UTC day `expires_on`."""

    training_id: str
    account_id: str
    course: str
    passed_on: date
    expires_on: date
    recorded_by: str
    recorded_at: datetime

    def __post_init__(self) -> None:
        """Refuse a record without a course or without an end."""
        if not self.course.strip():
            raise ValueError("training has the name of its course")
        if not self.passed_on <= self.expires_on <= self.passed_on + LONGEST_TRAINING:
            raise ValueError(f"training runs out at most {LONGEST_TRAINING.days} days after it was passed")

    def counts(self, on: date) -> bool:
        """Whether it counts on that UTC day."""
        return self.passed_on <= on <= self.expires_on


def _usual() -> Mapping[Role, str]:
    return {
        **dict.fromkeys(SEARCHING, "anpr-user"),
        Role.AUTHORISING_OFFICER: "anpr-authoriser",
        Role.AUDITOR: "anpr-auditor",
    }


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """The course without which a role is not held; a role that is not named needs none.

    That searchers must be trained is the national standards' (docs/reference/people.md); the names of the
    courses are the project's own.
    """

    needed: Mapping[Role, str] = field(default_factory=_usual)


def trained(role: Role, records: Iterable[Training], rules: TrainingRules, *, on: date) -> bool:
    """Return whether the role's training, if it needs any, counts on that UTC day."""
    course = rules.needed.get(role)
    return course is None or any(one.course == course and one.counts(on) for one in records)
