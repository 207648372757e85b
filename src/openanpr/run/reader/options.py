"""The options of `openanpr reader`; models and array libraries are loaded only when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from openanpr.core.camera import CameraId
from openanpr.run.exit_code import ExitCode
from openanpr.run.options import add_country_and_threads, add_min_confidence

_HELP = """\
Read number plates of one camera without end, and deliver every read to a node. Reads are kept on
disk until the node has acknowledged them. Each SOURCE is a picture, a clip, a folder of both, an
rtsp/rtsps/http/https address, usb:0 for a camera, or watch:DIR for a folder into which a camera
drops files. In place of a SOURCE, `status` tells what waits, and `release` lets what was set aside
wait again; both also while the reader runs. `lists` reads nothing: it keeps copies of the node's lists
and confirms to the node which revision of each is in force."""

_NOTES = """\
examples:
  openanpr reader --node https://node.example --camera 53/1/7 --enrol-file code.txt rtsp://camera.example/street
  openanpr reader --node https://node.example --camera 53/1/7 rtsp://camera.example/street
  openanpr reader --node https://node.example --camera 53/1/7 --loop clip.mp4
  openanpr reader status --camera 53/1/7
  openanpr reader lists --node https://node.example --camera 53/1/7

exit status: 0 the sources have ended and all was delivered, or SIGTERM came; 1 something could not
be read, or reads still wait in the outbox for the next start; 2 the call, the enrolment, the state
folder or a model was at fault; 130 stopped by Ctrl-C."""

_WORDS = ("status", "release", "lists")
_MOST_CODE = 128


def add_reader(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser(
        "reader",
        help="read one camera without end and deliver its reads to a node",
        description=_HELP,
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=partial(_reader, parser))
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="what to read (see above)")
    parser.add_argument(
        "--node", metavar="URL", help="the node, as https://host; http:// for this machine only"
    )
    parser.add_argument("--camera", metavar="ID", type=_camera, help="force/source/camera, such as 53/1/7")
    code = parser.add_mutually_exclusive_group()
    code.add_argument(
        "--enrol-file", metavar="FILE", help="enrol with the code in this file, - for standard input"
    )
    code.add_argument(
        "--enrol",
        metavar="CODE",
        help="enrol with this code; others on this machine can see it: see --enrol-file",
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        help="key, enrolment and outbox of this camera (default: $STATE_DIRECTORY, or "
        "~/.local/state/openanpr/reader-53-1-7)",
    )
    parser.add_argument("--ca", metavar="FILE", type=Path, help="PEM of who signed the node's certificate")
    parser.add_argument(
        "--client-certificate", metavar="FILE", type=Path, help="PEM of certificate and key, if the node asks"
    )
    parser.add_argument(
        "--as-live", action="store_true", help="play clips at their own pace, as if they were seen now"
    )
    parser.add_argument("--loop", action="store_true", help="as --as-live, again and again")
    parser.add_argument(
        "--no-preview", action="store_true", help="send no live preview, whoever at the node asks for one"
    )
    parser.add_argument("--json", action="store_true", help="tell how it stands as one JSON object a line")
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=_seconds,
        default=10.0,
        help="with `lists`: how often to ask what changed (default: 10)",
    )
    add_country_and_threads(parser)
    add_min_confidence(parser)


def _reader(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    if arguments.state is None and arguments.camera is None and "STATE_DIRECTORY" not in os.environ:
        parser.error("--camera or --state is needed")
    from openanpr.run.reader.state import default_state  # noqa: PLC0415 - as below

    state = arguments.state or default_state(arguments.camera or CameraId(0, 0, 0), os.environ)
    if arguments.sources == ["status"]:
        from openanpr.run.reader.waiting import show_status  # noqa: PLC0415 - as below

        return show_status(state, as_json=arguments.json, out=sys.stdout, err=sys.stderr)
    if arguments.sources == ["release"]:
        from openanpr.run.reader.waiting import release_aside  # noqa: PLC0415 - as below

        return release_aside(state, out=sys.stdout, err=sys.stderr)
    if arguments.sources != ["lists"] and any(word in arguments.sources for word in _WORDS):
        parser.error("status, release and lists stand alone; a file of that name is ./status")
    if arguments.node is None or arguments.camera is None:
        parser.error("--node and --camera are needed to read")
    return _run(arguments, state)


def _run(arguments: argparse.Namespace, state: Path) -> int:
    from openanpr.run.reader.settings import DeliverySettings  # noqa: PLC0415 - as above

    try:
        code = _code(arguments)
    except (OSError, ValueError) as error:
        print(f"openanpr: --enrol-file: {error}", file=sys.stderr)
        return ExitCode.REFUSED
    settings = DeliverySettings(
        node=arguments.node,
        camera=arguments.camera,
        sources=tuple(arguments.sources),
        state=state,
        code=code,
        ca_file=arguments.ca,
        client_certificate=arguments.client_certificate,
        country=arguments.country,
        threads=arguments.threads,
        min_confidence=arguments.min_confidence,
        as_live=arguments.as_live,
        loop=arguments.loop,
        as_json=arguments.json,
        preview=not arguments.no_preview,
    )
    if arguments.sources == ["lists"]:
        from openanpr.run.reader.list_keeping import keep_lists  # noqa: PLC0415 - the network takes time

        return keep_lists(settings, every_s=arguments.every, out=sys.stdout, err=sys.stderr)
    from openanpr.run.reader.command import run_reader  # noqa: PLC0415 - numpy and the network take time

    return run_reader(settings, out=sys.stdout, err=sys.stderr)


def _code(arguments: argparse.Namespace) -> str | None:
    """Return the code to enrol with, None when none is given; raises OSError, ValueError."""
    if arguments.enrol_file is None:
        return arguments.enrol
    if arguments.enrol_file == "-":
        text = sys.stdin.readline()
    else:
        with Path(arguments.enrol_file).open(encoding="utf-8") as file:
            text = file.readline(_MOST_CODE + 2)
    code = text.strip()
    if not 0 < len(code) <= _MOST_CODE:
        raise ValueError("a code of 1 to 128 characters on its first line is wanted")
    return code


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= 86_400:
        raise argparse.ArgumentTypeError("seconds from 0.1 to 86400 are wanted")
    return found


def _camera(text: str) -> CameraId:
    try:
        return CameraId.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
