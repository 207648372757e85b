"""Answers under way in the county: a challenge before a list's owner, a request half decided, the register.

After what the public wrote: all by those whose duty it is, signed in as themselves. All invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from demonstration.county.cast import FUEL, LEADER
from demonstration.people import Office, Session

_WHO = "Gil Tarn (invented)"


def answer(office: Office, now: datetime) -> None:
    """Have it done; raises RefusedError."""
    with office.session("ida") as ida:
        _challenge(ida, now)
        _access(ida, now)
        _by_hand(ida)


def _case(ida: Session, kind: str, text: str, vrm: str, now: datetime) -> str:
    form = {
        "kind": kind,
        "via": "letter",
        "on": str((now - timedelta(days=5)).date()),
        "text": text,
        "name": _WHO,
        "contact": "gil.tarn@lyonesse.example",
        "vrm": vrm,
    }
    return str(ida.does("/rights", form)["reference"])


def _days(now: datetime, days: int) -> dict[str, str]:
    return {"since": str((now - timedelta(days=days)).date()), "until": str(now.date())}


def _challenge(ida: Session, now: datetime) -> None:
    """Looked into, and before the owner of the list: take the entry off, and see each terminal confirm it."""
    mark = FUEL.vehicle.vrm
    said = (
        "I bought this car at the auction in June, and since then I am stopped for petrol that I never took."
    )
    case = _case(ida, "challenge", said, mark, now)
    one = ida.does("/challenges", {"case": case, "vrm": mark, **_days(now, 30)})
    ida.does(f"/challenges/{one['challenge']}/look")


def _access(ida: Session, now: datetime) -> None:
    """Found, and half decided."""
    mark = LEADER.vehicle.vrm
    case = _case(ida, "access", "What have your cameras seen of my car this month?", mark, now)
    proof = {"entitlement": "keeper", "proof": "driving licence and V5C, seen at the counter by Ida Vale"}
    one = ida.does("/subject-access", {"case": case, "vrm": [mark], **_days(now, 14), **proof})
    found = ida.does(f"/subject-access/{one['access']}/find")
    decide = f"/subject-access/{one['access']}/decide"
    ida.does(decide, {"verdict": "tell", "kind": "searches"})
    if any(item["kind"] == "read" for item in found["shown"]):
        reason = "it would tell where a patrol waits at night"
        ida.does(decide, {"verdict": "in-part", "numbers": [1], "exemption": "b", "reason": reason})


def _by_hand(ida: Session) -> None:
    ida.does(
        "/disclosures",
        {
            "recipient": "Port Tristan County Court (invented)",
            "basis": "DPA 2018, section 35(2)(b)",
            "purpose": "trial",
            "what": "a statement, with reads of one vehicle",
            "reference": "PT/26/118",
            "decided_by": "DCI Una Reeve (invented)",
            "why": "ordered by the court",
            "reads": 4,
            "documents": 1,
        },
    )
