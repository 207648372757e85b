"""Verify a copy of a public site, in a folder, with no network, database or other program.

    python -m openanpr.publish.copy.verify FOLDER [--key KEY]

Ends with 0 where all holds and is fresh, 1 where something was changed, is not proved or leads nowhere, 2
where it was not called rightly, 3 where all holds and something is older than it may be. It needs Python
alone, and is quicker where the package cryptography is installed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from openanpr.audit.calling import FAILS, HOLDS, CallError, add_key_and_day, called, ended, read_key
from openanpr.audit.note import KeyKind, NoteError, NoteKey
from openanpr.publish.copy.look import KEY, CopyError, Looked, look

OLD: Final = 3
"""All holds, and something is older than it may be."""

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 16_000_000
MOST_IN_ALL: Final = 256_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the arguments of this command."""
    parser.add_argument("folder", metavar="FOLDER", help="the folder with the copy")
    add_key_and_day(parser)


def run(asked: argparse.Namespace) -> int:
    """Verify what was asked for; print what was found; return the exit status."""
    return ended(_run, asked)


def _run(asked: argparse.Namespace) -> int:
    return told(read_folder(Path(asked.folder)), asked.key, asked.on)


def told(files: Mapping[str, bytes], given: str | None, on: str | None) -> int:
    """Print what is found in the files of a copy; return the exit status. Raises CallError."""
    key, own = _key(files, given)
    try:
        found = look(files, key=key, now=_now(on))
    except CopyError as fault:
        raise CallError(str(fault)) from fault
    sys.stdout.write("\n".join(_lines(found, own_key=own)) + "\n")
    if not found.holds:
        return FAILS
    return OLD if found.faults else HOLDS


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path; raises CallError, OSError.

    Links are not followed: they could lead to what is no part of the copy.
    """
    if not folder.is_dir():
        raise CallError(f"{folder} is no folder: name the folder of a copy")
    found, room = dict[str, bytes](), MOST_IN_ALL
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file() or len(found) >= MOST_FILES:
            raise CallError(f"{folder} has a link in it, or too many files: it is no copy of a public site")
        with path.open("rb") as stream:
            body = stream.read(MOST_BYTES + 1)
        room -= len(body)
        if len(body) > MOST_BYTES or room < 0:
            raise CallError(f"{folder} has more bytes than such a copy can have")
        found[path.relative_to(folder).as_posix()] = body
    return found


def _lines(found: Looked, *, own_key: bool) -> Iterator[str]:
    first = "NOT WHOLE" if not found.holds else "OLD" if found.faults else "WHOLE"
    yield f"{first}: {found.files} files, made {found.made_at:%Y-%m-%d %H:%M} UTC"
    yield from (_harmless(str(one)) for one in found.faults)
    if own_key:
        yield "the key is the copy's own: get the log's key from elsewhere and give it with --key"
    if found.signed is not None:
        one = found.signed.checkpoint
        yield f"the log {one.origin} signed its checkpoint of {one.size} entries"
    yield f"{found.proved} documents of figures are proved by the log"
    if found.earlier:
        yield f"{found.earlier} are of an earlier log: verify each with that log's key"
    yield f"the whole has the digest {found.digest}, which the log has if it was handed over so"
    for name, by in found.promises.items():
        yield f"{name}: new by {by:%Y-%m-%d %H:%M} UTC"
    for one in found.elsewhere:
        when = f"looked at on {one.looked_at} by {one.looked_by}" if one.looked_at else "nobody says when"
        yield _harmless(f"leads outside: {one.address} ({when}) from {', '.join(one.pages)}")


def _harmless(text: str) -> str:
    """A line that steers no terminal, whatever a copy says."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _key(files: Mapping[str, bytes], given: str | None) -> tuple[NoteKey, bool]:
    if given is not None:
        return read_key(given, KeyKind.ED25519), False
    try:
        return NoteKey.parse(files.get(KEY, b"").decode("ascii").strip()), True
    except (NoteError, UnicodeDecodeError) as fault:
        raise CallError(f"the copy has no {KEY}: give the log's key with --key") from fault


def _now(on: str | None) -> datetime:
    try:
        return datetime.now(UTC) if on is None else datetime.fromisoformat(on).replace(tzinfo=UTC)
    except ValueError as fault:
        raise CallError("a day is written as 2026-12-03") from fault


def main(argv: Sequence[str] | None = None) -> int:
    """Verify what the command line names."""
    return called("python -m openanpr.publish.copy.verify", __doc__, add_arguments, run, argv)


if __name__ == "__main__":
    sys.exit(main())
