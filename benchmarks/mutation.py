"""The share of changed code that the tests notice, and the page of the survivors with why each may live.

`make bench ARGS='--only code-mutants'` goes on with the journals of `code_mutants` until the first 400
changes of each folder were tried, minutes to hours, then writes down all that the journals hold.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mutant_journal import JOURNALS, SEED, TESTS, UNEXPLAINED, Found, found_of
from benchmarks.result import RESULTS, ROOT, Finding, Line
from openanpr.run.score_measures import Share

MOST = 400
_LEAST = 300
_PAGE = RESULTS / "code-mutants.md"
_HEAD = """\
# Changes of the code that no test notices

Made by `make bench ARGS='--only code-mutants'` from its journals and from `benchmarks/survivors.toml`, where
the reasons are written by hand. Every line is one change of one place (`before  ->  after`) that the tests of
its folder let pass. What the kinds mean:

| kind | meaning |
|---|---|
| same | the changed program answers alike in every case: no test could tell |
| slower | the same answers, later or with more memory: a quick look or a table that only saves work |
| judgement | a number or a word that was chosen and could as well be another near it |
| wording | words for people in which a letter more changes nothing |
| guard | a second lock behind another that refuses the same thing first |
| large | shows only in a log larger than the quick tests make |
| unexplained | nobody has looked at it yet |
"""


def code_mutants(_: Path) -> Finding:
    """Changes of `match`, `audit` and `policy`, and how many of them the tests of the folder notice."""
    words = [sys.executable, "-m", "benchmarks.code_mutants", *TESTS, "--most", str(MOST)]
    subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    return written_down()


def written_down() -> Finding:
    """What the journals hold as it stands, with the page of the survivors written anew."""
    found = [found_of(folder, JOURNALS) for folder in TESTS]
    _PAGE.write_text(_page(found), encoding="utf-8")
    detail = {
        one.folder: {
            "changes": len(one.drawn),
            "tried": one.tried,
            "left_out_to_be_run_from_the_disk": one.left_out,
            "noticed": one.noticed,
            "noticed_at_the_first_try": one.noticed_first,
            "fresh_noticed_and_tried": list(one.fresh),
            "survivors_by_kind": dict(Counter(row["kind"] for row in one.survivors)),
            "survivors": list(one.survivors),
        }
        for one in found
    }
    lines = tuple(line for one in found for line in _lines(one))
    tried = "; ".join(f"{one.folder}: {one.tried} of {len(one.drawn)} changes" for one in found)
    return Finding(
        lines, f"benchmarks.code_mutants, the first in the order drawn: {tried}", str(SEED), detail=detail
    )


def _lines(found: Found) -> tuple[Line, ...]:
    whole = found.tried == len(found.drawn)
    unexplained = sum(row["kind"] == UNEXPLAINED for row in found.survivors)
    quickly = sum("of" in row for row in found.survivors)
    slow = f"slow tests left out for {quickly} of {len(found.survivors)} survivors" if quickly else ""
    name = f"`{found.folder}`"
    lines = [
        _share(f"{name} noticed", found.noticed, found.tried, at_least=0.9, whole=whole),
        Line(f"{name} survivors without a reason", float(unexplained), at_least=0, less=True, spread=slow),
    ]
    if found.fresh[1] >= _LEAST:
        lines.append(_share(f"{name}, of those drawn after the last test was written", *found.fresh))
    return tuple(lines)


def _share(
    what: str, noticed: int, tried: int, *, at_least: float | None = None, whole: bool = False
) -> Line:
    """A row; where only a sample was tried, with the interval of the share."""
    if tried < _LEAST:
        return Line(what, None, at_least=at_least, spread=f"{tried} tried, {_LEAST} at least are wanted")
    share = Share(noticed, tried)
    spread = f"{noticed} of {tried}"
    if share.interval is not None and not whole:
        spread = "{:.3f} to {:.3f}, ".format(*share.interval) + spread
    return Line(what, share.value, at_least=at_least, spread=spread)


def _page(found: Sequence[Found]) -> str:
    text = _HEAD
    for one in found:
        text += (
            f"\n## `{one.folder}`: {one.noticed} of {one.tried} noticed, {len(one.drawn)} changes in all\n\n"
        )
        if one.left_out:
            text += f"{one.left_out} on the way would have to be run from the disk, and were left out.\n\n"
        text += "| where | change | kind | why |\n|---|---|---|---|\n"
        for row in one.survivors:
            where = f"{Path(row['file']).name}:{row['line']} {row['function']}".strip()
            change = str(row["change"]).replace("|", "\\|").replace("`", "'")
            text += f"| {where} | `{change}` | {row['kind']} | {row['why']} |\n"
    return text
