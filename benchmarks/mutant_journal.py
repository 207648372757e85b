"""What is known of changed code: which changes there are, what the journals say of them, why some live."""

from __future__ import annotations

import json
import random
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.mutants import Mutant, mutants
from benchmarks.result import ROOT

SEED = 20261129
TESTS: Mapping[str, tuple[str, ...]] = {
    "match": ("tests/match",),
    "audit": ("tests/audit", "tests/attack/test_audit_log.py"),
    "policy": ("tests/policy", "tests/attack/test_policy.py"),
}
"""The folders of `src/openanpr` that are changed, and what pytest is to run for each."""

SURVIVED = "survived"
QUICKLY = f"{SURVIVED} the quick tests"
"""Said where slow tests were left out: one of them may notice the change."""

JOURNALS = Path(tempfile.gettempdir()) / "openanpr-mutants"
UNEXPLAINED = "unexplained"
_KNOWN = ROOT / "benchmarks" / "survivors.toml"


LEFT_OUT = "left out"
"""Said where a change would have to be run from the disk, and only those in place were to be tried."""


def survived(verdict: str) -> bool:
    """Whether no test noticed the change."""
    return verdict.startswith(SURVIVED)


@dataclass(frozen=True, slots=True)
class Journal:
    """What was found, one JSON object a line; of the same change the last line counts."""

    path: Path

    def read(self) -> dict[str, list[str]]:
        """The verdicts on each change by its key, in the order of their finding."""
        told: dict[str, list[str]] = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                told.setdefault(row["key"], []).append(row["verdict"])
        return told

    def add(self, mutant: Mutant, verdict: str) -> None:
        """Keep one verdict."""
        row = {
            "key": mutant.key,
            "verdict": verdict,
            "function": mutant.function,
            "line": mutant.line,
            "what": mutant.what,
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one folder: `drawn` are all its changes, of which the first `tried` were tried.

    `left_out` are those on the way that would have to be run from the disk and were not.

    `noticed_first` and `noticed` count those noticed by a test at the first try and at the last. `fresh` are
    the noticed and the tried of those that were drawn after the last test was written for a survivor.
    """

    folder: str
    drawn: tuple[Mutant, ...]
    tried: int
    left_out: int
    noticed_first: int
    noticed: int
    fresh: tuple[int, int]
    survivors: tuple[dict[str, Any], ...]


def changes(folder: str) -> list[Mutant]:
    """Every change of a folder, in the order drawn with the seed: the first of them are a fair sample."""
    files = sorted((ROOT / "src/openanpr" / folder).rglob("*.py"))
    told = [one for file in files for one in mutants(ROOT, file)]
    random.Random(SEED).shuffle(told)
    return told


def found_of(folder: str, journals: Path) -> Found:
    """What the journal of a folder says; changes that were tried out of turn are left out of it."""
    drawn = changes(folder)
    verdicts = Journal(journals / f"{folder}.jsonl").read()
    reached = next((at for at, one in enumerate(drawn) if one.key not in verdicts), len(drawn))
    tried = [one for one in drawn[:reached] if verdicts[one.key][-1] != LEFT_OUT]
    told = tomllib.loads(_KNOWN.read_text(encoding="utf-8"))
    known = _known(told["survivor"])
    fresh = [one for one in drawn[told["fresh"][folder] : reached] if one in tried]
    survivors = tuple(
        {"file": one.file, "line": one.line, "function": one.function, "change": one.what}
        | ({"of": "the quick tests"} if verdicts[one.key][-1] == QUICKLY else {})
        | known.get((one.file, one.function, one.what), {"kind": UNEXPLAINED, "why": ""})
        for one in sorted(tried, key=lambda one: (one.file, one.line, one.place))
        if survived(verdicts[one.key][-1])
    )
    return Found(
        folder,
        tuple(drawn),
        len(tried),
        reached - len(tried),
        sum(not survived(verdicts[one.key][0]) for one in tried),
        len(tried) - len(survivors),
        (sum(not survived(verdicts[one.key][0]) for one in fresh), len(fresh)),
        survivors,
    )


def _known(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Why a survivor may live, by its file, its function and the change."""
    told: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        for what in row["changes"]:
            file = f"src/openanpr/{row['file']}"
            told[file, row["function"], what] = {"kind": row["kind"], "why": row["why"]}
    return told
