"""What waits in a reader's outbox: told, and let go again, with the reader running or not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TextIO

from openanpr.deliver.outbox import Outbox
from openanpr.deliver.outbox_file import OutboxError
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.reader.state import StateFolder
from openanpr.run.sighting import printable


def show_status(state: Path, *, as_json: bool, out: TextIO, err: TextIO) -> int:
    """Tell what waits in a reader's outbox, also while it runs; return the exit code."""
    try:
        folder = StateFolder(state)
        enrolled = folder.enrolled()
        with _outbox_there(folder) as outbox:
            fill, aside = outbox.fill(), outbox.aside()
    except RefusedError as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    told = {
        "device": None if enrolled is None else enrolled.device,
        "node": None if enrolled is None else enrolled.node,
        "camera": None if enrolled is None else enrolled.camera,
        "waiting": fill.reads - fill.reads_aside,
        "oldest": None if fill.oldest is None else fill.oldest.isoformat(),
        "bytes": fill.read_bytes,
        "pictures_waiting": fill.pictures - fill.pictures_aside,
        "picture_bytes": fill.picture_bytes,
        "refused": fill.refused_reads,
        "refused_pictures": fill.refused_pictures,
        "set_aside": dict(aside),
    }
    if as_json:
        print(json.dumps(told), file=out)
        return ExitCode.DONE
    for name, value in told.items():
        shown = ", ".join(f"{why}: {n}" for why, n in aside.items()) if name == "set_aside" else value
        print(f"{name.replace('_', ' ')}: {'none' if shown in {None, ''} else shown}", file=out)
    return ExitCode.DONE


def release_aside(state: Path, *, out: TextIO, err: TextIO) -> int:
    """Let what was set aside wait again, also while the reader runs; return the exit code."""
    try:
        with _outbox_there(StateFolder(state)) as outbox:
            count = outbox.release()
    except (RefusedError, sqlite3.Error) as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    print(f"{count} reads and pictures wait again", file=out)
    return ExitCode.DONE


def open_outbox(state: StateFolder) -> Outbox:
    """Return the reader's outbox, made where there is none; raises RefusedError."""
    try:
        return Outbox.open(state.outbox)
    except (OutboxError, OSError) as error:
        raise RefusedError(f"{state.outbox}: {error}") from error


def _outbox_there(state: StateFolder) -> Outbox:
    if not state.outbox.exists():
        raise RefusedError(f"no reader has run with the state folder {state.path}: give --state or --camera")
    return open_outbox(state)
