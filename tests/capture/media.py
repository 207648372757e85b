"""Real pictures and clips, made small for the tests."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from openanpr.capture.item import Image, Item, SourceFault
from openanpr.core.frame import Frame


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a test clip is made; `stamps` are presentation times in milliseconds, one a frame."""

    codec: str = "libx264"
    stamps: tuple[int, ...] = tuple(range(0, 1000, 40))
    size: tuple[int, int] = (96, 64)
    rotation: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=lambda: {"g": "6", "bf": "0"})


DEFAULT = Recipe()


def grey_of(index: int) -> int:
    """Return the grey that frame `index` of a test clip is filled with."""
    return 40 + 17 * index % 180


def flat(index: int, size: tuple[int, int] = (96, 64)) -> Image:
    """Return a noisy grey picture that carries its index as its brightness."""
    noise = np.random.default_rng(index).integers(-12, 12, (size[1], size[0], 3))
    return np.clip(noise + grey_of(index), 0, 255).astype(np.uint8)


def corner_picture(width: int = 90, height: int = 60) -> Image:
    """Return a dark picture with a white block in its top-left corner: it shows which way is up."""
    image = np.full((height, width, 3), 30, np.uint8)
    image[: height // 3, : width // 3] = 255
    return image


def bright_corner(image: Image) -> str:
    """Return tl, tr, bl or br: the brightest quarter of `image`."""
    h, w = image.shape[0] // 3, image.shape[1] // 3
    parts = {
        "tl": image[:h, :w],
        "tr": image[:h, -w:],
        "bl": image[-h:, :w],
        "br": image[-h:, -w:],
    }
    return max(parts, key=lambda k: float(parts[k].mean()))


def make_clip(path: Path, recipe: Recipe = DEFAULT, images: Iterable[Image] | None = None) -> Path:
    """Write a clip of flat frames (or `images`) to `path` and return it."""
    with av.open(str(path), "w", options=dict(recipe.options)) as out:
        out.metadata.update(recipe.metadata)
        stream: Any = out.add_stream(recipe.codec, rate=25, options=dict(recipe.codec_options))
        stream.width, stream.height = recipe.size
        stream.pix_fmt = "yuvj420p" if recipe.codec == "mjpeg" else "yuv420p"
        tick = Fraction(1, 25) if path.suffix in {".avi", ".mjpeg"} else Fraction(1, 1000)
        stream.codec_context.time_base = tick
        if recipe.rotation:
            stream.set_display_rotation(recipe.rotation)
        pictures = images or (flat(i, recipe.size) for i in range(len(recipe.stamps)))
        for stamp, image in zip(recipe.stamps, pictures, strict=False):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(stamp / 1000 / tick), tick
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def make_sound(path: Path) -> Path:
    """Write a clip with sound and no pictures."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        out.mux(stream.encode(sound))
        out.mux(stream.encode(None))
    return path


def make_picture(path: Path, image: Image | None = None) -> Path:
    """Write a picture by its suffix and return the path."""
    assert cv2.imwrite(str(path), corner_picture() if image is None else image)
    return path


def exif_blob(*, orientation: int = 1, taken: str = "", zone: str = "", fraction: str = "") -> bytes:
    """Return a little-endian TIFF structure with the given EXIF tags."""
    texts = [(0x9003, taken), (0x9011, zone), (0x9291, fraction)]
    inner = [(tag, text.encode() + b"\0") for tag, text in texts if text]
    below = 8 + 2 + 2 * 12 + 4
    body = struct.pack("<HHHI", 2, 0x0112, 3, 1) + struct.pack("<HH", orientation, 0)
    body += struct.pack("<HHII", 0x8769, 4, 1, below) + struct.pack("<I", 0)
    far = below + 2 + len(inner) * 12 + 4
    entries, values = struct.pack("<H", len(inner)), b""
    for tag, text in inner:
        near = text.ljust(4, b"\0") if len(text) <= 4 else struct.pack("<I", far + len(values))
        entries += struct.pack("<HHI", tag, 2, len(text)) + near
        values += text if len(text) > 4 else b""
    return b"II*\0" + struct.pack("<I", 8) + body + entries + struct.pack("<I", 0) + values


def with_exif(path: Path, blob: bytes) -> Path:
    """Put an EXIF segment into the JPEG at `path`."""
    data = path.read_bytes()
    segment = b"Exif\0\0" + blob
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:])
    return path


def frames_of(items: Iterable[Item]) -> list[Frame[Image]]:
    """Return the frames among `items`."""
    return [item for item in items if isinstance(item, Frame)]


def faults_of(items: Iterable[Item]) -> list[SourceFault]:
    """Return the faults among `items`."""
    return [item for item in items if isinstance(item, SourceFault)]
