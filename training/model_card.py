"""The card that lies beside a shipped model: what it is, what it was made from, and its checksum.

To write what was measured, and what fails, into a card that is there:

    python -m training.model_card recogniser --measured benchmarks/results/crops.json --failure "..."
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODELS = Path(__file__).parents[1] / "src" / "openanpr" / "read" / "models"


def write_card(model: Path, *, commit: str, facts: Mapping[str, Any]) -> Path:
    """Write `<model>.json` with the SHA-256 of `<model>.onnx`; what an older card says beside is kept."""
    card = model.with_suffix(".json")
    kept: dict[str, Any] = json.loads(card.read_text()) if card.exists() else {}
    kept |= {
        "name": model.stem,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licence": "Apache-2.0",
    }
    if commit:
        kept["commit"] = commit
    kept |= facts
    card.write_text(json.dumps(kept, indent=2) + "\n")
    return card


def add_measures(card: Path, result: Path, failures: Sequence[str]) -> None:
    """Put a benchmark's result, and the failures that are known, into a card.

    Raises ValueError when the result was measured with another model than the card's.
    """
    kept, told = json.loads(card.read_text()), json.loads(result.read_text())
    if f"{kept['name']}-{kept['sha256'][:12]}" not in told["model"]:
        raise ValueError(f"{result} was measured with {told['model']}, not with the model of {card}")
    kept["measured"] = {"data": told["data"], "from": result.as_posix(), "read": told["detail"]}
    if failures:
        kept["known_failures"] = list(failures)
    card.write_text(json.dumps(kept, indent=2) + "\n")


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("model", choices=("recogniser", "detector"))
    options.add_argument("--measured", type=Path, required=True, help="a file of benchmarks/results")
    options.add_argument("--failure", action="append", default=[], help="a known failure; may be repeated")
    given = options.parse_args()
    add_measures(MODELS / f"{given.model}.json", given.measured, given.failure)


if __name__ == "__main__":
    main()
