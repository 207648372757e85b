"""The recogniser's training runs two steps on tiny data, resumes where it stopped, and exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test installs it")

from training.recogniser import train as training  # noqa: E402
from training.recogniser.export import export  # noqa: E402
from training.recogniser.samples import SHAPES, batch, negative_sample  # noqa: E402


def given(samples: int):
    return training.parser().parse_args(
        [
            "--name",
            "tiny",
            "--samples",
            str(samples),
            "--batch",
            "4",
            "--width",
            "8",
            "--workers",
            "0",
            "--threads",
            "1",
        ]
    )


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(training, "RUNS", tmp_path)
    return tmp_path


def test_two_steps_train_then_a_third_resumes_and_the_result_exports(runs: Path) -> None:
    file = training.train(given(8))
    first = torch.load(file, weights_only=True)
    assert first["step"] == 2
    training.train(given(12))
    second = torch.load(file, weights_only=True)
    assert second["step"] == 3
    assert not torch.equal(first["net"]["characters.weight"], second["net"]["characters.weight"])
    export(file, runs / "tiny.onnx", width=8)
    assert (runs / "tiny.onnx").stat().st_size < 1_000_000


def test_a_training_can_start_from_an_exported_model(runs: Path) -> None:
    file = training.train(given(4))
    export(file, runs / "tiny.onnx", width=8)
    wanted = torch.load(file, weights_only=True)["average"]
    found = training.weights_of(runs / "tiny.onnx")
    assert found.keys() == wanted.keys()
    learnt = [name for name in wanted if not name.endswith("num_batches_tracked")]
    assert all(torch.allclose(found[name], wanted[name]) for name in learnt)


def test_a_batch_depends_on_its_number_alone() -> None:
    one, two = batch((5, 1), 6), batch((5, 1), 6)
    assert [s.shapes for s in one] == [s.shapes for s in two]
    assert all(np.array_equal(a.canvas, b.canvas) for a, b in zip(one, two, strict=True))
    assert [s.shapes for s in batch((5, 2), 6)] != [s.shapes for s in one]


def test_samples_fit_the_canvas_and_use_the_34_shapes() -> None:
    samples = batch((6, 1), 24)
    assert {s.canvas.shape for s in samples} == {(32, 160, 3)}
    assert set("".join(s.shapes for s in samples)) <= set(SHAPES)
    assert all(s.shapes for s in samples if s.is_plate)


def test_what_is_no_plate_has_nothing_to_read() -> None:
    rng = np.random.default_rng(2)
    assert all(not s.is_plate and s.shapes == "" for s in (negative_sample(rng) for _ in range(10)))
