"""The recogniser's training runs two steps on tiny data, resumes where it stopped, and exports."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from openanpr.core.shape import SHAPES

torch = pytest.importorskip("torch", reason="training needs torch: make test installs it")

from training.photographs import kept_for_calibration  # noqa: E402
from training.plates.draw import draw_plate  # noqa: E402
from training.plates.marks import Mark  # noqa: E402
from training.recogniser import samples as drawn  # noqa: E402
from training.recogniser import train as training  # noqa: E402
from training.recogniser.export import export  # noqa: E402
from training.recogniser.mined import mined_patches  # noqa: E402
from training.recogniser.samples import batch, negative_sample, plate_shots  # noqa: E402


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


@pytest.mark.parametrize(
    ("lines", "groups"),
    [
        (("AB12 CDE",), "AB12 CDE"),
        (("LOoII-12 X",), "L0 11 12 X"),  # a seal, a hyphen; O is the shape of 0
        (("AB12", "CDE"), "AB12 CDE"),
        (("A1BCD",), "A1BCD"),
    ],
)
def test_a_sample_says_where_groups_part(
    lines: tuple[str, ...], groups: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Mark(lines, "any")
    monkeypatch.setattr(drawn, "draw_plate", lambda rng, **rest: draw_plate(rng, **(rest | {"mark": mark})))
    assert [shot.groups for shot in plate_shots(np.random.default_rng(1), family="gb")] == [groups] * 2


def test_a_network_that_knew_no_gap_starts_with_gaps_unlikely_and_all_else_as_it_was(runs: Path) -> None:
    file = training.train(given(4))
    assert file.parent == runs
    new = torch.load(file, weights_only=True)["average"]
    old = new | {k: new[k][:-1] for k in ("characters.weight", "characters.bias")}
    widened = training.with_gap(old)
    assert all(torch.equal(widened[k][: len(old[k])], old[k]) for k in old if old[k].ndim)
    assert widened["characters.bias"][-1] == old["characters.bias"][-1] - 4
    assert training.with_gap(new) is new


def test_false_boxes_are_cut_from_their_pictures_with_room_around(tmp_path: Path) -> None:
    picture = np.random.default_rng(4).integers(0, 255, (200, 300, 3), np.uint8)
    names = [f"n{i:02d}.png" for i in range(12)]
    for name in names:
        cv2.imwrite(str(tmp_path / name), picture)
    (tmp_path / "hard.json").write_text(json.dumps({name: [[100, 50, 80, 20]] for name in names}))
    patches = mined_patches(tmp_path, tmp_path / "hard.json")
    assert len(patches) == sum(not kept_for_calibration(name) for name in names) > 0
    assert {p.image.shape for p in patches} == {(30, 120, 3)}
    assert np.array_equal(patches[0].image, picture[45:75, 80:200])
    sample = negative_sample(np.random.default_rng(1), patches)
    assert (sample.is_plate, sample.groups) == (False, "")


def test_what_is_no_plate_has_nothing_to_read() -> None:
    rng = np.random.default_rng(2)
    assert all(not s.is_plate and s.shapes == "" for s in (negative_sample(rng) for _ in range(10)))
