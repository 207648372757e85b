"""What every command that verifies has in common: its keys, its exit statuses, its last words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from openanpr.audit.note import KeyKind, NoteError, NoteKey, Seen

HOLDS: Final = 0
"""All holds."""
FAILS: Final = 1
"""Something does not hold, and was named."""
NOT_CALLED_RIGHTLY: Final = 2

Verb: TypeAlias = Callable[[argparse.Namespace], int]
AddArguments: TypeAlias = Callable[[argparse.ArgumentParser], None]


class CallError(Exception):
    """The call cannot be understood; the sentence says what to give."""


def ended(verb: Verb, asked: argparse.Namespace) -> int:
    """Return the exit status of a command; what it was given and cannot use is said on standard error."""
    try:
        return verb(asked)
    except CallError as fault:
        sys.stderr.write(f"{fault}\n")
    except OSError as fault:
        sys.stderr.write(f"{fault.filename or 'a file'} cannot be read: {fault.strerror}\n")
    return NOT_CALLED_RIGHTLY


def called(
    prog: str, about: str | None, add_arguments: AddArguments, verb: Verb, argv: Sequence[str] | None
) -> int:
    """Return the exit status of a command that a command line (None: the process's own) spells."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_arguments(parser)
    return verb(parser.parse_args(argv))


def add_witness(parser: argparse.ArgumentParser) -> None:
    """Give a parser the argument that names witnesses."""
    parser.add_argument(
        "--witness",
        metavar="KEY",
        action="append",
        default=[],
        help="the key of a witness that must have signed too (may be repeated)",
    )


def add_key_and_day(parser: argparse.ArgumentParser) -> None:
    """Give a parser the arguments that name the log's key, of a copy of a site, and the day."""
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="the log's key, name+id+base64 or a file with it, from where the copy is not kept; without it "
        "the copy's own is taken, and said to be so",
    )
    parser.add_argument("--on", metavar="DAY", help="as of another day than today, such as 2026-12-03")


def read_key(text: str, kind: KeyKind) -> NoteKey:
    """Return a key that was given as itself, or as the name of a file that holds it.

    Raises CallError, OSError.
    """
    try:
        key = NoteKey.parse(text if "+" in text else Path(text).read_text(encoding="utf-8").strip())
    except (NoteError, UnicodeDecodeError) as fault:
        raise CallError(f"a key that was given cannot be read: {fault}") from fault
    if key.kind is not kind:
        raise CallError(f"the key of {key.name} is of kind {key.kind}, and {kind} is needed here")
    return key


def unsigned_by(wanted: Sequence[NoteKey], seen: Sequence[Seen]) -> str:
    """Return the sentence that names the witnesses which have not signed; "" where all have."""
    missing = [key.name for key in wanted if key not in {one.key for one in seen}]
    return f"the checkpoint is not signed by the witness {', '.join(missing)}" if missing else ""
