"""What of a log is on the disk after whatever happened: torn ends are cut, damage refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from openanpr.audit.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint, sign_checkpoint
from openanpr.audit.commitment import OpeningError
from openanpr.audit.disk import NumberedFiles, write_whole
from openanpr.audit.entry import EntryError, parse_entry
from openanpr.audit.faults import DamagedError, WrongLogError
from openanpr.audit.history import History
from openanpr.audit.merkle import EMPTY_ROOT
from openanpr.audit.note import NoteError, NoteKey, NoteSigner
from openanpr.audit.openings import OpeningFiles
from openanpr.audit.record import read_records
from openanpr.audit.tiles import WIDTH, TileError
from openanpr.audit.tree import Tree

ABOUT = "about.json"
FORMAT = "openanpr-audit/1"


@dataclass(frozen=True, slots=True)
class Standing:
    """A log as it stands on the disk, ready to go on."""

    folder: Path
    entries: NumberedFiles
    openings: OpeningFiles
    tree: Tree
    latest: SignedCheckpoint


def recover(folder: Path, history: History, signer: NoteSigner) -> Standing:
    """Return the log in `folder`, begun anew where there is none. Raises DamagedError, OSError.

    What no later record, no checkpoint and nobody else says was on the disk, and is not whole, was torn by a
    crash before anybody was told of it: it is cut off.
    """
    entries, openings = NumberedFiles(folder / "entries"), OpeningFiles(folder / "openings")
    latest = _begun(folder, history, signer, is_empty=not entries.count())
    try:
        size = _settle_entries(entries, latest.checkpoint.size)
        tree = Tree.stand(folder, size, lambda number: _bundle(entries, number))
        _settle_openings(openings, entries, size)
        _check_root(tree, latest.checkpoint)
    except (TileError, FileNotFoundError) as fault:
        raise DamagedError(None, "its tiles are not whole") from fault
    return Standing(folder, entries, openings, tree, latest)


def _begun(folder: Path, history: History, signer: NoteSigner, *, is_empty: bool) -> SignedCheckpoint:
    """The last checkpoint of the log; of a new one the first, which is of no entries."""
    try:
        latest = history.last(signer.key)
    except (NoteError, CheckpointError) as fault:
        raise DamagedError(None, "its last checkpoint is not signed by its key") from fault
    about = folder / ABOUT
    if about.exists():
        _check_about(about, signer.key)
        if latest is None:
            raise DamagedError(None, "its checkpoints are missing")
        return latest
    if not is_empty or (latest is not None and latest.checkpoint.size):
        raise DamagedError(None, f"{ABOUT} is missing")
    if latest is None:
        latest = sign_checkpoint(Checkpoint(signer.name, 0, EMPTY_ROOT), signer)
        history.add(latest)
    told = {"format": FORMAT, "origin": signer.name, "key": str(signer.key)}
    write_whole(about, json.dumps(told, indent=2).encode() + b"\n")
    return latest


def _check_about(about: Path, key: NoteKey) -> None:
    try:
        told = cast("object", json.loads(about.read_bytes()))
    except ValueError as fault:
        raise DamagedError(None, f"{ABOUT} cannot be read") from fault
    if told != {"format": FORMAT, "origin": key.name, "key": str(key)}:
        raise WrongLogError


def _settle_entries(entries: NumberedFiles, least: int) -> int:
    """Cut off what a crash tore; return the number of entries, which must be `least` or more."""
    count = entries.count()
    if count == 0:
        if least:
            raise DamagedError(0, "it is missing")
        return 0
    first = (count - 1) * WIDTH
    if count > 1 and (before := len(_bundle(entries, count - 2))) != WIDTH:
        raise DamagedError(first - WIDTH + before)
    data = entries.read(count - 1)
    found = read_records(data, first=first)
    size = first + len(found.entries)
    if size < max(least, found.settled):
        raise DamagedError(size)
    if found.whole_bytes < len(data):
        entries.opened(count - 1).cut(found.whole_bytes)
    return size


def _settle_openings(openings: OpeningFiles, entries: NumberedFiles, size: int) -> None:
    begin = max(size - 1, 0) // WIDTH
    for number in range(begin, max(openings.files.count(), -(-size // WIDTH))):
        found = _bundle(entries, number)
        try:
            openings.settle(number, [parse_entry(entry).sealed for entry in found])
        except (OpeningError, EntryError) as fault:
            raise DamagedError(None, "its last entries and what opens them do not fit") from fault


def _check_root(tree: Tree, checkpoint: Checkpoint) -> None:
    root = tree.subtree(0, checkpoint.size) if checkpoint.size else EMPTY_ROOT
    if root != checkpoint.root:
        raise DamagedError(None, "it is not what its last checkpoint was signed for")


def _bundle(entries: NumberedFiles, number: int) -> Sequence[bytes]:
    return read_records(entries.read(number), first=number * WIDTH).entries
