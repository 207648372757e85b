"""Verify a published month or a note on one, with no network, database or other program.

    python -m openanpr.publish.verify FILE --key KEY [--witness KEY] [--log FOLDER]

Ends with 0 where all holds, 1 where it does not (and names the first step), 2 where it was not called
rightly. It needs Python alone, and is quicker where the package cryptography is installed. With --log, an
export of the node's audit log, what the log tells of is counted anew from it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from openanpr.audit.calling import CallError, add_witness, called, ended, read_key, unsigned_by
from openanpr.audit.checkpoint import CheckpointError
from openanpr.audit.entry import EntryError
from openanpr.audit.examine import ExamineError, Trust, examine, read_bounded
from openanpr.audit.note import KeyKind, NoteError, NoteKey
from openanpr.publish.exported import ExportedEntries
from openanpr.publish.proof import Proved, UnprovedError, verify
from openanpr.publish.publication import PublicationError, ReadPublication
from openanpr.publish.recount_log import Agreement, recount_log

MOST_BYTES: Final = 8_000_000
_UNPROVED = (UnprovedError, PublicationError, ExamineError, EntryError, NoteError, CheckpointError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the arguments of this command."""
    parser.add_argument("file", metavar="FILE", help="the file of a published month, or of a note")
    parser.add_argument(
        "--key",
        metavar="KEY",
        required=True,
        help="the log's key, name+id+base64 or a file with it, from where the figures are not kept",
    )
    add_witness(parser)
    parser.add_argument(
        "--log",
        metavar="FOLDER",
        help="an export of the log: what it tells of is counted anew from it and compared",
    )


def run(asked: argparse.Namespace) -> int:
    """Verify what was asked for; print what was found; return the exit status."""
    return ended(_run, asked)


def _run(asked: argparse.Namespace) -> int:
    key = read_key(asked.key, KeyKind.ED25519)
    witnesses = tuple(read_key(text, KeyKind.COSIGNATURE) for text in cast("list[str]", asked.witness))
    try:
        proved = verify(read_bounded(Path(asked.file), MOST_BYTES), log_key=key, witnesses=witnesses)
        _demand(witnesses, proved)
        lines = [*_told(proved)]
        differs = False
        if asked.log is not None:
            for line, agrees in _recounted(proved.read, Path(asked.log), key):
                lines.append(line)
                differs = differs or not agrees
    except _UNPROVED as fault:
        sys.stdout.write(f"NOT PROVED: {fault}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if differs else 0


def _told(proved: Proved) -> Iterator[str]:
    now, read = proved.signed.checkpoint, proved.read
    what = "a note" if read is None else f"the figures of {read.period}"
    yield f"PROVED: {what}, committed to by entry {proved.index} of {now.size} of the log {now.origin}"
    yield f"digest {proved.digest}"
    for one in proved.signed.witnesses:
        yield f"seen by {one.key.name}"
    if read is None:
        # Whoever wrote it may have written anything: control characters do not reach the terminal.
        yield f"note: {proved.note!r}"
        return
    yield f"each of its {len(read.figures)} figures is what the cells that are shown make it"
    yield f"counted under a checkpoint of {read.under.size} entries, which the log goes on from"


def _recounted(read: ReadPublication | None, folder: Path, key: NoteKey) -> Iterator[tuple[str, bool]]:
    if read is None:
        raise CallError("a note has no figures that could be counted: leave out --log")
    if not folder.is_dir():
        raise CallError(f"{folder} is no folder: name the folder of an exported log")
    found = examine(folder, Trust(key, (), (read.under,)))
    log = ExportedEntries(folder, found.signed.checkpoint.size)
    for one in recount_log(read, log):
        agrees = one.agreement is Agreement.AGREES
        yield f"counted anew from the log: {one.population} {one.agreement}", agrees
        yield from ((f"  {told}", agrees) for told in one.differing)


def _demand(wanted: Sequence[NoteKey], proved: Proved) -> None:
    if missing := unsigned_by(wanted, proved.signed.witnesses):
        raise UnprovedError(missing)


def main(argv: Sequence[str] | None = None) -> int:
    """Verify what the command line names."""
    return called("python -m openanpr.publish.verify", __doc__, add_arguments, run, argv)


if __name__ == "__main__":
    sys.exit(main())
