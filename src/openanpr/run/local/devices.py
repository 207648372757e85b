"""`openanpr devices ...`, `openanpr feeds ...` and `openanpr cameras ...`: who may deliver, and for what."""

from __future__ import annotations

from typing import Any

from openanpr.run.local.verb import BY, WHY, Take, Verb, add_group, fields, rows

_SCOPE = Take(
    "--scope",
    "what it may speak for: 53 (a force), 53/1 (a source) or 53/1/7 (a camera); may be given again",
    required=True,
    many=True,
)
_NAME = Take("--name", "what people call it", required=True)


def _code(answer: Any) -> str:  # noqa: ANN401 - JSON
    return f"shown once, good until {answer['expires_at']}, for one device:\n{answer['code']}"


def _token(answer: Any) -> str:  # noqa: ANN401 - JSON
    return f"feed {answer['feed_id']}; its token is shown once:\n{answer['token']}"


DEVICES = (
    Verb("list", "all devices", "GET", "/devices", rows("device", "name", "scope", "enrolled_at", "revoked")),
    Verb(
        "code",
        "make a one-time code with which a device enrols",
        "POST",
        "/devices/codes",
        _code,
        (
            _NAME,
            _SCOPE,
            Take("--life-hours", "how long it is good (default: 24)", default=24.0, kind=float),
            BY,
        ),
    ),
    Verb(
        "codes",
        "codes that are not used yet",
        "GET",
        "/devices/codes",
        rows("code", "name", "scope", "expires_at", "by"),
    ),
    Verb(
        "withdraw",
        "take back a code that is not used yet: no device enrols with it any more",
        "POST",
        "/devices/codes/{code}/withdraw",
        lambda answer: f"withdrawn: {answer['code']}",
        (Take("code", "its first eight letters, as `codes` shows them", path=True),),
    ),
    Verb(
        "revoke",
        "take nothing more from a device",
        "POST",
        "/devices/{device}/revoke",
        fields("device", "name", "revoked"),
        (Take("device", "its id", path=True), BY, WHY),
    ),
)
FEEDS = (
    Verb(
        "list",
        "all feeds of other makers' systems",
        "GET",
        "/feeds",
        rows("feed_id", "name", "scope", "revoked"),
    ),
    Verb(
        "add",
        "let another maker's system deliver with a token",
        "POST",
        "/feeds",
        _token,
        (
            _NAME,
            _SCOPE,
            Take("--most-message-bytes", "the largest message (default: 8 MiB)", default=8 * 2**20, kind=int),
            BY,
        ),
    ),
    Verb(
        "revoke",
        "take nothing more from a feed",
        "POST",
        "/feeds/{feed_id}/revoke",
        fields("feed_id", "name", "revoked"),
        (Take("feed_id", "its id", path=True), BY, WHY),
    ),
)
CAMERAS = (
    Verb(
        "list",
        "the register of cameras",
        "GET",
        "/cameras",
        rows("camera", "mount", "area", "name", "retired"),
    ),
    Verb(
        "add",
        "put a camera into the register, or say anew what it is",
        "POST",
        "/cameras",
        fields("camera", "mount", "area", "name"),
        (
            Take("camera", "force/source/camera, such as 53/1/7"),
            Take("--mount", "fixed or moving", required=True, choices=("fixed", "moving")),
            Take("--area", "the area by which alerts are routed", default=""),
            Take("--name", "what people call it", required=True),
            Take("--lat", "degrees north; a fixed camera needs it", kind=float),
            Take("--lon", "degrees east; a fixed camera needs it", kind=float),
            BY,
        ),
    ),
    Verb(
        "retire",
        "take no more reads of a camera",
        "POST",
        "/cameras/retire",
        fields("camera", "name", "retired"),
        (Take("camera", "force/source/camera"), BY, WHY),
    ),
)


def add_devices(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "devices", "devices that deliver: enrol, list, revoke", DEVICES)


def add_feeds(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    add_group(commands, "feeds", "other makers' systems that deliver with a token", FEEDS)


def add_cameras(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    add_group(commands, "cameras", "the register of cameras", CAMERAS)
