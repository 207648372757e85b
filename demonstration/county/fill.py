"""Fills a new node over its own socket: cameras, devices' codes, lists with first files, a covert entry.

It must come before people: from then on each act would want somebody who is signed in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demonstration.county.cameras import FILMED, PATROLS, POSTS, UNUSED
from demonstration.county.cast import COVERT
from demonstration.county.ground import Ground
from demonstration.county.lists import LISTS, WANTED_PROFILE, CountyList, write_file
from demonstration.county.senders import stations
from demonstration.county.traffic import SEED
from openanpr.core.camera import CameraId
from openanpr.run.local.ask import ask

_PROPOSER, _APPROVER = "lou", "ian"
COVERT_FOR = ("ivy", "ian")
"""Who alone sees the covert entry and its alerts."""


def filmed_name(camera: CameraId) -> str:
    """Return how files of a filmed camera are called."""
    return f"reader-{camera.camera}"


def terminal_name(camera: CameraId) -> str:
    """Return how files of the terminal in a patrol car are called."""
    return f"terminal-{camera.camera}"


def fill(data: Path, ground: Ground, folder: Path, there: frozenset[CameraId]) -> None:
    """Register, enrol and list; codes go to `folder`, for the owner alone. Raises RefusedError, OSError.

    `there` are cameras that are in the register already.
    """
    for post in (one for one in (*POSTS, UNUSED) if one.camera not in there):
        place = ground.degrees(post.at(ground))
        where = {"mount": "fixed", "area": post.area, "lat": place.lat, "lon": place.lon}
        _post(data, "/cameras", {"camera": str(post.camera), "name": post.name, "by": "max", **where})
    for car in (one for one in PATROLS if one.camera not in there):
        driven = {"camera": str(car.camera), "name": car.name, "mount": "moving", "area": car.area}
        _post(data, "/cameras", {**driven, "by": "max"})
    for post in POSTS:
        if post.camera in FILMED:
            _code(data, folder / f"{filmed_name(post.camera)}.code", post.name, str(post.camera))
    for car in PATROLS:
        path = folder / f"{terminal_name(car.camera)}.code"
        _code(data, path, f"Terminal of {car.name}", str(car.camera))
    for station in stations():
        _code(data, folder / f"{station.name}.code", station.title, station.scope)
    for one in LISTS:
        _list(data, one, folder)
    _covert(data)
    _waiting(data)


def wanted_profile(folder: Path) -> Path:
    """Return the profile of the county's own list, written where it is not there."""
    path = folder / "county-wanted.toml"
    path.write_text(WANTED_PROFILE, "utf-8")
    return path


def deliver_lists(data: Path, number: int) -> None:
    """Put a new file of each list that is kept into the inbox of the node, as a feed would."""
    inbox = data / "inbox"
    inbox.mkdir(exist_ok=True)
    for one in LISTS:
        if one.kept:
            path = inbox / one.file.format(number)
            part = path.with_name(f"{path.name}.part")
            write_file(one, part, today=datetime.now(UTC).date(), seed=SEED)
            part.replace(path)


def _list(data: Path, one: CountyList, folder: Path) -> None:
    case = {"owner": one.owner, "purpose": one.purpose, "legal_basis": one.legal_basis, "kind": one.kind}
    seen = {"visible_to": ["control-room", "patrol-officer", "devices"], "max_age_hours": one.max_age_hours}
    _post(data, "/lists", {"name": one.name, **case, **seen})
    path = folder / one.file.format(1)
    write_file(one, path, today=datetime.now(UTC).date(), seed=SEED)
    profile = one.profile or str(wanted_profile(folder).resolve())
    at = datetime.now(UTC) - timedelta(days=one.age_days)
    asked = {"path": str(path.resolve()), "profile": profile, "list": one.name, "feed_revision": 1}
    said = {"by": _PROPOSER, "why": "first filling", "source_at": at.isoformat(timespec="seconds")}
    _approve(data, _post(data, "/imports", {**asked, **said})["proposal"])


def _covert(data: Path) -> None:
    who = COVERT.vehicle
    entry = {
        "vrm": who.vrm,
        "make": who.make,
        "colour": who.colour,
        "action": "silent",
        "reason": COVERT.why,
        "owner": "Insp Ian Quill (invented)",
        "priority": "high",
        "covert": True,
        "weed_on": str(datetime.now(UTC).date() + timedelta(days=60)),
        "seen_by": list(COVERT_FOR),
    }
    asked = {**entry, "by": _PROPOSER, "why": "asked for by the inspector"}
    _approve(data, _post(data, "/lists/wanted/entries", asked))


def _waiting(data: Path) -> None:
    """An entry that somebody asked for and nobody has approved yet."""
    entry = {
        "vrm": "LO61 KEE",
        "make": "Arden",
        "colour": "green",
        "action": "assess",
        "priority": "low",
        "reason": "Nuisance at the quay",
        "owner": "Insp Ian Quill (invented)",
        "weed_on": str(datetime.now(UTC).date() + timedelta(days=14)),
    }
    _post(data, "/lists/wanted/entries", {**entry, "by": _PROPOSER, "why": "asked for by the parish"})


def _approve(data: Path, proposal: dict[str, Any]) -> None:
    _post(data, f"/proposals/{proposal['number']}/approve", {"by": _APPROVER})


def _code(data: Path, path: Path, name: str, scope: str) -> None:
    made = _post(data, "/devices/codes", {"name": name, "scope": [scope], "by": "max"})
    path.touch(mode=0o600)
    path.write_text(made["code"] + "\n", "utf-8")


def _post(data: Path, path: str, form: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return ask(data, "POST", path, form=form)
