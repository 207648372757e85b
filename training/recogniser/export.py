"""Write a check-point's averaged weights as the ONNX file that the reader ships.

`python -m training.recogniser.export --checkpoint training/runs/recogniser.pt`
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from openanpr.core.shape import SHAPES
from openanpr.read.rectify import CANVAS_HEIGHT, CANVAS_WIDTH
from training.model_card import write_card
from training.recogniser.network import RecogniserNet
from training.recogniser.samples import STYLES

FACTS: dict[str, Any] = {
    "task": "the characters of one rectified plate, its style, and whether it is a plate",
    "input": {"canvases": "uint8 (n, 32, 160, 3) BGR, made by openanpr.read.rectify"},
    "output": {
        "log_p": "float32 (n, 80, 36): log-probabilities along the line; after the shapes come blank and gap",
        "style": "float32 (n, 6)",
        "plate": "float32 (n,): 0..1",
    },
    "shapes": SHAPES,
    "styles": list(STYLES),
    "data": [
        {
            "what": "plates drawn by training/plates: every sample of what it reads",
            "licence": "Apache-2.0, this project",
        },
        {
            "what": "pieces of photographs without a plate, as background and as not-a-plate: romania-dashcam"
            "/train, web-plates, mixed-plates, less a held-out share",
            "licence": "MIT, CC0 (unverified), MIT",
        },
        {
            "what": "places that a detector took for plates in some 750 pictures without any: samples of "
            "OpenCV, scikit-image and scikit-learn (training.plateless)",
            "licence": "Apache-2.0, BSD-3-Clause and public domain, two under CC BY 2.0 (see NOTICE)",
        },
        {"what": "free fonts of Debian, for variety only", "licence": "OFL, Apache-2.0, Bitstream Vera"},
    ],
    "limits": [
        "trained on drawn plates; night, infra-red, rain, motorcycles, black plates unchecked on real ones",
        "three-line plates and letters outside A-Z are not read",
    ],
    "settings": {},
}
MODELS = Path(__file__).parents[2] / "src" / "openanpr" / "read" / "models"


class _Shipped(torch.nn.Module):
    """The network with probabilities for style and plate at its end."""

    def __init__(self, net: RecogniserNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, canvases: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        log_p, style, plate = self.net(canvases)
        return log_p, style.softmax(1), plate.sigmoid()


def export(checkpoint: Path, target: Path, width: int) -> None:
    """Export and prove that onnxruntime answers as torch does."""
    net = RecogniserNet(width)
    net.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    shipped = _Shipped(net).eval()
    example = torch.randint(0, 255, (2, CANVAS_HEIGHT, CANVAS_WIDTH, 3), dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own future
        torch.onnx.export(
            shipped, (example,), str(target),
            input_names=["canvases"], output_names=["log_p", "style", "plate"],
            dynamic_axes={name: {0: "n"} for name in ("canvases", "log_p", "style", "plate")},
            opset_version=17, dynamo=False,
            # Normalisations stay apart, under their own names, so that a training can start from the
            # shipped file; the runtime joins them to the convolutions when it loads the model.
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        )  # fmt: skip
    import onnxruntime  # noqa: PLC0415  # only to prove the export

    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    got = session.run(None, {"canvases": example.numpy()})
    with torch.no_grad():
        wanted = [t.numpy() for t in shipped(example)]
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-3)


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--checkpoint", type=Path, required=True)
    options.add_argument("--width", type=int, default=24)
    options.add_argument("--target", type=Path, default=MODELS / "recogniser.onnx")
    options.add_argument("--commit", default="", help="commit that trained it")
    options.add_argument("--recipe", default="", help="how it was trained, for the card")
    given = options.parse_args()
    export(given.checkpoint, given.target, given.width)
    write_card(given.target, commit=given.commit, facts=FACTS | {"recipe": given.recipe})


if __name__ == "__main__":
    main()
