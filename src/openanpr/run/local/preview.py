"""`openanpr cameras preview`: one picture of what a camera sees now, asked for and logged as on its page."""

from __future__ import annotations

import argparse
import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.verb import BY, add_data, data_of, harmless, refused

_EVERY_S: Final = 0.5
_NOTHING: Final = (
    "the reader sends none: its power or line may be down, its source may give no pictures, or it was "
    "started without previews; another maker's system never sends any"
)


def add_preview(cameras: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the group of cameras."""
    help_ = "look at what a camera sees now: one picture, which is logged as a look for a minute"
    preview = cameras.add_parser("preview", help=help_, description=help_, allow_abbrev=False)
    preview.add_argument("camera", metavar="CAMERA", help="force/source/camera")
    preview.add_argument("--to", metavar="FILE", type=Path, help="a new file to save the picture (JPEG) in")
    preview.add_argument(BY.name, metavar="BY", help=BY.help)
    add_data(preview)
    preview.add_argument("--json", action="store_true", help="print the node's answer as JSON")
    preview.set_defaults(command=_preview)


def _preview(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask, login_name  # noqa: PLC0415 - loads httpx

    data = data_of(arguments)
    by = arguments.by or login_name(data)
    address = f"/cameras/{quote(arguments.camera.replace('/', '.'), safe='')}/preview"
    try:
        ask(data, "POST", address, form={"by": by})
        seen = _first(lambda: ask(data, "GET", address, query={"as": by}))
        if arguments.to is not None:
            write_new(arguments.to, base64.b64decode(seen["picture"]["jpeg"]))
    except RefusedError as refusal:
        return refused(refusal)
    print(json.dumps(seen, indent=1) if arguments.json else _told(harmless(seen), arguments.to))
    return ExitCode.DONE


def _first(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
    """Return the first answer with a picture; raises RefusedError where none comes while one is awaited."""
    from openanpr.ingest.preview import KEPT_S  # noqa: PLC0415 - loads msgspec

    while True:
        seen = ask()
        if seen["picture"] is not None:
            return seen
        if seen["left_s"] <= 0 or seen["waited_s"] >= KEPT_S:
            raise RefusedError(_NOTHING)
        time.sleep(_EVERY_S)


def _told(seen: Any, saved: Path | None) -> str:  # noqa: ANN401 - JSON
    """Return what the picture is, and where the reader found plates on it, in parts of it; no mark."""
    picture = seen["picture"]
    boxes = [
        f"plate at {one['left']:.1%} from the left, {one['top']:.1%} from the top, "
        f"{one['width']:.1%} wide, {one['height']:.1%} high"
        for one in picture["boxes"]
    ]
    size = f"{picture['width']} x {picture['height']} pixels, {picture['age_s']} s old"
    lines = [f"camera {seen['camera']}: {size}", *(boxes or ["no plate found on it"])]
    return "\n".join([*lines, *([] if saved is None else [f"saved in {saved}: delete it when it is seen"])])
