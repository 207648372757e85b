"""`openanpr devices ...`, `openanpr feeds ...` and `openanpr cameras ...`: who may deliver, and for what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.preview import add_preview
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


def _health(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, **one["health"], "usual": _usual(one["health"]["expected"])} for one in answer]
    columns = ("camera", "name", "state", "last_at", "last_hour", "usual", "clock", "clock_offset_ms")
    return rows(*columns, nothing="no camera")(lines)


def _usual(expected: Any) -> str:  # noqa: ANN401 - as above
    return "" if expected is None else f"{expected['median']:g} ({expected['low']:g}-{expected['high']:g})"


def _dotted(camera: str) -> str:
    """Return a camera as it stands in an address."""
    return camera.replace("/", ".")


def _text_of(path: str) -> str:
    """Return what is in a result's file; raises RefusedError."""
    from openanpr.wire.score_file import MOST_BYTES  # noqa: PLC0415 - loads msgspec

    try:
        with Path(path).open("rb") as file:
            body = file.read(MOST_BYTES + 1)
        text = body.decode("utf-8")
    except OSError as fault:
        raise RefusedError(f"{path} cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RefusedError(f"{path} is no text: give what openanpr score --json made") from fault
    if len(body) > MOST_BYTES:
        raise RefusedError(f"{path} has more than {MOST_BYTES // 2**20} MiB")
    return text


def _tests(answer: Any) -> str:  # noqa: ANN401 - JSON
    shares = ("capture", "read_exact", "read_folded")
    lines = [
        {**one, **{name: _share(one[name]) for name in shares}, "withdrawn": _withdrawn(one)}
        for one in answer
    ]
    nothing = "it was never tested: measure it with openanpr score, and keep the result with cameras test"
    return rows("test", "scored_at", "plates", *shares, "by", "note", "withdrawn", nothing=nothing)(lines)


def _withdrawn(test: Any) -> str:  # noqa: ANN401 - JSON
    one = test["withdrawn"]
    return "" if one is None else f"{one['at']} by {one['by']}: {one['why']}"


def _test(answer: Any) -> str:  # noqa: ANN401 - JSON
    return _tests([answer])


def _share(told: Any) -> str:  # noqa: ANN401 - JSON
    """Return a share with its interval, and how it does against its target."""
    if told["value"] is None:
        return "-"
    found = f"{told['value']:.3f} ({told['low']:.3f}-{told['high']:.3f})"
    words = {"reached": "reached", "missed": "missed", "open": "too few plates to say"}
    return found if told["verdict"] is None else f"{found}, {told['target']:g}: {words[told['verdict']]}"


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
        "health",
        "how each camera does: when it read last, how much against what is usual, its clock",
        "GET",
        "/cameras/health",
        _health,
    ),
    Verb(
        "test",
        "keep a result of openanpr score --json with the camera that it measured",
        "POST",
        "/cameras/{camera}/tests",
        _test,
        (
            Take("camera", "force/source/camera", path=True, kind=_dotted),
            Take("--scores", "the file of the result", required=True, reads=_text_of),
            Take("--note", "what else is to be known, such as when the pictures were taken", default=""),
            BY,
        ),
    ),
    Verb(
        "tests",
        "the tests of a camera, the newest first: capture and read rates with their 95 % intervals",
        "GET",
        "/cameras/{camera}/tests",
        _tests,
        (Take("camera", "force/source/camera", path=True, kind=_dotted),),
    ),
    Verb(
        "withdraw-test",
        "have a test of a camera count no more; it stays to be seen, as withdrawn",
        "POST",
        "/cameras/{camera}/tests/{test}/withdraw",
        _test,
        (
            Take("camera", "force/source/camera", path=True, kind=_dotted),
            Take("test", "its id, as `tests` shows it", path=True),
            BY,
            WHY,
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
    add_preview(add_group(commands, "cameras", "the register of cameras", CAMERAS))
