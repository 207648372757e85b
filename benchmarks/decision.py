"""How long a decision on a request takes, with its explanation, under both profiles.

`python -m benchmarks.decision` prints one measurement as JSON; `benchmarks.bench` runs it in its own process.
 Every case of the rules is decided, and every case of a search again with four more faults in it, which is
the longest to explain. Times are by the clock, what a person waits, and by the processor time of the process,
which rises less with whatever else runs on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.result import ROOT, Finding, Line
from openanpr.policy.access_rules import AccessRules, load_rules, shipped_rules
from openanpr.policy.ask import Request
from openanpr.policy.cases import shipped_cases
from openanpr.policy.decide import Outcome, decide
from openanpr.policy.profile import Profile, load_profile, shipped_profiles

_PASSES = 10
_WARM = 1


@dataclass(frozen=True, slots=True)
class _Timed:
    """One decision: milliseconds by the clock and of the processor, and whether it had to be explained."""

    clock_ms: float
    processor_ms: float
    explained: bool


def decision(_: Path) -> Finding:
    """Milliseconds for a decision: allowed ones, explained ones, and those with many faults."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.decision"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    explained, faulty, allowed = told["explained"], told["many_faults"], told["allowed"]
    lines = (
        _line("decision with explanation, p99", explained, 5),
        Line("the same, processor time, p99", explained["processor_p99"], unit="ms", less=True),
        _line("with four more faults at once, p99", faulty, 5),
        Line("the same, processor time, p99", faulty["processor_p99"], unit="ms", less=True),
        _line("allowed as it is, p99", allowed, None),
        Line("rules read and checked", told["load_ms"], unit="ms", less=True),
    )  # fmt: skip
    spoilt = faulty["count"] // told["passes"]
    data = f"{told['cases']} cases of the rules, {spoilt} again with more faults, {told['passes']} times"
    return Finding(lines, data, detail=told)


def _line(what: str, of: dict[str, float], at_least: float | None) -> Line:
    spread = f"half under {of['median']:.2f}; longest of {of['count']} {of['longest']:.2f}"
    return Line(what, of["p99"], at_least, unit="ms", less=True, spread=spread)


def measure(passes: int) -> dict[str, Any]:
    """Every time that was taken, summed up."""
    load_before = os.getloadavg()[0]
    rules, profiles = shipped_rules(), [load_profile(name) for name in shipped_profiles()]
    cases = [case.request for case in shipped_cases()]
    faulty = [_spoilt(request) for request in cases if request.search is not None]
    plain = _timed(cases, rules, profiles, passes)
    return {
        "cases": len(cases),
        "passes": passes * len(profiles),
        "allowed": _summed([one for one in plain if not one.explained]),
        "explained": _summed([one for one in plain if one.explained]),
        "many_faults": _summed(_timed(faulty, rules, profiles, passes)),
        "load_ms": round(_load_ms(), 1),
        "rules": len(rules.names),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _spoilt(request: Request) -> Request:
    """The request with no training, no reason, an interest of one's own and reads of fourteen years."""
    assert request.purpose is not None  # noqa: S101 - of a search, as its class holds
    assert request.search is not None  # noqa: S101 - as above
    return replace(
        request,
        person=replace(request.person, training_until=None),
        purpose=replace(request.purpose, reason_given=False, own_interest=True),
        search=replace(request.search, oldest_days=5000),
    )


def _timed(
    requests: Sequence[Request], rules: AccessRules, profiles: Sequence[Profile], passes: int
) -> list[_Timed]:
    told: list[_Timed] = []
    for turn in range(passes + _WARM):
        for profile in profiles:
            for request in requests:
                began, began_processor = time.perf_counter(), time.process_time()
                found = decide(request, rules=rules, profile=profile)
                processor, clock = time.process_time() - began_processor, time.perf_counter() - began
                if turn >= _WARM:
                    told.append(_Timed(1e3 * clock, 1e3 * processor, found.outcome is not Outcome.ALLOWED))
    return told


def _summed(times: Sequence[_Timed]) -> dict[str, float]:
    clock, processor = [one.clock_ms for one in times], [one.processor_ms for one in times]
    return {
        "count": len(times),
        "median": round(float(np.median(clock)), 3),
        "p99": round(float(np.percentile(clock, 99)), 3),
        "longest": round(max(clock), 3),
        "processor_median": round(float(np.median(processor)), 3),
        "processor_p99": round(float(np.percentile(processor, 99)), 3),
    }


def _load_ms() -> float:
    folder = ROOT / "src/openanpr/policy/rules"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.cedar")}
    schema = (folder / "openanpr.cedarschema").read_text(encoding="utf-8")
    began = time.perf_counter()
    load_rules(texts, schema)
    return 1e3 * (time.perf_counter() - began)


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--passes", type=int, default=_PASSES)
    print(json.dumps(measure(options.parse_args().passes)))


if __name__ == "__main__":
    main()
