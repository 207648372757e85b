"""Cases in memory, and a desk over them whose chance and clock a test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from openanpr.policy.profile import load_profile
from openanpr.rights.case import CaseKind, CaseStep, CaseStepKind, RightsCase, Via, Words
from openanpr.rights.desk import Came, Received, RightsDesk, Took
from openanpr.rights.keys import RightsKeys
from openanpr.rights.ports import CaseChangedError, CaseTakenError, NewCase
from openanpr.run.node.rights_rules import owners_of, rights_numbers
from openanpr.run.node.settings import RightsOwners

NOW = datetime(2026, 9, 3, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBERS = rights_numbers(load_profile("current"))
KEYS = RightsKeys.derive(bytes(range(32)))
WORDS = Words(text="What do you hold about me?", name="Jo Mills", contact="jo@example.org", vrm="AB12 CDE")
OWNERS = owners_of(RightsOwners())


def opened(kind: CaseKind = CaseKind.ACCESS, *, at: datetime = NOW, words: Words = WORDS, **more) -> CaseStep:
    said = {"by": "the public", "owner": OWNERS[kind], "via": Via.WEB, **more}
    return CaseStep(step=CaseStepKind.OPENED, at=at, kind=kind, words=words, **said)


def new(reference: str, step: CaseStep | None = None, *, form: bytes | None = None) -> NewCase:
    return NewCase(reference, form or reference.encode(), b"code of " + reference.encode(), step or opened())


class MemoryCases:
    """Cases in memory, as `rights.ports.Cases`."""

    def __init__(self) -> None:
        self.kept: dict[str, list[CaseStep]] = {}
        self.codes: dict[str, bytes] = {}
        self.forms: dict[bytes, str] = {}

    def open(self, new: NewCase) -> None:
        if new.reference in self.kept or new.form in self.forms:
            raise CaseTakenError
        self.kept[new.reference] = [new.step]
        self.codes[new.reference] = new.code
        self.forms[new.form] = new.reference

    def append(self, reference, number, step) -> None:
        steps = self.kept.get(reference, [])
        if len(steps) != number or not steps:
            raise CaseChangedError
        steps.append(step)

    def find(self, reference) -> RightsCase | None:
        steps = self.kept.get(reference)
        return None if steps is None else RightsCase(reference, tuple(steps))

    def every(self, *, closed=False):
        cases = [RightsCase(reference, tuple(steps)) for reference, steps in self.kept.items()]
        found = [one for one in cases if (one.outcome is not None) is closed]
        return tuple(sorted(found, key=lambda one: (one.opened.at, one.reference)))

    def by_form(self, form):
        return self.forms.get(form)

    def code_of(self, reference):
        return self.codes.get(reference)

    def to_forget(self, closed_before):
        over = [one for one in self.every(closed=True) if one.steps[-1].at < closed_before]
        return tuple(one.reference for one in over if any(step.words is not None for step in one.steps))

    def forget(self, reference) -> None:
        self.kept[reference] = [one.bare for one in self.kept[reference]]


@dataclass
class World:
    """A desk over cases in memory; `now` is set by the test."""

    now: datetime = NOW
    cases: MemoryCases = field(default_factory=MemoryCases)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.desk = RightsDesk(
            cases=self.cases,
            keys=KEYS,
            numbers=NUMBERS,
            owners=OWNERS,
            chance=lambda length: next(numbers).to_bytes(length, "big"),
        )

    def by(self, who: str = "ida") -> Took:
        return Took(who, self.now)

    def open(self, kind: CaseKind = CaseKind.ACCESS, *, form: bytes = b"", words: Words = WORDS) -> Received:
        return self.desk.open(kind, words, Came(via=Via.WEB), self.by("the public"), form=form)

    def take(self, reference: str, step: CaseStepKind, text: str = "", **more) -> RightsCase:
        words = Words(text=text) if text else None
        return self.desk.take(reference, step, words, self.by(), **more)
