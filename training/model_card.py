"""The card that lies beside a shipped model: what it is, what it was made from, and its checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


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
