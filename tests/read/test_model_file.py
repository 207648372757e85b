"""Model files are bound to their cards by a checksum, and nothing runs that does not match."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the tiny model is made with onnx, which training installs")

from onnx import TensorProto, helper  # noqa: E402

from openanpr.read.model_file import ModelError, load_card, load_session  # noqa: E402


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model that doubles a number, and its card."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    twice = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "twice", [value], [twice])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "twice.onnx"))
    content = (tmp_path / "twice.onnx").read_bytes()
    card = {"sha256": hashlib.sha256(content).hexdigest(), "settings": {"threshold": 0.25}}
    (tmp_path / "twice.json").write_text(json.dumps(card))
    return tmp_path


def test_a_model_that_matches_its_card_runs(folder: Path) -> None:
    session, card = load_session("twice", threads=1, folder=folder)
    (answer,) = session.run(None, {"x": np.array([3.0], np.float32)})
    assert np.asarray(answer).tolist() == [6.0]
    assert card.name == "twice"
    assert card.settings["threshold"] == 0.25


def test_one_changed_byte_is_refused(folder: Path) -> None:
    path = folder / "twice.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="SHA-256"):
        load_session("twice", threads=1, folder=folder)


def test_a_missing_model_names_the_file(folder: Path) -> None:
    (folder / "twice.onnx").unlink()
    with pytest.raises(ModelError, match=r"twice\.onnx"):
        load_session("twice", threads=1, folder=folder)


def test_a_missing_card_is_refused_even_beside_its_model(folder: Path) -> None:
    (folder / "twice.json").unlink()
    with pytest.raises(ModelError, match=r"twice\.json"):
        load_session("twice", threads=1, folder=folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"sha256": "abc"}', '{"sha256": 7}', '{"sha256": "' + "Z" * 64 + '"}']
)
def test_a_card_without_a_checksum_is_refused(folder: Path, text: str) -> None:
    (folder / "twice.json").write_text(text)
    with pytest.raises(ModelError, match=r"twice\.json"):
        load_session("twice", threads=1, folder=folder)


@pytest.mark.parametrize("settings", [[1], {"threshold": "0.5"}, {"threshold": True}])
def test_settings_that_are_not_numbers_are_refused(folder: Path, settings: object) -> None:
    (folder / "twice.json").write_text(json.dumps({"sha256": "0" * 64, "settings": settings}))
    with pytest.raises(ModelError, match="setting"):
        load_card("twice", folder=folder)


def test_no_threads_is_an_error_of_the_caller(folder: Path) -> None:
    with pytest.raises(ValueError, match="threads"):
        load_session("twice", threads=0, folder=folder)


def test_the_shipped_detector_matches_its_card() -> None:
    session, card = load_session("detector", threads=1)
    assert [i.name for i in session.get_inputs()] == ["image"]
    assert 0.0 < card.settings["threshold"] < 1.0
