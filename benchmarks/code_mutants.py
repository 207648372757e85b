"""Do the tests catch changed code? `python -m benchmarks.code_mutants match audit policy`, hours on one core.

The files of `src/openanpr/FOLDER` are changed in one place at a time (`mutants` tells how), in an order drawn
with a seed, and for each change the tests of the folder run until one fails (`mutant_runs`). What was found
is kept line by line in a journal outside the checkout, so that a run goes on where the last one stopped;
`--again` tries the survivors once more, after tests were added. `--most N` stops after the first N changes of
a folder: a sample. Why a survivor may live stands in `survivors.toml`; what the journals hold is written down
by `make bench ARGS='--only code-mutants'`.
"""

from __future__ import annotations

import argparse
import os
import pickle
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401 - loaded once, before all the forks
import numpy as np  # noqa: F401 - as above

from benchmarks.mutant_journal import JOURNALS, SURVIVED, TESTS, Journal, changes, found_of
from benchmarks.mutant_runs import Tests, from_disk, in_fork, in_session
from benchmarks.mutants import Mutant
from benchmarks.result import ROOT

_DAY_S = 86_400.0


def campaign(folder: str, chosen: Sequence[Mutant], journal: Journal) -> None:
    """Try these changes; what is found stands in the journal."""
    with tempfile.TemporaryDirectory() as place:
        checkout = Path(place).resolve() / "checkout"
        kept = shutil.ignore_patterns(".venv", ".git", "out", "__pycache__", ".hypothesis", "node_modules")
        shutil.copytree(ROOT, checkout, ignore=kept)
        handed = Path(place) / "handed"

        def tried_in_place() -> str:
            told, left = in_session(
                checkout, TESTS[folder], chosen, journal.add, journal.path.with_suffix(".tests")
            )
            handed.write_bytes(pickle.dumps((told, left)))
            return SURVIVED

        ended = in_fork(tried_in_place, 10 * _DAY_S)
        if ended != SURVIVED:
            sys.exit(f"{folder}: the tests could not be run on the code as it is: {ended}")
        told: Tests
        left: list[Mutant]
        told, left = pickle.loads(handed.read_bytes())  # noqa: S301 - our own process wrote it
        for mutant in left:
            journal.add(mutant, from_disk(checkout, told, mutant))


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
            left = [one for one in chosen if one.key not in verdicts]
            if asked.again:
                left = [one for one in chosen if verdicts.get(one.key, [""])[-1] == SURVIVED] + left
            began = time.monotonic()
            if left:
                campaign(folder, left, journal)
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
