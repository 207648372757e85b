"""Models as they lie beside the code: an ONNX file, its card, and the checksum that binds the two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast

import onnxruntime as ort

MODELS = Path(__file__).parent / "models"


class ModelError(Exception):
    """A model file or its card is missing, damaged or not the one that the card speaks of."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a reader must know of a model: its name, the SHA-256 of its ONNX file (hex), and its numbers.

    `settings` are the numbers that belong to these weights and no others, such as a working threshold;
    `text` is the whole card as JSON.
    """

    name: str
    sha256: str
    settings: Mapping[str, float]
    text: str


def load_card(name: str, *, folder: Path = MODELS) -> ModelCard:
    """The card `<name>.json`.

    Raises:
        ModelError: the card is missing, is not a JSON object, or has no SHA-256 of 64 hex digits.
    """
    path = folder / f"{name}.json"
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        raise ModelError(
            f"model card {path.name} cannot be read from {folder}: install the package again"
        ) from error
    except ValueError as error:
        raise ModelError(f"model card {path.name} is not JSON: install the package again") from error
    if not isinstance(found, dict):
        raise ModelError(f"model card {path.name} is not a JSON object: install the package again")
    card = cast(dict[str, object], found)
    checksum = card.get("sha256")
    if not isinstance(checksum, str) or len(checksum) != 64 or set(checksum) - set("0123456789abcdef"):
        raise ModelError(f"model card {path.name} has no SHA-256 checksum: install the package again")
    return ModelCard(name, checksum, MappingProxyType(_numbers(path.name, card.get("settings", {}))), text)


def _numbers(card: str, settings: object) -> dict[str, float]:
    if not isinstance(settings, dict):
        raise ModelError(f"settings in model card {card} are not a JSON object: install the package again")
    numbers: dict[str, float] = {}
    for key, value in cast(dict[str, object], settings).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ModelError(
                f"setting {key!r} in model card {card} is not a number: install the package again"
            )
        numbers[key] = float(value)
    return numbers


def load_session(name: str, *, threads: int, folder: Path = MODELS) -> tuple[ort.InferenceSession, ModelCard]:
    """The model `<name>.onnx` ready to run on `threads` CPU threads, with its card.

    The file's SHA-256 is compared with the card's before the runtime sees a byte of it.

    Raises:
        ModelError: the file or its card is missing or damaged, or the checksum is another.
        ValueError: `threads` is less than 1.
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    card = load_card(name, folder=folder)
    path = folder / f"{name}.onnx"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"model {path.name} cannot be read from {folder}: install the package again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise ModelError(
            f"model {path.name} has SHA-256 {found[:12]}..., its card says {card.sha256[:12]}...: "
            "the file was changed or damaged; install the package again"
        )
    return ort.InferenceSession(content, _options(threads), providers=["CPUExecutionProvider"]), card


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # the other stages need the cores too
    options.log_severity_level = 3
    return options
