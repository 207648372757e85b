"""Measure what the reader and the parts of the node reach: `python -m benchmarks.bench [--only NAME]`.

Writes benchmarks/results/<name>.json for every measure that was run, and the table in README.md there.
Photographs are looked for in OPENANPR_DATA, default ../shared/data beside the checkout; a measure whose data
is absent is skipped with its reason. Ends with 1 when a measure misses what it must reach at least.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from benchmarks import (
    alert_pages,
    assessment,
    audit,
    curves,
    decision,
    door,
    governance,
    list_import,
    matching,
    mutation,
    node,
    page_weight,
    parked,
    passes,
    public_page,
    read_store,
    review,
    rule_history,
    scene_plates,
    speed,
    street,
)
from benchmarks.result import ROOT, Finding, Skipped, write_result
from benchmarks.table import line_text, write_table


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry of the table; `run` takes the data folder and raises Skipped when something is lacking.

    One `by_name` takes so long that it is run only when it is asked for.
    """

    name: str
    title: str
    run: Callable[[Path], Finding]
    by_name: bool = False


MEASURES = (
    Measure("uk-parked", "UK parked cars, best plate a picture", parked.uk_parked),
    Measure("eu-parked", "EU parked cars, end to end", parked.eu_parked),
    Measure("found", "plate found, UK and EU parked", parked.found),
    Measure("romania", "dash-cam at dusk, 1280x720", street.romania),
    Measure("small-plates", "drawn plates in 1920x1080 streets", scene_plates.small_plates),
    Measure("no-plates", "scenes without plates", parked.no_plates),
    Measure("clips", "synthetic clips", passes.clips),
    Measure("traffic", "wet street, 426x240, 46 s", passes.traffic),
    Measure("calibration", "confidence on real photographs", parked.calibration),
    Measure("frame", "one 1280x720 frame, one thread", speed.frame),
    Measure("clip-speed", "25 frames/s 1280x720 clip, two threads", speed.clip_speed),
    Measure("memory", "peak memory of `openanpr read` on a clip", speed.memory),
    Measure("start", "start to first read of a picture", speed.start),
    Measure("size", "what an install takes", speed.size),
    Measure("crops", "single plates by height, blur, slant and light", curves.curves),
    Measure("matching", "reads matched with lists, one core", matching.matching),
    Measure("read-store", "stored reads found and forgotten", read_store.read_store),
    Measure("list-import", "a list of two million imported and live", list_import.list_import),
    Measure("node-intake", "a whole node taking reads in", node.node_intake),
    Measure("decision", "a decision on who may do what, explained", decision.decision),
    Measure("governance", "governing a search, beside its query", governance.governance),
    Measure("alert-latency", "from a read to its alert on the stream", node.alert_latency),
    Measure("alert-pages", "alerts on the screens of fifty people", alert_pages.alert_pages),
    Measure("audit", "the audit log", audit.audit),
    Measure("rule-history", "when the rules changed, known at a start", rule_history.rule_history),
    Measure("door", "the API in a flood of sign-ins", door.door),
    Measure("page-weight", "pages in a browser", page_weight.page_weight),
    Measure("public-page", "the public site asked without pause", public_page.public_page),
    Measure("review", "past searches sampled and looked at for signals", review.review),
    Measure("assessment", "the self assessment of a whole year", assessment.assessment),
    Measure("code-mutants", "changed code noticed by the tests", mutation.code_mutants, by_name=True),
)


def main() -> int:
    """Run the measures asked for; 1 when one of them misses its least."""
    cv2.setNumThreads(1)
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--only", metavar="NAME", action="append", choices=[m.name for m in MEASURES], help="may be repeated"
    )
    options.add_argument("--data", type=Path, default=Path(os.environ.get("OPENANPR_DATA", "../shared/data")))
    options.add_argument("--table", action="store_true", help="only make the table anew")
    asked = options.parse_args()
    data = asked.data if asked.data.is_absolute() else ROOT / asked.data
    (ROOT / "out").mkdir(exist_ok=True)  # a fresh clone has none
    skipped: dict[str, str] = {}
    missed = 0
    for measure in () if asked.table else MEASURES:
        if measure.name not in asked.only if asked.only else measure.by_name:
            continue
        print(f"{measure.name}: {measure.title}", flush=True)
        began = time.monotonic()
        try:
            finding = measure.run(data)
        except Skipped as reason:
            skipped[measure.name] = str(reason)
            print(f"  skipped: {reason}")
            continue
        write_result(measure.name, measure.title, finding, took_s=time.monotonic() - began)
        missed += sum(line.holds(line.at_least) is False for line in finding.lines)
        print("\n".join(line_text(line) for line in finding.lines), flush=True)
    print(f"table: {write_table([(m.name, m.title) for m in MEASURES], skipped).relative_to(ROOT)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
