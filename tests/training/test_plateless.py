"""Pictures without plates are gathered once each, and only those that teach something."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2")
from training.plateless import LONGEST_PX, gather  # noqa: E402 - needs cv2


def picture(seed: int, high: int = 300, wide: int = 400) -> bytes:
    small = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), np.uint8)
    return cv2.imencode(".png", cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def test_each_picture_is_kept_once_whatever_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "cat.png").write_bytes(picture(1))
    (folder / "cat-large.png").write_bytes(picture(1, 1200, 1600))
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.writestr("data/cat-again.png", picture(1, 150, 200))
        wheel.writestr("data/chart.png", picture(2, 900, 2400))
        wheel.writestr("data/notes.txt", "no picture")
    assert gather([folder, tmp_path / "a.whl"], tmp_path / "out") == 2
    kept = [cv2.imread(str(p)) for p in sorted((tmp_path / "out").iterdir())]
    assert max(kept[1].shape) == LONGEST_PX


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("torn.png", picture(3)[:40]),
        ("traffic.png", picture(4)),
        ("icon.png", picture(5, 60, 60)),
        ("banner.png", picture(6, 120, 900)),
        ("blank.png", cv2.imencode(".png", np.full((300, 300, 3), 200, np.uint8))[1].tobytes()),
    ],
)
def test_what_teaches_nothing_or_may_show_a_plate_is_left_out(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content)
    assert gather([tmp_path / "in"], tmp_path / "out") == 0
