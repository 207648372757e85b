"""Do the tests catch changed code? `python -m benchmarks.code_mutants match audit policy`, hours on one core.

The files of `src/openanpr/FOLDER` are changed in one place at a time (`mutants` tells how), in an order drawn
with a seed, and for each change the tests of the folder run until one fails (`mutant_runs`). What was found
is kept line by line in a journal outside the checkout, so that a run goes on where the last one stopped;
`--again` tries the survivors once more, after tests were added. `--most N` stops after the first N changes of
a folder: a sample. `--quick S` leaves out the tests that take longer than S seconds of the processor, so a
survivor may be none. Why a survivor may live stands in `survivors.toml`; what the journals hold is written
down by `make bench ARGS='--only code-mutants'`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401 - loaded once, before all the forks
import numpy as np  # noqa: F401 - as above

from benchmarks.mutant_journal import (
    JOURNALS,
    LEFT_OUT,
    QUICKLY,
    SURVIVED,
    TESTS,
    Journal,
    changes,
    found_of,
    survived,
)
from benchmarks.mutant_runs import InPlace, from_disk
from benchmarks.mutants import Mutant
from benchmarks.result import ROOT


def campaign(
    folder: str, chosen: Sequence[Mutant], journal: Journal, *, quick_s: float | None, in_place: bool
) -> None:
    """Try these changes in turn; what is found stands in the journal. Raises RunError."""
    with tempfile.TemporaryDirectory() as place:
        checkout = Path(place).resolve() / "checkout"
        kept = shutil.ignore_patterns(".venv", ".git", "out", "__pycache__", ".hypothesis", "node_modules")
        shutil.copytree(ROOT, checkout, ignore=kept)
        session = InPlace(checkout, TESTS[folder], journal.path.with_suffix(".tests"), quick_s)
        _give_way()
        told = session.tests if quick_s is None else session.tests.quick(quick_s)
        for mutant in chosen:
            verdict: str | None = None
            if not told.touches_import(mutant):
                verdict = session.verdict(mutant, told.of(mutant))
            if verdict is None and in_place:
                verdict = LEFT_OUT
            elif verdict is None or (verdict == SURVIVED and told.starting):
                verdict = from_disk(checkout, told, mutant)
            journal.add(mutant, QUICKLY if verdict == SURVIVED and quick_s is not None else verdict)
        session.close()


def _give_way() -> None:
    """Let every other session of the machine go first, where this process leads one of its own (`setsid`)."""
    weight = Path("/proc/self/autogroup")
    if os.getsid(0) == os.getpid() and weight.exists():
        weight.write_text("19", encoding="ascii")


def main() -> int:
    """Run the campaign, print the survivors and the share of each folder; 1 when one is under 90 in 100."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folders", nargs="+", choices=list(TESTS), metavar="FOLDER", help=" or ".join(TESTS))
    options.add_argument(
        "--journals", type=Path, default=JOURNALS, metavar="FOLDER", help=f"default {JOURNALS}"
    )
    options.add_argument("--most", type=int, metavar="N", help="no more than the first N changes of a folder")
    options.add_argument(
        "--quick", type=float, metavar="S", help="leave out tests that take longer than that"
    )
    options.add_argument("--in-place", action="store_true", help="leave out what must be run from the disk")
    options.add_argument("--again", action="store_true", help="try the survivors of the journal again")
    options.add_argument("--told", action="store_true", help="only print what the journals hold")
    asked = options.parse_args()
    asked.journals.mkdir(parents=True, exist_ok=True)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    missed = 0
    for folder in asked.folders:
        if not asked.told:
            journal = Journal(asked.journals / f"{folder}.jsonl")
            verdicts = journal.read()
            chosen = changes(folder)[: asked.most]
            done = {key for key, said in verdicts.items() if asked.in_place or said[-1] != LEFT_OUT}
            left = [one for one in chosen if one.key not in done]
            if asked.again:
                left = [one for one in chosen if survived(verdicts.get(one.key, [""])[-1])] + left
            began = time.monotonic()
            if left:
                campaign(folder, left, journal, quick_s=asked.quick, in_place=asked.in_place)
                print(f"{folder}: {len(left)} changes in {time.monotonic() - began:.0f} s", flush=True)
        found = found_of(folder, asked.journals)
        for one in found.survivors:
            where = f"{one['file']}:{one['line']}: {one['function']}"
            print(f"{where}: {one['change']}  [{one['kind']}]")
        share = found.noticed / max(1, found.tried)
        all_told = f"{found.noticed} of {found.tried} noticed ({share:.1%}), of {len(found.drawn)} in all"
        print(f"{folder}: {all_told}", flush=True)
        missed += share < 0.9
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
