"""Pictures dropped into a folder, by FTP or otherwise, whose names tell the time and the plate."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from openanpr.wire.vendors import field
from openanpr.wire.vendors.claim import Claim
from openanpr.wire.vendors.contract import CameraLookup, MessageFault, Parsed, PictureKind
from openanpr.wire.vendors.taking import Taking

_LONGEST_NAME = 255
_NEEDED = frozenset({"plate", "year", "month", "day", "hour", "minute", "second"})
_USED = _NEEDED | {"millisecond", "camera", "confidence", "kind"}
_PART = re.compile(r"[^/\\\x00-\x1f\x7f]+")
_UNREAD = "unknown"
_PATCH = re.compile(r"plate|patch|crop", re.IGNORECASE)


def file_pattern(written: str) -> re.Pattern[str]:
    r"""Return the pattern of a folder's file names, a regular expression that must fit the whole name.

    Its named groups tell what is what: `plate`, `year`, `month`, `day`, `hour`, `minute`, `second` are
    needed; `millisecond`, `camera`, `confidence` (0 to 100) and `kind` (a word with "plate", "patch" or
    "crop" makes it a picture of the plate alone) may be there.
    Raises ValueError for a pattern that is none, lacks a needed group or has a group of another name.
    """
    try:
        pattern = re.compile(written)
    except re.error as error:
        msg = f"the pattern of file names is not a regular expression: {error}"
        raise ValueError(msg) from error
    named = set(pattern.groupindex)
    if lacking := _NEEDED - named:
        msg = f"the pattern of file names needs these groups too: {', '.join(sorted(lacking))}"
        raise ValueError(msg)
    if unknown := named - _USED:
        msg = f"the pattern of file names has groups that mean nothing: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    return pattern


DEFAULT_PATTERN: Final = file_pattern(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})(?P<millisecond>[0-9]{3})?"
    r"_(?P<plate>[^_.]+)(?:_(?P<kind>[^.]*))?\.(?:jpe?g|JPE?G)"
)
"""`YYYYMMDDHHMMSSmmm_PLATE_...jpg`; the milliseconds and what follows the plate may be missing."""


def parse(
    payload: bytes,
    content_type: str,
    camera: CameraLookup,
    received_at: datetime,
    *,
    name: str,
    pattern: re.Pattern[str] = DEFAULT_PATTERN,
) -> Parsed:
    """Return the read that a file's name tells of, with the file as its picture.

    `name` is the path under the watched folder, its parts separated by slashes. The camera is enrolled
    as the group `camera` of the pattern, else as the last folder of the path. The time is local: the
    camera needs its zone set. `content_type` is not looked at: a file has none.
    """
    del content_type
    taking = Taking.of("file_name", payload, camera, received_at)
    with taking.refusing():
        claim = _claim(taking.opened(), name, pattern)
        if claim.plate.lower() == _UNREAD:
            taking.leave()
        else:
            taking.take(claim)
    return taking.done()


def _claim(payload: bytes, name: str, pattern: re.Pattern[str]) -> Claim:
    *folders, own = _parts(name)
    found = pattern.fullmatch(own)
    if found is None:
        raise MessageFault("the file name does not fit the pattern of this folder")
    told = {group: value for group, value in found.groupdict().items() if value is not None}
    camera = told.get("camera") or (folders[-1] if folders else "")
    kind = PictureKind.PATCH if _PATCH.search(told.get("kind", "")) else PictureKind.OVERVIEW
    return Claim(
        names=(camera,),
        at=_at(told),
        plate=told["plate"],
        confidence=field.share(field.number(told, "confidence"), 100.0),
        given=told.get("confidence"),
        said={"file": own},
        pictures=((kind, payload),),
    )


def _parts(name: str) -> list[str]:
    """Return the folders and the file of a path; raises MessageFault for one that leads elsewhere."""
    parts = name.split("/") if len(name) <= _LONGEST_NAME else []
    if not parts or any(_PART.fullmatch(part) is None or part in {".", ".."} for part in parts):
        raise MessageFault("the file name is not a plain path under the folder")
    return parts


def _at(told: dict[str, str]) -> datetime:
    """Return the time without a zone that the groups tell."""
    names = ("year", "month", "day", "hour", "minute", "second")
    numbers = [field.number(told, name) for name in (*names, "millisecond")]
    year, month, day, hour, minute, second, millisecond = (
        int(one) if one is not None else 0 for one in numbers
    )
    try:
        return datetime(year, month, day, hour, minute, second, millisecond * 1000)  # noqa: DTZ001 - zone follows
    except (ValueError, OverflowError) as error:
        raise MessageFault("the time in the file name is on no calendar or clock") from error
