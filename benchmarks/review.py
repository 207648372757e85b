"""How long a round of review takes to work out: samples and signals of a million past searches.

`python -m benchmarks.review [--searches N] [--people N]` prints one measurement as JSON, by default a small
one; `benchmarks.bench` runs the large one in a process of its own. The searches are invented: people of
unequal diligence, their own turns of phrase, vehicles that come up again, some that they declared.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.result import ROOT, Finding, Line
from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.span import Span
from openanpr.people.declared import Relation
from openanpr.policy.ask import Purpose, Search
from openanpr.policy.profile import load_profile
from openanpr.review.conduct import for_others, looked_and_left
from openanpr.review.duty import off_duty
from openanpr.review.numbers import shipped_numbers
from openanpr.review.past import Came, Did, Named, PastSearch, reference_key
from openanpr.review.reasons import pasted
from openanpr.review.references import Retested, reference_signals
from openanpr.review.sampling import Draw, SamplingKey, sampled
from openanpr.review.vehicles import DeclaredVehicle, declared_vehicles, repeated

SEARCHES, PEOPLE = 1_000_000, 5_000
MOST_S = 20
_SMALL = 50_000, 250
_DAYS = 100
_NOW = datetime(2026, 11, 29, tzinfo=UTC)
_SEED = 20_261_129
_TURNS = 12
_VOCABULARY = (
    "vehicle seen leaving scene burglary robbery suspect driver witness theft trailer plant yard missing "
    "family fear health route after before night camera unit stopped pursuit stolen fuel shop assault "
    "victim location identify trace movements between known associate address warrant arrest drugs supply "
    "county line phone keeper hire company false plate clone collision failed stop injured pedestrian "
    "registered owner lorry van motorcycle courier wholesale jewellery warehouse farm machinery quad "
    "tools builder depot dispute threat "
)
_WORDS = _VOCABULARY.split()


def review(_: Path) -> Finding:
    """A million searches of five thousand people, sampled and looked at for every signal."""
    told, half = _measured(SEARCHES, PEOPLE), _measured(SEARCHES // 2, PEOPLE // 2)
    by_part = ", ".join(f"{name} {seconds}" for name, seconds in told["parts_s"].items())
    lines = (
        Line(
            "samples and every signal of 1 million searches of 5,000 people",
            told["all_s"],
            MOST_S,
            unit="s",
            less=True,
            spread=f"one run; seconds: {by_part}; processor {told['processor_s']}",
        ),
        Line(
            "the same, as a multiple of half a million of 2,500",
            round(told["all_s"] / half["all_s"], 2),
            less=True,
        ),
        Line("memory at its peak, with the searches", told["peak_mb"], unit="MB", less=True),
    )
    return Finding(lines, "benchmarks.review: invented searches of 100 days", seeds=str(_SEED), detail=told)


def _measured(searches: int, people: int) -> dict[str, Any]:
    command = ["-m", "benchmarks.review", "--searches", str(searches), "--people", str(people)]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(searches: int, people: int) -> dict[str, Any]:
    """Everything about so many searches."""
    load_before = os.getloadavg()[0]
    chance = random.Random(_SEED)
    past = _invented(searches, people, chance)
    known = _known(past, people, chance)
    parts: dict[str, float] = {}
    kinds: Counter[str] = Counter()
    began_processor = time.process_time()
    for name, part in _parts(past, *known).items():
        began = time.perf_counter()
        found = list(part())
        parts[name] = round(time.perf_counter() - began, 2)
        kinds.update(str(getattr(one, "kind", name)) for one in found)
    return {
        "searches": searches,
        "people": people,
        "all_s": round(sum(parts.values()), 2),
        "processor_s": round(time.process_time() - began_processor, 2),
        "parts_s": parts,
        "found": dict(sorted(kinds.items())),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _parts(
    past: Sequence[PastSearch],
    declared: Sequence[DeclaredVehicle],
    roster: Mapping[str, Sequence[Span]],
    retested: Mapping[str, Retested],
) -> dict[str, Callable[[], Any]]:
    numbers = shipped_numbers()
    key = SamplingKey(random.Random(1).randbytes(32))
    draw = Draw(numbers, load_profile("nadc-2018").search, key, _NOW - timedelta(days=_DAYS))
    return {
        "samples": lambda: sampled(past, draw, now=_NOW),
        "declared vehicles": lambda: declared_vehicles(past, declared),
        "repeated look-ups": lambda: repeated(past, numbers),
        "pasted reasons": lambda: pasted(past, numbers),
        "off duty": lambda: off_duty(past, roster, numbers),
        "references": lambda: reference_signals(past, retested, numbers),
        "looked and left": lambda: looked_and_left(past, numbers, now=_NOW),
        "for others": lambda: for_others(past, numbers),
    }


def _invented(searches: int, people: int, chance: random.Random) -> list[PastSearch]:
    busy = [chance.paretovariate(2.0) for _ in range(people)]
    turns = [[_phrase(chance, 5) for _ in range(_TURNS)] for _ in range(people)]
    vehicles = [chance.randbytes(32) for _ in range(searches // 2 + 1)]
    purpose = Purpose(Category.VOLUME, Stance.REACTIVE, ReferenceState.OPEN, reason_given=True)
    scope = Search(SearchKind.ONE_VEHICLE, 30, 40, 30, 60)
    far = Search(SearchKind.ONE_VEHICLE, 200, 40, 200, 60)
    found: list[PastSearch] = []
    for number, person in enumerate(chance.choices(range(people), busy, k=searches)):
        who = f"p{person}"
        opened = chance.randrange(3)
        found.append(
            PastSearch(
                search_id=f"{chance.getrandbits(64):016x}",
                at=_NOW - timedelta(seconds=chance.randrange(_DAYS * 86_400)),
                asked_by=who,
                asked_for=who if chance.random() < 0.9 else f"p{chance.randrange(people)}",
                team=f"t{person % (people // 20 + 1)}",
                purpose=purpose,
                scope=far if chance.random() < 0.02 else scope,
                came=Came.RAN,
                reference=f"CR/{chance.randrange(searches // 2)}/26",
                reason=f"{chance.choice(turns[person])} {_phrase(chance, 8)} on {number % 28 + 1}",
                did=Did(3, opened, opened and chance.randrange(2)),
                named=Named((chance.choice(vehicles),)),
            )
        )
    return found


def _known(
    past: Sequence[PastSearch], people: int, chance: random.Random
) -> tuple[list[DeclaredVehicle], dict[str, list[Span]], dict[str, Retested]]:
    asked = [chance.choice(past).named.asked[0] for _ in range(people)]
    declared = [
        DeclaredVehicle(f"p{n}", f"t{n % (people // 20 + 1)}", Relation.OWN, shape, _NOW)
        for n, shape in enumerate(asked)
    ]
    first = _NOW - timedelta(days=_DAYS)
    roster = {
        f"p{n}": [Span(first + timedelta(days=d), first + timedelta(days=d, hours=20)) for d in range(_DAYS)]
        for n in range(0, people, 2)
    }
    retested: dict[str, Retested] = {}
    states = [*[ReferenceState.OPEN] * 50, *[ReferenceState.CLOSED] * 40, ReferenceState.UNKNOWN]
    for one in past:
        key = reference_key(one.reference)
        if key not in retested:
            retested[key] = Retested(key, chance.choice(states), _NOW)
    return declared, roster, retested


def _phrase(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words))


def main() -> None:
    """Print one measurement."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--searches", type=int, default=_SMALL[0])
    options.add_argument("--people", type=int, default=_SMALL[1])
    asked = options.parse_args()
    print(json.dumps(measure(asked.searches, asked.people)))


if __name__ == "__main__":
    main()
