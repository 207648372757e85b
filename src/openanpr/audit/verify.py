"""Verify an exported audit log, or one entry that was disclosed, with no network, database or other program.

    python -m openanpr.audit.verify FOLDER [--checkpoint KEPT] [--key KEY] [--witness KEY]
    python -m openanpr.audit.verify --entry FILE --key KEY

Ends with 0 where all is whole, 1 where it is not (and names the first entry that does not fit), 2 where it
was not called rightly. It needs Python alone, and is quicker where the package cryptography is installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from openanpr.audit.calling import CallError, add_witness, called, ended, read_key, unsigned_by
from openanpr.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from openanpr.audit.commitment import OpeningError
from openanpr.audit.disclosure import Disclosure, DisclosureError, Proved, verify_disclosure
from openanpr.audit.entry import EntryError
from openanpr.audit.examine import (
    CLOCK_TOLERANCE,
    MOST_NOTE_BYTES,
    Examined,
    ExamineError,
    Trust,
    examine,
    read_bounded,
)
from openanpr.audit.merkle import ProofError
from openanpr.audit.note import KeyKind, NoteError, NoteKey, Seen

_UNPROVED = (NoteError, CheckpointError, ProofError, EntryError, OpeningError, DisclosureError, ExamineError)


_MOST_ENTRY_BYTES = 10_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the arguments of this command."""
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="an exported log")
    parser.add_argument(
        "--checkpoint",
        "--since",
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint of this log that you kept: it must go on from it (may be repeated)",
    )
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="the log's key, name+id+base64 or a file with it, from where the log is not kept; without it "
        "the folder's own is taken, and said to be so",
    )
    add_witness(parser)
    parser.add_argument("--entry", metavar="FILE", help="a disclosed entry to verify instead of a folder")


def run(asked: argparse.Namespace) -> int:
    """Verify what was asked for; print what was found; return the exit status."""
    return ended(_run, asked)


def _run(asked: argparse.Namespace) -> int:
    witnesses = tuple(read_key(text, KeyKind.COSIGNATURE) for text in cast("list[str]", asked.witness))
    if (asked.folder is None) == (asked.entry is None):
        raise CallError("name the folder of an exported log, or --entry with the file of a disclosed one")
    try:
        if asked.entry is not None:
            return _verify_entry(Path(asked.entry), asked, witnesses)
        return _verify_folder(Path(asked.folder), asked, witnesses)
    except _UNPROVED as fault:
        sys.stdout.write(f"NOT WHOLE: {fault}\n")
        return 1


def _verify_folder(folder: Path, asked: argparse.Namespace, witnesses: tuple[NoteKey, ...]) -> int:
    if not folder.is_dir():
        raise CallError(f"{folder} is no folder: name the folder of an exported log")
    key, own = _log_key(folder, asked.key)
    kept = tuple(_kept(Path(name), key) for name in cast("list[str]", asked.checkpoint))
    found = examine(folder, Trust(key, witnesses, kept))
    _demand(witnesses, found.signed.witnesses)
    sys.stdout.write("\n".join(_told(found, kept, own_key=own)) + "\n")
    return 0


def _verify_entry(path: Path, asked: argparse.Namespace, witnesses: tuple[NoteKey, ...]) -> int:
    if asked.key is None:
        raise CallError("a disclosed entry is verified with the log's key: give it with --key")
    key = read_key(cast("str", asked.key), KeyKind.ED25519)
    disclosure = Disclosure.parse(read_bounded(path, _MOST_ENTRY_BYTES))
    proved = verify_disclosure(disclosure, log_key=key, witnesses=witnesses)
    _demand(witnesses, proved.witnesses)
    sys.stdout.write("\n".join(_told_entry(disclosure.index, proved, key)) + "\n")
    return 0


def _told(found: Examined, kept: Sequence[Checkpoint], *, own_key: bool) -> list[str]:
    now = found.signed.checkpoint
    lines = [f"WHOLE: {now.size} entries of the log {now.origin}, root {now.root.hex()}"]
    if own_key:
        lines.append(
            "but the key is the folder's own: get the log's key from elsewhere and give it with --key"
        )
    if found.first_at and found.last_at:
        lines.append(f"from {_at(found.first_at)} to {_at(found.last_at)}")
    lines += [f"{act}: {count}" for act, count in sorted(found.acts.items())]
    lines += [f"goes on from the checkpoint of {one.size} entries that you kept" for one in kept]
    lines.append(f"agrees with {found.history} earlier checkpoints of its own")
    lines += _told_witnesses(found.signed.witnesses)
    if found.opened or found.erased:
        lines.append(f"{found.opened} openings fit their entries, {found.erased} are told to be erased")
    if found.clock_fell:
        lines.append(
            f"the time falls by more than {CLOCK_TOLERANCE.seconds} s at {len(found.clock_fell)} entries, "
            f"first at entry {found.clock_fell[0]}: a clock was set back"
        )
    if found.later_version:
        lines.append(
            f"{found.later_version} entries of a later schema were hashed, not read: use a later program"
        )
    return lines


def _told_entry(index: int, proved: Proved, key: NoteKey) -> list[str]:
    entry = proved.entry
    lines = [f"PROVED: entry {index} of {proved.size} of the log {key.name}: {entry.act} at {_at(entry.at)}"]
    lines += [f"{name}: {value}" for name, value in sorted(entry.public.items())]
    for name in sorted(entry.sealed):
        # What was opened may hold anything: control characters do not reach the terminal.
        lines.append(
            f"{name} (opened): {proved.values[name]!r}" if name in proved.values else f"{name}: not opened"
        )
    return lines + _told_witnesses(proved.witnesses)


def _told_witnesses(witnesses: Sequence[Seen]) -> list[str]:
    return [f"seen by {one.key.name} at {_at(datetime.fromtimestamp(one.at or 0, UTC))}" for one in witnesses]


def _demand(wanted: Sequence[NoteKey], seen: Sequence[Seen]) -> None:
    if missing := unsigned_by(wanted, seen):
        raise ExamineError(missing)


def _log_key(folder: Path, given: str | None) -> tuple[NoteKey, bool]:
    """The key to verify with, and whether it is only the folder's own word."""
    if given is not None:
        return read_key(given, KeyKind.ED25519), False
    try:
        about = cast("object", json.loads(read_bounded(folder / "about.json", MOST_NOTE_BYTES)))
        return NoteKey.parse(cast("dict[str, str]", about)["key"]), True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FileNotFoundError) as fault:
        raise CallError("the folder names no key: give the log's key with --key") from fault


def _kept(path: Path, key: NoteKey) -> Checkpoint:
    try:
        return open_checkpoint(read_bounded(path, MOST_NOTE_BYTES), log_key=key).checkpoint
    except (NoteError, CheckpointError) as fault:
        raise CallError(f"the checkpoint {path} that you kept cannot be used: {fault}") from fault


def _at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def main(argv: Sequence[str] | None = None) -> int:
    """Verify what the command line names."""
    return called("python -m openanpr.audit.verify", __doc__, add_arguments, run, argv)


if __name__ == "__main__":
    sys.exit(main())
