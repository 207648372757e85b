"""`openanpr public ...`: the public site written into a folder, to be hosted by whatever serves files."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import BY, add_data, add_group, data_of, refused

_INDEX: Final = "data.json"
"""The file by which a folder is known to hold an earlier export."""

_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


def add_public(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = add_group(commands, "public", "the site that the public reads", ())
    help_ = "write the whole site into a folder, in the place of an earlier one; logged first"
    parser = inner.add_parser("export", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, help="the folder: a new one, or an earlier export"
    )
    parser.add_argument(BY.name, help=BY.help)
    add_data(parser)
    parser.set_defaults(command=_export)
    _add_check(inner)


def _add_check(inner: Any) -> None:  # noqa: ANN401 - as above
    from openanpr.audit.calling import add_key_and_day  # noqa: PLC0415 - one command does not load another

    help_ = "look at a copy of the site, in a folder or at a URL: whole, proved, linked, fresh; needs no node"
    parser = inner.add_parser("check", help=help_, description=help_, allow_abbrev=False)
    parser.add_argument("copy", metavar="COPY", help="the folder, or the address of its first page")
    add_key_and_day(parser)
    parser.set_defaults(command=_check)


def _export(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask, login_name  # noqa: PLC0415 - loads httpx

    try:
        _verify_ours(arguments.folder)
        data = data_of(arguments)
        answer = ask(data, "POST", "/public/export", form={"by": arguments.by or login_name(data)})
        files = {
            _inside(path): base64.b64decode(body, validate=True) for path, body in answer["files"].items()
        }
        _put(arguments.folder, files)
    except binascii.Error as fault:
        return refused(RefusedError(f"the node's answer cannot be read: {fault}"))
    except OSError as fault:
        return refused(RefusedError(f"{arguments.folder} cannot be written ({fault.strerror})"))
    except RefusedError as refusal:
        return refused(refusal)
    print(
        f"{len(files)} files are in {arguments.folder}; their digest, as the log has it:\n{answer['digest']}"
    )
    return ExitCode.DONE


def _check(arguments: argparse.Namespace) -> int:
    from openanpr.audit.calling import ended  # noqa: PLC0415 - as above
    from openanpr.run.audit_fetch import FetchError  # noqa: PLC0415 - only this goes to the network

    try:
        return ended(_checked, arguments)
    except FetchError as fault:
        return refused(RefusedError(str(fault)))


def _checked(arguments: argparse.Namespace) -> int:
    from openanpr.publish.copy.verify import read_folder, told  # noqa: PLC0415 - as above
    from openanpr.run.site_fetch import fetched_site  # noqa: PLC0415 - as above

    copy = arguments.copy
    files = fetched_site(copy) if "://" in copy else read_folder(Path(copy))
    return told(files, arguments.key, arguments.on)


def _inside(path: str) -> PurePosixPath:
    """Return a path that stays within the folder; raises RefusedError."""
    found = PurePosixPath(path)
    if found.is_absolute() or ".." in found.parts or "\0" in path or not found.name:
        raise RefusedError("the node's answer names a file outside the folder: nothing was written")
    return found


def _verify_ours(folder: Path) -> None:
    """Raise RefusedError for a folder that holds something else: it would be taken away."""
    if not folder.exists():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise RefusedError(f"{folder} is no folder: name a new one, or one with an earlier export")
    if any(folder.iterdir()) and not (folder / _INDEX).is_file():
        raise RefusedError(f"{folder} holds something else: name a new folder, or one with an earlier export")


def _put(folder: Path, files: dict[PurePosixPath, bytes]) -> None:
    """Write all beside the folder, then swap: what is served is the old site or the new, never a part."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new, old = beside / "new", beside / "old"
        for path, body in sorted(files.items()):
            place = new / path
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(place, body)
        _alike(new, _made_at(files))
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        if not folder.exists() and (beside / "old").exists():
            (beside / "old").rename(folder)
        shutil.rmtree(beside, ignore_errors=True)


def _alike(folder: Path, at: float) -> None:
    """Let everybody read it, whatever the mask here; of one time, so that none tells when it was written."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)
        os.utime(path, (at, at))


def _made_at(files: dict[PurePosixPath, bytes]) -> float:
    """When the site was made, by its own index; the beginning of all times where that does not say."""
    try:
        told = json.loads(files[PurePosixPath(_INDEX)])
        return datetime.fromisoformat(told["made_at"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return 0.0


def _write(place: Path, body: bytes) -> None:
    with place.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
