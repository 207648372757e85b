"""Opens what a soak left behind, counts, and prints what is wrong as JSON.

In a process of its own, for chDB opens one folder a process. The node must have ended.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from benchmarks.soak_alerts import alert_faults
from benchmarks.soak_reader import parsed
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.control.engine import open_database, reading
from openanpr.store.control.ingest_tables import shelved_picture
from openanpr.store.control.quarantined_reads import QuarantinedReads
from openanpr.store.engine import Statement
from openanpr.store.journal import Journal
from openanpr.store.read_columns import from_ms

_ABSENT = "0" * 64
_KEY = "force, source, camera, toUnixTimestamp64Milli(captured_at), vrm"
_ORDERS = ("reads", "reads_by_camera")
_COUNTED = {
    order: Statement(f"counted {order}", f"SELECT {_KEY}, count() FROM {order} GROUP BY {_KEY}")  # noqa: S608 - ours
    for order in _ORDERS
}
_PICTURED = Statement(
    "pictured",
    f"SELECT {_KEY}, lower(hex(patch)), lower(hex(overview)) FROM reads LIMIT 1 BY {_KEY}",  # noqa: S608 - ours
)
_BY_VRM = Statement("by vrm", "SELECT vrm, sum(n) FROM vrm_month GROUP BY vrm")
_BY_CAMERA = Statement(
    "by camera", "SELECT force, source, camera, toUnixTimestamp(hour), sum(n) FROM camera_hour GROUP BY ALL"
)
_ANNOUNCED = Statement("announced", "SELECT DISTINCT lower(hex(sha256)) FROM announced")

_NameT = TypeVar("_NameT")

Key = tuple[int, int, int, int, str]
"""Force, source, camera, milliseconds, VRM."""


@dataclass(slots=True)
class Ledgers:
    """What all readers made, which of it their outboxes took, which pictures, and how many lines were cut."""

    made: dict[Key, tuple[str | None, str | None]] = field(
        default_factory=dict[Key, tuple[str | None, str | None]]
    )
    kept: set[Key] = field(default_factory=set[Key])
    pictures: dict[str, Key] = field(default_factory=dict[str, Key])
    refused: int = 0
    cut: int = 0

    def read(self, path: Path) -> None:
        """Take in the ledger of one reader."""
        numbered: dict[int, Key] = {}
        owner: dict[str, Key] = {}
        for text in path.read_bytes().splitlines():
            line = parsed(text)
            match line:
                case None:
                    self.cut += 1
                case {"do": "made"}:
                    camera = CameraId(*map(int, line["camera"].split("/")))
                    key = (camera.force, camera.source, camera.camera, line["at_ms"], line["vrm"])
                    numbered[line["number"]] = key
                    self.made[key] = (line["patch"], line["overview"])
                    owner |= {name: key for name in self.made[key] if name}
                case {"do": "kept"}:
                    self.kept.update(numbered[number] for number in line["numbers"])
                case {"do": "picture"}:
                    self.pictures[line["sha256"]] = owner[line["sha256"]]
                case _:
                    self.refused += 1


def read_id(key: Key) -> int:
    """Return the id of a read by what names it."""
    force, source, camera, at_ms, vrm = key
    return CaptureRecord(CameraId(force, source, camera), from_ms(at_ms), vrm, vrm, "", None).read_id


def store_faults(engine: ChdbFolder, ledgers: Ledgers) -> tuple[dict[str, int], set[Key]]:
    """Return what is wrong with the stored reads and their summaries, by its name, and the reads stored."""
    wrong: Counter[str] = Counter()
    stored: dict[str, dict[Key, int]] = {}
    for order in _ORDERS:
        rows = engine.rows(_COUNTED[order], {}, tuple[int, int, int, int, str, int])
        here = {row[:5]: row[5] for row in rows}
        stored[order] = here
        wrong[f"lost from {order}"] = len(ledgers.kept - here.keys())
        wrong[f"never made, in {order}"] = len(here.keys() - ledgers.made.keys())
        wrong[f"doubled in {order}"] = sum(count > 1 for count in here.values())
    reads = stored["reads"].keys()
    wrong["in one order alone"] = len(reads ^ stored["reads_by_camera"].keys())
    by_vrm = Counter(key[4] for key in reads)
    wrong["counted wrongly in vrm_month"] = unlike(by_vrm, engine.rows(_BY_VRM, {}, tuple[str, int]))
    by_camera = Counter((*key[:3], key[3] // 3_600_000 * 3600) for key in reads)
    rows = engine.rows(_BY_CAMERA, {}, tuple[int, int, int, int, int])
    wrong["counted wrongly in camera_hour"] = unlike(by_camera, [(row[:4], row[4]) for row in rows])
    wrong["with other pictures than made"] = sum(
        (_name(row[5]), _name(row[6])) != ledgers.made.get(row[:5])
        for row in engine.rows(_PICTURED, {}, tuple[int, int, int, int, str, str, str])
    )
    named = {name for key in reads for name in ledgers.made.get(key, ()) if name}
    announced = {name for (name,) in engine.rows(_ANNOUNCED, {}, tuple[str])}
    wrong["announced wrongly"] = len(named ^ announced)
    return dict(wrong), set(reads)


def unlike(wanted: Mapping[_NameT, int], found: Sequence[tuple[_NameT, int]]) -> int:
    """Return by how many counts a summary differs."""
    there = dict(found)
    return sum(abs(wanted.get(name, 0) - there.get(name, 0)) for name in wanted.keys() | there.keys())


def picture_faults(folder: Path, ledgers: Ledgers) -> dict[str, int]:
    """Return what is wrong with the pictures that the outboxes took, by its name."""
    wrong = {"pictures lost": 0, "pictures damaged": 0}
    for sha256, key in ledgers.pictures.items():
        path = folder / f"{from_ms(key[3]):%Y-%m-%d}" / sha256[:2] / f"{sha256}.jpg"
        if not path.exists():
            wrong["pictures lost"] += 1
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            wrong["pictures damaged"] += 1
    return wrong


def intake_faults(data: Path) -> dict[str, int]:
    """Return what was held back though nothing was wrong with it, and what still waits in the journal."""
    engine = open_database(f"sqlite:///{data / 'control.db'}")
    try:
        held = QuarantinedReads(engine).counts()
        with reading(engine) as connection:
            shelved = connection.execute(sa.select(sa.func.count()).select_from(shelved_picture)).scalar_one()
    finally:
        engine.dispose()
    wrong = {f"held: {reason.value}": count for (reason, _), count in held.items()}
    with Journal.open(data / "journal.db", ()) as journal:
        waiting = journal.waiting()
    return wrong | {"on the shelf": shelved} | {f"{name} has yet to take": n for name, n in waiting.items()}


def _name(hexed: str) -> str | None:
    return None if hexed == _ABSENT else hexed


def counted(data: Path, ledgers: Ledgers, listed: Iterable[str], heard: Path | None) -> dict[str, object]:
    """Return how many reads, hits and alerts there are, and what is wrong.

    `heard` is None where nobody watched.
    """
    with closing(ChdbFolder.open(data / "reads")) as engine:
        wrong, stored = store_faults(engine, ledgers)
    wrong |= picture_faults(data / "pictures", ledgers) | intake_faults(data)
    found: dict[str, object] = {"stored": len(stored)}
    if heard is not None:
        marks = set(listed)
        hits = {read_id(key): key for key in stored if key[4] in marks}
        alerts, amiss = alert_faults(data, hits, heard)
        found |= alerts
        wrong |= amiss
    return found | {"wrong": {name: number for name, number in wrong.items() if number}}


def main() -> int:
    """Count, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--ledger", type=Path, action="append", required=True)
    options.add_argument("--marks", type=Path, required=True)
    options.add_argument("--heard", type=Path, help="what the watcher heard")
    asked = options.parse_args()
    ledgers = Ledgers()
    for path in asked.ledger:
        ledgers.read(path)
    listed = [v for vs in json.loads(asked.marks.read_text(encoding="utf-8"))["listed"].values() for v in vs]
    found = counted(asked.data, ledgers, listed, asked.heard)
    found |= {
        "made": len(ledgers.made),
        "kept": len(ledgers.kept),
        "pictures": len(ledgers.pictures),
        "refused": ledgers.refused,
        "cut_lines": ledgers.cut,
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
