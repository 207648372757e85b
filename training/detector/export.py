"""A trained network as ONNX, with its card: checksum, recipe, data and what was measured.

python -m training.detector.export training/runs/detector/last.pt src/openanpr/read/models
"""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import onnx
import torch

from training.detector.folding import folded
from training.detector.network import STRIDE, Exported, PlateNet

OPSET = 17


def load_weights(checkpoint: Path) -> tuple[PlateNet, dict[str, Any]]:
    """The averaged (EMA) weights of a check-point in a network ready to run, and its recipe."""
    kept = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = PlateNet()
    net.load_state_dict(kept["ema"])
    return net.eval(), kept["recipe"] | {"steps_done": kept["step"], "seconds": round(kept["seconds"])}


def write_onnx(net: PlateNet, path: Path) -> None:
    """Write the network and its decoding as ONNX: normalisation folded; batch, height and width free."""
    sample = torch.zeros(1, 128, 160, 3, dtype=torch.uint8)
    free = {0: "batch", 1: "height", 2: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own future
        torch.onnx.export(
            Exported(folded(net)).eval(), (sample,), str(path), opset_version=OPSET, dynamo=False,
            input_names=["image"], output_names=["score", "corners"],
            dynamic_axes={"image": free, "score": free, "corners": free},
        )  # fmt: skip
    onnx.checker.check_model(onnx.load(str(path)))


def write_card(
    onnx_path: Path, recipe: dict[str, Any], *, commit: str, threshold: float, measured: dict[str, Any]
) -> Path:
    """The JSON card beside an ONNX file; the reader refuses a file whose SHA-256 is not the card's."""
    card = {
        "name": onnx_path.stem,
        "sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit,
        "licence": "Apache-2.0",
        "task": "number plates in a picture, four corners each",
        "input": {"image": "uint8 (n, h, w, 3) BGR, h and w multiples of 32"},
        "output": {
            "score": f"float32 (n, h/{STRIDE}, w/{STRIDE}), 0..1, zero where not a local peak",
            "corners": f"float32 (n, h/{STRIDE}, w/{STRIDE}, 8), pixels of the input, tl tr br bl as x, y",
        },
        "data": [
            {
                "what": "drawn plates in drawn streets and over the photographs below",
                "licence": "Apache-2.0, this project",
            },
            {"what": "RobertLucian/license-plate-dataset, part train, 428 photographs", "licence": "MIT"},
            {"what": "chirag-agrawal24/ANPR, 908 photographs less a held-out share", "licence": "MIT"},
            {
                "what": "Kaggle Car License Plate Detection, 183 photographs less a held-out share",
                "licence": "CC0, unverified",
            },
            {
                "what": "pictures of the OpenCV documentation, no plates",
                "licence": "Apache-2.0 and BSD-3-Clause",
            },
            {
                "what": "sample pictures of scikit-image and scikit-learn, no plates",
                "licence": "public domain, CC0, BSD, CC-BY",
            },
        ],
        "settings": {"threshold": threshold},
        "recipe": recipe,
        "measured": measured,
    }
    path = onnx_path.with_suffix(".json")
    path.write_text(json.dumps(card, indent=2) + "\n")
    return path


def main() -> None:
    """Write the ONNX file and its card."""
    parser = argparse.ArgumentParser(description="write a check-point as ONNX with its card")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commit", default="unknown", help="commit of the training code")
    parser.add_argument("--threshold", type=float, default=0.4, help="working threshold of these weights")
    parser.add_argument("--measured", type=Path, help="JSON file of measured figures for the card")
    given = parser.parse_args()
    net, recipe = load_weights(given.checkpoint)
    target = given.folder / "detector.onnx"
    given.folder.mkdir(parents=True, exist_ok=True)
    write_onnx(net, target)
    measured = json.loads(given.measured.read_text()) if given.measured else {}
    print(write_card(target, recipe, commit=given.commit, threshold=given.threshold, measured=measured))


if __name__ == "__main__":
    main()
