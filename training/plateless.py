"""Gather pictures without number plates, to teach both models what is none.

    python -m training.plateless --out FOLDER SOURCE...

A SOURCE is a folder, or a wheel (.whl) or other zip file. The shipped models saw those of Debian's
opencv-doc (unpacked by `dpkg -x`) and of the wheels of scikit-image and scikit-learn: tutorials, charts,
documents, faces, animals, textures. File names that speak of cars or roads are left out, but a name is no
proof: look at what was gathered before you train on it.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

LONGEST_PX = 1000
_LEAST_PX = 100
_FLAT = 6.0  # standard deviation of grey below which nothing is to be seen
_MOST_ASPECT = 5
_ENDS = {".jpg", ".jpeg", ".png"}
_MAY_SHOW_PLATES = ("plate", "leuven", "car", "traffic", "vehicle", "road", "vtest", "street", "motorcycle")
_QUALITY = 92

Image = NDArray[np.uint8]


def files_of(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every picture file of a folder or zip file, in the order of their names."""
    if source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.suffix.lower() in _ENDS):
            yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(n for n in archive.namelist() if Path(n).suffix.lower() in _ENDS):
            yield Path(name).name, archive.read(name)


def fit_to_teach(name: str, data: bytes) -> Image | None:
    """The picture uint8 (h, w, 3) BGR, at most LONGEST_PX long; None for what should not be used."""
    if any(word in name.lower() for word in _MAY_SHOW_PLATES):
        return None
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None or min(image.shape[:2]) < _LEAST_PX or image.std() < _FLAT:
        return None
    if image.shape[1] > _MOST_ASPECT * image.shape[0]:  # a banner
        return None
    shrink = min(1.0, LONGEST_PX / max(image.shape[:2]))
    return cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.uint8)


def outline(image: Image) -> bytes:
    """The same for copies of a picture at other sizes: where brightness falls from left to right."""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (9, 8))
    return (small[:, 1:] > small[:, :-1]).tobytes()


def gather(sources: list[Path], out: Path) -> int:
    """Write each picture once as n0000.jpg and so on; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    seen: set[bytes] = set()
    for source in sources:
        for name, data in files_of(source):
            image = fit_to_teach(name, data)
            if image is None or outline(image) in seen:
                continue
            cv2.imwrite(str(out / f"n{len(seen):04d}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            seen.add(outline(image))
    return len(seen)


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("sources", metavar="SOURCE", type=Path, nargs="+")
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    print(f"{gather(given.sources, given.out)} pictures in {given.out}")


if __name__ == "__main__":
    main()
