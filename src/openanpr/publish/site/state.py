"""All that the public is shown, at one moment: nothing else reaches a page. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from openanpr.audit.checkpoint import Checkpoint
from openanpr.audit.entry import canonical
from openanpr.policy.profile import Profile
from openanpr.publish.assessment.document import ActionTold, Document
from openanpr.publish.period import Month
from openanpr.publish.ports import Kept
from openanpr.publish.publication import FIGURES, ReadPublication, members_of, read_publication


class Matter(StrEnum):
    """What people turn to a force with."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    ACCESS = "access"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LogTold:
    """The audit log: its key as text, and the latest signed checkpoint as the note that it is."""

    key: str
    checkpoint: bytes

    @property
    def read(self) -> Checkpoint:
        """What the checkpoint says; raises CheckpointError."""
        return Checkpoint.parse(self.checkpoint.decode("utf-8").partition("\n\n")[0] + "\n")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """That other rules held from a time on: the profile's name with its day, and the entry of the log."""

    at: datetime
    profile: str
    entry: int


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """An address that a page may lead to, the day on which it was looked at last, and by which post."""

    address: str
    looked_at: str
    looked_by: str


@dataclass(frozen=True, slots=True)
class AssessmentShown:
    """The published self assessment, in one language: the document as it was frozen, and files of it.

    `state` says where the version stands; `actions` are the plan as it is today, by their ids.
    """

    measured_at: datetime
    told: Document
    state: str
    actions: Mapping[str, ActionTold]
    document: bytes
    paper: bytes

    @property
    def number(self) -> int:
        """The number of its version."""
        return self.told.number

    @property
    def digest(self) -> str:
        """The digest of the document, which the log has."""
        return self.told.digest

    def mark(self) -> str:
        """Return what differs as soon as anything that is shown of it does."""
        plan = [str(self.actions[name]) for name in sorted(self.actions)]
        return _digest(canonical({"document": self.digest, "state": self.state, "plan": plan}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicState:
    """What the pages are made of.

    `published` is what is shown of figures, by period and number. `late_months` counts months that should be
    published and are not. `assessments` are by language, none where no version is published; `fresh_days`
    is how old its evidence may be. `rules` is the digest of the rules and the profile. `intake` is the origin
    that forms are sent to, such as `https://anpr.police.example`; without it the site has none. `copy_days`:
    how old a copy that is kept elsewhere may be.
    """

    at: datetime
    name: str
    log: LogTold
    published: tuple[Kept, ...]
    late_months: int
    assessments: Mapping[str, AssessmentShown]
    fresh_days: int
    profile: Profile
    rules: str
    history: tuple[RuleChange, ...]
    contact: Mapping[Matter, str]
    copy_days: int
    intake: str = ""
    addresses: tuple[AddressSeen, ...] = ()

    def months(self) -> tuple[ReadPublication, ...]:
        """The months with figures, the oldest first."""
        return tuple(read_publication(one.body) for one in self.published if one.number == 0)

    def notes(self, month: Month) -> tuple[str, ...]:
        """What was noted on a month, the first note first."""
        said = (members_of(one.body) for one in self.published if one.period == month and one.number)
        return tuple(str(one["note"]) for one in said if one["kind"] != FIGURES)

    def due(self, after: Month) -> datetime:
        """By when the figures of the month after one must be there."""
        numbers = self.profile.figures
        return after.next.settled(numbers.settle_days.value) + timedelta(days=numbers.late_days.value)

    @property
    def promises(self) -> Mapping[str, datetime]:
        """By when something new must be here, by what it is; whoever has a copy can hold it to that."""
        kept = [one.period for one in self.published if one.number == 0]
        allowed = timedelta(days=self.fresh_days)
        measured = [one.measured_at + allowed for one in self.assessments.values()]
        told = {
            "copy": self.at + timedelta(days=self.copy_days),
            "figures": self.due(max(kept)) if kept else None,
            "assessment": min(measured, default=None),
        }
        return {name: by for name, by in told.items() if by is not None}

    @property
    def figures_old(self) -> bool:
        """Whether a month of figures should be here and is not."""
        kept = [one.period for one in self.published if one.number == 0]
        return self.late_months > 0 or (bool(kept) and self.at > self.due(max(kept)))

    @property
    def assessment_old(self) -> bool:
        """Whether the self assessment is older than it may be."""
        allowed = timedelta(days=self.fresh_days)
        return any(self.at > one.measured_at + allowed for one in self.assessments.values())

    def mark(self) -> str:
        """Return what differs as soon as anything that is shown does; the time of looking alone does not."""
        told = {
            "day": f"{self.at.astimezone(UTC):%Y-%m-%d}",
            "name": self.name,
            "key": self.log.key,
            "figures": [hashlib.sha256(one.body).hexdigest() for one in self.published],
            "old": [self.figures_old, self.assessment_old],
            "assessments": {name: one.mark() for name, one in self.assessments.items()},
            "rules": [self.rules, self.profile.label, len(self.history)],
            "intake": self.intake,
            "contact": {matter.value: text for matter, text in self.contact.items()},
            "copies": [
                self.copy_days,
                [[one.address, one.looked_at, one.looked_by] for one in self.addresses],
            ],
        }
        return hashlib.sha256(canonical(told)).hexdigest()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
