"""The lists of the county and the files that fill them, as a force's systems would write them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from demonstration.county.cast import CLONED, COVERT, MISSPELT, STOLEN, WANTED, Member, listed_as
from demonstration.county.patrols import KERBSIDE
from demonstration.county.vehicles import Vehicle, vehicle

ELSEWHERE = 5_000_000
"""Vehicles from this number on never drive through the county."""
_UNINSURED_EVERY, _UNTAXED_EVERY = 500, 701
_SIXTEEN = (
    *("VRM", "Make", "Model", "Colour", "Action", "Warning markers", "Reason", "NIM (5x5x5) code"),
    *("Information/Action", "Force & Area", "Weed date", "PNC ID", "GPMS/GSC marking", "CAD information"),
    *("Spare 1", "Spare 2"),
)
_PNC = (
    *(
        "Op",
        "VRM",
        "PNC reference",
        "Make",
        "Model",
        "Colour",
        "ANPR action",
        "Warning signals",
        "Report type",
    ),
    *("Circulation text", "Force station", "Owning force", "GSC", "Date reported", "Date confirmed"),
)
_FORCE = "Lyonesse (invented)"
Rows = Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class CountyList:
    """A list, the shipped profile that reads its file, and the file's name with the number of its delivery.

    `age_days`: how old its first file is. `kept`: whether a new file comes at each start.
    """

    name: str
    owner: str
    purpose: str
    legal_basis: str
    kind: str
    max_age_hours: int
    profile: str
    file: str
    age_days: int = 0
    kept: bool = True


LISTS = (
    CountyList(
        "wanted",
        "Insp Ian Quill, Crime (invented)",
        "find vehicles that crimes were done with",
        "none: all is invented",
        "crime",
        72,
        "",
        "wanted_full_{}.csv",
    ),
    CountyList(
        "stolen",
        "PNC bureau (invented)",
        "find stolen vehicles",
        "none: all is invented",
        "crime",
        48,
        "pnc-like",
        "pnc_full_{}.csv",
    ),
    CountyList(
        "no-insurance",
        "Roads policing (invented)",
        "find vehicles that seem not to be insured",
        "none: all is invented",
        "mass",
        48,
        "midas-like",
        "midas_full_{}.txt",
    ),
    CountyList(
        "no-keeper",
        "Licensing extracts (invented)",
        "find vehicles without tax or keeper",
        "none: all is invented",
        "mass",
        72,
        "dvla-like",
        "dvla_full_{}.csv",
        age_days=9,
        kept=False,
    ),
)
WANTED_PROFILE = """\
# The county's own list in the sixteen-column form. Invented, as all here.
name = "county-wanted"
list = "wanted"
source = "crime desk of the county"
file_name = 'wanted_(?P<kind>full)_(?P<revision>\\d+)\\.csv'

[defaults]
action = "assess"
priority = "high"

[ask]
added = 0.2
changed = 0.2
removed = 0.05
refused = 0.001
"""


def write_file(one: CountyList, path: Path, *, today: date, seed: int) -> None:
    """Write a whole file of a list; raises OSError."""
    rows, separator = _CONTENTS[one.name](today, seed), "," if one.file.endswith(".csv") else "\t"
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, delimiter=separator, lineterminator="\n").writerows(rows)


def listed_marks(seed: int) -> frozenset[str]:
    """Return the marks on any list of all that ever passes a camera, as their plates spell them."""
    story = (one.vehicle for one in (*WANTED, COVERT, CLONED))
    return frozenset(one.vrm for one in (*story, *_uninsured(seed), *_untaxed(seed)))


def _uninsured(seed: int) -> Iterator[Vehicle]:
    kerb = range(KERBSIDE + 7, KERBSIDE + 20_000, _UNINSURED_EVERY)
    return (vehicle(n, seed=seed) for n in (*range(7, 60_000, _UNINSURED_EVERY), *kerb))


def _untaxed(seed: int) -> Iterator[Vehicle]:
    return (vehicle(n, seed=seed) for n in range(11, 60_000, _UNTAXED_EVERY))


def _wanted(today: date, seed: int) -> Rows:
    yield _SIXTEEN
    until = str(today + timedelta(days=300))
    for member in WANTED:
        if member is not STOLEN:
            yield _sixteen(member, until)
    for other in _some(ELSEWHERE, 40, seed):
        yield _sixteen(Member(other, (), 0, 0, 0, "Sought after an assault", "ASSESS"), until)


def _sixteen(member: Member, until: str) -> tuple[str, ...]:
    who = member.vehicle
    marker = "WE" if "robbery" in member.why else ""
    looks = (listed_as(member), who.make, who.kind.title(), who.colour.title())
    do = "Look at the picture first" if member is MISSPELT else "Invented: do nothing"
    return (*looks, member.action, marker, member.why, "E41", do, _FORCE, until, "", "OFFICIAL", "", "", "")


def _stolen(today: date, seed: int) -> Rows:
    yield _PNC
    for n, who in enumerate((STOLEN.vehicle, *_some(ELSEWHERE + 1000, 400, seed))):
        reported = today - timedelta(days=n % 40 + 1)
        confirmed = reported + timedelta(days=1)
        about = ("A", who.vrm, f"99/{n + 1:06d}", who.make, who.kind.title(), who.colour.title())
        yield (
            *(*about, "S", "", "Stolen", "Stop and check", _FORCE, _FORCE, "OFFICIAL"),
            *(str(reported), str(confirmed)),
        )


def _no_insurance(today: date, seed: int) -> Rows:
    del today
    yield "RegMark", "VehMake", "VehModel", "VehColour", "Status", "PostArea"
    # The true owner of the mark that was cloned pays for it once more.
    for who in (*_uninsured(seed), CLONED.vehicle, *_some(ELSEWHERE + 2000, 3000, seed)):
        yield who.vrm, who.make, who.kind.title(), who.colour.title(), "No insurance", "LY"


def _no_keeper(today: date, seed: int) -> Rows:
    until = str(today + timedelta(days=200))
    for who in (*_untaxed(seed), *_some(ELSEWHERE + 6000, 1500, seed)):
        yield who.vrm, who.make, who.kind.title(), who.colour.title(), "Untaxed", until


def _some(first: int, count: int, seed: int) -> Iterator[Vehicle]:
    return (vehicle(number, seed=seed) for number in range(first, first + count))


_CONTENTS = {"wanted": _wanted, "stolen": _stolen, "no-insurance": _no_insurance, "no-keeper": _no_keeper}
