"""What people have done before anybody looks: searches, a case, requests that wait, look-ups of a neighbour.

All by the API, each signed in as themselves, so that every inbox of the pages has something true in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from demonstration.county.cameras import POSTS
from demonstration.county.cast import CLONED, LEADER
from demonstration.county.cast_people import OPEN
from demonstration.county.traffic import SEED
from demonstration.county.vehicles import vehicle
from demonstration.people import Office, Session
from openanpr.run.local.ask import ask

NEIGHBOUR = vehicle(12, seed=SEED)
_BURGLARY, _FUEL, _ROBBERY = OPEN


def do(office: Office, now: datetime) -> None:
    """Have it done; raises RefusedError."""
    with office.session("ivy") as ivy:
        _investigate(ivy, now)
    with office.session("nia") as nia:
        _look_for_a_pattern(nia, now)
    with office.session("pat") as pat:
        for reference, when in ((_BURGLARY, "this morning"), (_FUEL, "this evening")):
            why = f"it was parked in my street again {when}"
            _asked(pat, _one(NEIGHBOUR.vrm, 20, now), reference, why, run=True)
    with office.session("sam") as sam:
        sam.asks("/review/round")
    # Pia has lost her telephone: one administrator asks for new means to sign in, the other has yet to agree.
    form = {"why": "her telephone was stolen", "by": "bob", "code": office.codes["bob"].pop()}
    ask(office.data, "POST", "/people/accounts/pia/renew", form=form)


def _investigate(ivy: Session, now: datetime) -> None:
    """A search with a case; one that is refused; one that waits for a superintendent."""
    dark = "a dark car of this mark was at the yard when it was broken into"
    found = _asked(ivy, _one(LEADER.vehicle.vrm, 30, now), _BURGLARY, dark, run=True)
    rows = [row["number"] for row in found["rows"]][:3]
    until = str((now + timedelta(days=90)).date())
    case = ivy.asks("/cases", {"reference": _BURGLARY, "until": until})["case"]
    if rows:
        held = {"search": found["search"], "run": found["run"], "numbers": rows}
        ivy.asks(f"/cases/{case}/hold", {**held, "reason": "they show it on the way to the yard"})
    ivy.asks(f"/cases/{case}/notes", {"text": "Another vehicle is often behind it: who else passed there?"})
    _asked(ivy, _one(CLONED.vehicle.vrm, 425, now), _FUEL, "how long has the van been about the county")
    armed = "the armed robbers came in this van, and it was there before"
    _asked(ivy, _one(CLONED.vehicle.vrm, 425, now), _ROBBERY, armed, category="serious")


def _look_for_a_pattern(nia: Session, now: datetime) -> None:
    """A search that waits for an inspector."""
    cameras = [str(post.camera) for post in POSTS if post.area == "east"]
    span = _span(now - timedelta(hours=26), now - timedelta(hours=24))
    question = {"kind": "place-and-time", "where": {"by": "cameras", "cameras": cameras}, **span}
    how = {"stance": "proactive", "objective": "which vehicles go by before fuel is taken at night"}
    _asked(nia, question, _FUEL, "three thefts on this road in a week, each before midnight", **how)


def _one(mark: str, days: int, now: datetime) -> Mapping[str, Any]:
    span = _span(now - timedelta(days=days), now)
    return {"kind": "one-vehicle", "mark": mark, "spellings": "same-shape", **span}


def _span(since: datetime, until: datetime) -> Mapping[str, str]:
    return {"since": since.astimezone(UTC).isoformat(), "until": until.astimezone(UTC).isoformat()}


def _asked(
    who: Session, question: Mapping[str, Any], reference: str, reason: str, *, run: bool = False, **how: str
) -> Any:  # noqa: ANN401 - JSON
    """Ask, and with `run` run it where it is ready; return what came of it."""
    form = {"category": "priority-and-volume", "stance": "reactive", **how}
    asked = who.asks("/searches", {**form, "question": question, "reference": reference, "reason": reason})
    return who.asks(f"/searches/{asked['search']}/run") if run and asked["state"] == "ready" else asked
