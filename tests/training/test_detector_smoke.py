"""The detector's training runs, can be stopped and taken up again, and what it exports is what it learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="training needs torch, which the reader does not")

from training.detector.export import load_weights, write_card, write_onnx  # noqa: E402
from training.detector.folding import settle, unfold, weights_from_onnx  # noqa: E402
from training.detector.network import Exported, PlateNet  # noqa: E402
from training.detector.photos import Photo  # noqa: E402
from training.detector.scenes import Scenes  # noqa: E402
from training.detector.targets import Scene, Truth, draw_targets  # noqa: E402
from training.detector.train import Recipe, train  # noqa: E402

SIZE = 128


def tiny_photos() -> list[Photo]:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (160, 200, 3), dtype=np.uint8)
    box = np.array([[60, 80, 70, 18]], np.float32)
    empty = np.zeros((0, 4), np.float32)
    return [Photo("street", "street", image, box), Photo("empty", "empty", image, empty)]


def recipe(steps: int) -> Recipe:
    return Recipe(size=SIZE, batch=2, steps=steps, shelf=4, warm_steps=1)


def test_two_steps_change_the_network_and_a_stopped_run_goes_on(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    first = train(tiny_photos(), recipe(1), tmp_path, workers=0)
    assert first.step == 1
    before = {k: v.clone() for k, v in first.net.state_dict().items()}
    second = train(tiny_photos(), recipe(2), tmp_path, workers=0)
    assert second.step == 2
    assert any(not torch.equal(before[k], v) for k, v in second.net.state_dict().items())
    assert train(tiny_photos(), recipe(2), tmp_path, workers=0).step == 2


def test_the_exported_file_says_what_the_network_says(tmp_path: Path) -> None:
    train(tiny_photos(), recipe(1), tmp_path, workers=0)
    net, learnt = load_weights(tmp_path / "last.pt")
    target = tmp_path / "detector.onnx"
    write_onnx(net, target)
    card = write_card(target, learnt, commit="none", threshold=0.5, measured={})
    image = np.random.default_rng(0).integers(0, 255, (1, 96, 160, 3), dtype=np.uint8)
    score, corners = ort.InferenceSession(str(target), providers=["CPUExecutionProvider"]).run(
        None, {"image": image}
    )
    with torch.no_grad():
        want_score, want_corners = Exported(net).eval()(torch.from_numpy(image))
    assert np.asarray(score).shape == (1, 12, 20)
    both = (np.asarray(score) > 0) & (
        want_score.numpy() > 0
    )  # an untrained map is so flat that peaks may differ
    assert both.any()
    np.testing.assert_allclose(np.asarray(score)[both], want_score.numpy()[both], atol=1e-4)
    np.testing.assert_allclose(corners, want_corners.numpy(), atol=1e-2)
    assert "sha256" in card.read_text()


def test_a_training_can_start_from_a_shipped_file(tmp_path: Path) -> None:
    train(tiny_photos(), recipe(2), tmp_path, workers=0)
    net, _ = load_weights(tmp_path / "last.pt")
    write_onnx(net, tmp_path / "detector.onnx")
    again = PlateNet()
    unfold(again, weights_from_onnx(tmp_path / "detector.onnx"))
    image = torch.rand(2, 3, 96, 96) * 2 - 1
    with torch.no_grad():
        want = net(image)
        torch.testing.assert_close(again.eval()(image), want, atol=1e-3, rtol=1e-3)
        settle(again, image)
        torch.testing.assert_close(again.eval()(image), want, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(again.train()(image), want, atol=2e-2, rtol=2e-2)
    state = train(tiny_photos(), recipe(1), tmp_path / "next", workers=0, start=tmp_path / "detector.onnx")
    assert state.step == 1


def test_the_same_seed_draws_the_same_scenes() -> None:
    one, two = (Scenes(tiny_photos(), size=SIZE, shelf=3) for _ in range(2))
    rng_one, rng_two = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(4):
        a, b = one.make(rng_one), two.make(rng_two)
        assert np.array_equal(a.image, b.image)
        assert len(a.plates) == len(b.plates)


def test_scenes_keep_plates_inside_and_give_no_weight_to_cut_ones() -> None:
    rng, scenes = np.random.default_rng(2), Scenes(tiny_photos(), size=SIZE, shelf=6)
    made = [scenes.make(rng) for _ in range(30)]
    middles = np.array([p.corners.mean(axis=0) for s in made for p in s.plates])
    assert len(middles) > 5
    assert (middles > 0).all()
    assert (middles < SIZE).all()
    assert any((s.weight == 0).any() for s in made)


def test_a_target_has_its_peak_in_the_cell_of_the_plates_middle() -> None:
    corners = np.array([[20, 30], [84, 30], [84, 46], [20, 46]], np.float32)
    scene = Scene(
        np.zeros((SIZE, SIZE, 3), np.uint8), (Truth(corners, exact=True),), np.ones((SIZE, SIZE), np.float32)
    )
    heat, where = draw_targets(scene)
    assert heat[0, 38 // 8, 52 // 8] == 1.0
    assert (heat[0] == 1.0).sum() == 1
    np.testing.assert_array_equal(where[:, 38 // 8, 52 // 8], corners.reshape(8))
