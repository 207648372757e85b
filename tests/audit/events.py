"""Events of every act, as a node would log them; and a log of them in a folder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openanpr.audit.acts import (
    AlertHandling,
    Alteration,
    Approval,
    Assessment,
    Collection,
    Combination,
    Consultation,
    Disclosure,
    Enrolment,
    Erasure,
    Event,
    Failure,
    Holding,
    ListChange,
    LogBegin,
    LogEnd,
    PeopleChange,
    PolicyChange,
    Publication,
    Refusal,
    Review,
    SignIn,
    SiteChange,
)
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.note import KeyKind, NoteSigner

AT = datetime(2026, 11, 29, 2, 40, tzinfo=UTC)
SIGNER = NoteSigner.generate("log.example/police")
WITNESS = NoteSigner.generate("witness.example/w1", KeyKind.COSIGNATURE)


def consultation(n: int) -> Consultation:
    """Search number n; no two have the same plate."""
    return Consultation(
        at=AT + timedelta(seconds=n),
        person=f"PC {n % 7}",
        stage="asked",
        kind="vehicle",
        purpose="serious",
        reference=f"CR/{n}/26",
        reason="necessary to find a witness",
        plate=f"AB{n:05d}",
        cameras=12,
        oldest_days=30,
        rules=("within-90-days",),
    )


_SITE = {"site": "s-1", "written": "0" * 64, "cameras_of": "53/1/7", "places": "51.0 -2.0"}


def examples() -> list[Event]:
    """One event of each act, all of its fields filled."""
    who = {"person": "DS 12", "reason": "pursuing a line of enquiry"}
    case = {"purpose": "serious", "reference": "CR/1/26"}
    return [
        Collection(at=AT, device="reader-1", batch="b-1", reads=100, held=2),
        Alteration(at=AT, subject="read 7", what="plate-corrected", plate="AB12CDE", **who),
        consultation(0),
        Disclosure(
            at=AT,
            recipient="another force",
            what="export",
            plate="AB12CDE",
            reads=3,
            entries=1,
            **who,
            **case,
        ),
        Combination(at=AT, what="convoy", plate="AB12CDE", reads=9, **who, **case),
        Erasure(
            at=AT, what="day", rules=("retention.days",), rows=5, day=date(2025, 1, 1), subject="x", **who
        ),
        SignIn(at=AT, outcome="signed-in", means="passkey", source="socket", about="session=1", **who),
        PolicyChange(at=AT, profile="nadc-2018", digest="0" * 64, **who),
        ListChange(at=AT, list_name="crime", step="approved", added=1, plate="AB12CDE", **who),
        Approval(at=AT, regards=4, rank="superintendent", means="in-person", rules=("r",), **who),
        Refusal(at=AT, regards=4, refused="consultation", rules=("r",), by="Supt 1", **who),
        AlertHandling(at=AT, alert="a-1", step="seen", outcome="misread", plate="AB12CDE", **who),
        Review(at=AT, step="finding", item="i-1", search="s-1", outcome="proper", digest="0" * 64, **who),
        PeopleChange(
            at=AT,
            person="Ann 1",
            subject="Bob 2",
            step="role-given",
            outcome="refused",
            reason="duty",
            source="socket",
            about="x=1",
        ),
        Enrolment(at=AT, step="device-revoked", subject="gate", **who),
        Holding(
            at=AT,
            step="placed",
            hold="Hold 1",
            reads=2,
            until=date(2027, 1, 1),
            person="Ann 1",
            reference="CR/9",
        ),
        Failure(at=AT, regards=4, failed="collection", fault="journal-error"),
        LogEnd(at=AT, next_key="0" * 64, **who),
        SiteChange(at=AT, step="drafted", **_SITE, **who),
        Publication(at=AT, what="figures", period="2026-09", digest="0" * 64, person="Ann 1"),
        LogBegin(at=AT, why="restored", size=4, root="0" * 64, last_key="1" * 64, **who),
        Assessment(at=AT, step="signed", version=2, question="6b", digest="0" * 64, inner="1" * 64, **who),
    ]


def made_log(folder: Path, count: int, **settings) -> AuditLog:
    """A log of `count` searches, still open."""
    log = AuditLog.open(folder, SIGNER, LogSettings(reserve_bytes=0, **settings))
    log.append_all([consultation(n) for n in range(count)])
    return log
