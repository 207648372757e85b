"""A card names its model by checksum and carries only what was measured with that very model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.model_card import add_measures, write_card


@pytest.fixture
def card(tmp_path: Path) -> Path:
    (tmp_path / "tiny.onnx").write_bytes(b"weights")
    return write_card(tmp_path / "tiny.onnx", commit="abc", facts={"task": "a test", "settings": {"x": 1}})


def result(folder: Path, model: str) -> Path:
    file = folder / "result.json"
    file.write_text(json.dumps({"model": model, "data": "drawn", "detail": {"light": {"day": "0.9"}}}))
    return file


def test_a_new_checksum_replaces_the_old_and_keeps_what_was_said_beside(card: Path) -> None:
    before = json.loads(card.read_text())
    card.with_suffix(".onnx").write_bytes(b"other weights")
    after = json.loads(write_card(card.with_suffix(".onnx"), commit="", facts={}).read_text())
    assert after["sha256"] != before["sha256"]
    assert (after["commit"], after["task"], after["settings"]) == ("abc", "a test", {"x": 1})


def test_measures_of_the_same_model_enter_its_card(card: Path, tmp_path: Path) -> None:
    name = f"detector-000+tiny-{json.loads(card.read_text())['sha256'][:12]}"
    add_measures(card, result(tmp_path, name), ["small plates"])
    told = json.loads(card.read_text())
    assert told["measured"]["read"] == {"light": {"day": "0.9"}}
    assert told["known_failures"] == ["small plates"]


def test_measures_of_another_model_are_refused(card: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not with the model"):
        add_measures(card, result(tmp_path, "tiny-0123456789ab"), [])
