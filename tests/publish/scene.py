"""Facts of a node that does well, a desk over them, and people who write, sign and publish."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from openanpr.audit.log import AuditLog
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.policy.profile import load_profile
from openanpr.policy.sourced import Number, Source
from openanpr.publish.assessment import facts
from openanpr.publish.assessment.answer import AnswerKind
from openanpr.publish.assessment.desk import (
    AssessmentDesk,
    Plan,
    Said,
    begin,
    finish,
    give_answer,
    look,
    plan,
    publish,
    sign,
)
from openanpr.publish.assessment.document import CheckpointTold
from openanpr.publish.assessment.facts import Known, NotKnown, Sources
from openanpr.publish.assessment.numbers import shipped_numbers
from openanpr.publish.assessment.ports import Change, NoSuchVersionError, OutdatedError
from openanpr.publish.assessment.questions import questions_of, shipped_principles
from openanpr.publish.assessment.shown import Shown, shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.assessment.version import Event, Version, version_of
from openanpr.publish.share import ShownShare
from openanpr.publish.suppress import Shown as Told
from openanpr.publish.words import catalogue
from tests.audit.events import SIGNER

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
OVER = Span(NOW - timedelta(days=365), NOW)
NUMBERS = shipped_numbers()
PRINCIPLES = shipped_principles()
QUESTIONS = questions_of(PRINCIPLES)
PROFILE = load_profile("current")
READ = Source("An act", "section 1", "", verified=True)
NOT_READ = Source("A standard", "part 3", "", verified=False)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


CLOSED = Told(4_795, 4_804)


def number(value: int, source: Source | None = READ) -> Number:
    return Number(value, source, "" if source else "our own")


def well() -> dict[str, Any]:
    """Facts by group, all of them as good as they can be."""
    return {
        "rules": facts.RuleFacts(
            "current of 2021-02-01", date(2021, 2, 1), "ab" * 32, ago(100), {"a": number(1)}
        ),
        "searches": facts.SearchFacts(1200, 1100, 60, 240, 0, 3, 0, 0),
        "reviews": facts.ReviewFacts(
            1200, 130, 2, 1, 8, 0, ago(0.5), number(5), ShownShare(Told(126, 132), Told(1200, 1200))
        ),
        "people": facts.PeopleFacts(140, 0, 0, 0, dict.fromkeys(Role, 3), 2, 0),
        "log": facts.LogFacts(
            90_000,
            89_990,
            ago(0.001),
            holds=True,
            grown_from=80_000,
            refuses="",
            lodged=facts.Lodging(85_000, ago(9), ("witness.example",)),
        ),
        "keeping": facts.KeepingFacts(
            number(365), date(2025, 11, 30), date(2025, 11, 30), 300, 0, 0, ago(0.4), 12, 0
        ),
        "lists": facts.ListFacts(6, 1, 0, 40_000, 0),
        "alerts": facts.AlertFacts(
            *(5_000, 4_900, 4_800, 60, 50),
            told_misread=ShownShare(Told(60, 64), CLOSED),
            told_list_errors=ShownShare(Told(50, 54), CLOSED),
        ),
        "cameras": facts.CameraFacts(
            cameras=42,
            tested=42,
            ever_tested=42,
            newest_test_at=ago(20),
            targets=(facts.Target("capture", 980),),
            reached=42,
            missed=0,
            unsure=0,
            clocked=42,
            clock_off=0,
            clock_limit=number(1000),
            held=30,
            held_longest_since=ago(2),
        ),
        "sites": facts.SiteFacts(42, 42, 0, 42, 0, 42, ago(30)),
        "publication": facts.PublicationFacts(ago(3), ago(90)),
        "assessments": facts.AssessmentFacts(ago(300)),
        "rights": facts.RightsFacts(40, 0, 60, 0),
        "guard": facts.GuardFacts(2, 0, 42, 0),
    }


def known(**changed: Any) -> facts.Facts:
    """Facts of a node that does well, some groups changed: a dict of fields, or NotKnown."""
    groups: dict[str, Any] = {}
    for name, value in well().items():
        change = changed.pop(name, {})
        groups[name] = (
            change
            if isinstance(change, NotKnown)
            else Known(replace(value, **change), NOW, "profile" if name == "rules" else name)
        )
    assert not changed
    return facts.Facts(over=OVER, **groups)


def sources(**changed: Any) -> Sources:
    found = known(**changed)
    return Sources(**{name: (lambda _, name=name: getattr(found, name)) for name in well()})


@dataclass
class MemoryAssessments:
    """As `publish.assessment.ports.Assessments`, in memory."""

    kept: dict[int, list[Event]] = field(default_factory=dict)
    documents: dict[tuple[int, str, str], bytes] = field(default_factory=dict)

    def every(self) -> tuple[Version, ...]:
        return tuple(version_of(number, events) for number, events in sorted(self.kept.items()))

    def find(self, number: int) -> Version:
        if number not in self.kept:
            raise NoSuchVersionError
        return version_of(number, self.kept[number])

    def save(self, changes) -> None:
        after = {number: list(events) for number, events in self.kept.items()}
        for change in changes:
            events = after.setdefault(change.number, [])
            if len(events) != change.expected:
                raise OutdatedError
            events.extend(change.events)
        versions = [version_of(number, events) for number, events in after.items()]
        if sum(one.published_at is not None and one.superseded_at is None for one in versions) > 1:
            raise OutdatedError
        self.kept = after
        self._freeze(changes)

    def document(self, number: int, language: str, audience: str) -> bytes | None:
        return self.documents.get((number, language, audience))

    def _freeze(self, changes: list[Change]) -> None:
        for change in changes:
            for one in change.documents:
                self.documents[change.number, one.language, one.audience] = one.body


def log_in(folder: Path) -> AuditLog:
    return AuditLog.open(folder / "log", SIGNER)


def desk_over(log: AuditLog, store: Any = None, **changed: Any) -> AssessmentDesk:
    """A desk over a real log; the facts are those of `known`."""

    def checkpoint() -> CheckpointTold:
        signed = log.checkpoint().checkpoint
        return CheckpointTold(signed.origin, signed.size, signed.root.hex())

    return AssessmentDesk(
        store=MemoryAssessments() if store is None else store,
        sources=sources(**changed),
        log=log,
        checkpoint=checkpoint,
        principles=PRINCIPLES,
        numbers=NUMBERS,
    )


def filled(desk: AssessmentDesk, *, by: str = "ada", now: datetime = NOW) -> Version:
    """A draft with a YES to every question, and an action wherever one is wanted."""
    draft = begin(desk, by=by, now=now)
    for name in QUESTIONS:
        give_answer(
            desk, draft.number, Said(name, AnswerKind.YES, "So it is, as the evidence shows."), by=by, now=now
        )
    for one in look(desk, draft.number, now=now).questions():
        if one.verdict.needs_action and not any(act.due >= now.date() for act in one.actions):
            planned = Plan(
                one.question.id,
                "Read the standard itself.",
                "ANPR manager",
                (now + timedelta(days=200)).date(),
            )
            plan(desk, draft.number, planned, by=by, now=now)
    return desk.store.find(draft.number)


def published_over(log: AuditLog, words: str = "It was looked at with care.", *, store: Any = None) -> Shown:
    """A published assessment with answers of every kind, some of them `words`; evidence turned since.

    It has all colours, actions open and done, and numbers that are hidden.
    """
    desk = desk_over(
        log,
        store,
        sites=NotKnown("sites", "not-kept"),
        people={"untrained": 2, "services": 0},
        rights={"complaints": 0, "requests": 3},
        keeping={"holds": 0},
    )
    filled(desk)
    other = {
        "3a": Said("3a", AnswerKind.YES, words),
        "5b": Said("5b", AnswerKind.NO, "Two people wait for their course."),
        "6c": Said("6c", AnswerKind.NOT_APPLICABLE, "Nothing is kept longer."),
        "12c": Said("12c", AnswerKind.PARTLY, "We do not know it for each list."),
    }
    for said in other.values():
        give_answer(desk, 1, said, by="ada", now=NOW)
    for name in ("1a", *other):
        planned = Plan(name, words, "manager & more", date(2027, 2, 1))
        plan(desk, 1, planned, by="ada", now=NOW)
    code = look(desk, 1, now=NOW).code
    sign(desk, 1, code, by="sue", role=Role.AUTHORISING_OFFICER, now=NOW)
    publish(desk, 1, by="pat", now=NOW)
    finish(desk, "1.1", "Written.", on=NOW.date(), by="ada", now=NOW)
    worse = desk_over(log, desk.store, lists={"stale": 1}, sites=NotKnown("sites", "not-kept"))
    return shown(worse, 1, catalogue(), Audience.PUBLIC, now=NOW)
