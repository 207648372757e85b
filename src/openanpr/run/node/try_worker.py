"""Reads one picture or clip that comes on standard input, in a process of its own, and keeps nothing.

Whoever sends a broken picture breaks this process and not the node: it may write to no file, has bounds of
memory and time, and no more of the node than the program. Standard output has what was read, or the sentence
that says why nothing was.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from openanpr.web.pages.tried import NotReadError, Tried, TriedCharacter, TriedPicture, TriedPlate, tried_json

if TYPE_CHECKING:
    from openanpr.capture.item import Image, Items
    from openanpr.capture.settings import CaptureSettings
    from openanpr.core.frame import Frame
    from openanpr.core.read import Read
    from openanpr.read.reader import Reader

NOT_READ: Final = 3
MOST_PICTURE_MEGAPIXELS: Final = 25.0
MOST_CLIP_MEGAPIXELS: Final = 9.0
MOST_CLIP_S: Final = 15.0
MOST_WORK_S: Final = 25.0
_MEMORY_BYTES: Final = 3 * 2**30
_CPU_S: Final = 90
_OPEN_FILES: Final = 128
_LEAST: Final = 0.1  # a page shows also what a camera would not report, and says so
_CLIPS: Final = ((b"ftyp", 4, "mov"), (b"\x1aE\xdf\xa3", 0, "matroska"), (b"AVI ", 8, "avi"))
_PICTURES: Final = frozenset({"jpeg", "png", "webp"})
_OF_NO_KIND: Final = (
    "This is no picture or clip that is read here: give a JPEG, PNG or WebP picture, "
    "or a clip in MP4, MOV, WebM, MKV or AVI"
)


def main() -> int:
    """Read, answer and return the exit code."""
    bound_itself()
    body = sys.stdin.buffer.read()
    try:
        told = tried_json(tried(body))
    except NotReadError as fault:
        sys.stdout.buffer.write(str(fault).encode())
        return NOT_READ
    sys.stdout.buffer.write(told)
    return 0


def bound_itself() -> None:
    """Give up what reading a picture does not need: files to write, much memory and time, its turn."""
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))


def tried(body: bytes) -> Tried:
    """Return what is read of a picture or clip; raises NotReadError."""
    # Here and not above: the bounds stand before anything of this size is loaded.
    from openanpr.capture.header import picture_kind  # noqa: PLC0415
    from openanpr.read.reader import Reader, ReaderSettings  # noqa: PLC0415

    begun_s = time.monotonic()
    kind = picture_kind(body[:16])
    clip = next((form for magic, at, form in _CLIPS if body[at : at + len(magic)] == magic), None)
    if kind not in _PICTURES and clip is None:
        raise NotReadError(_OF_NO_KIND)
    frames = _picture(body) if clip is None else None
    reader = Reader.load(ReaderSettings(threads=1, min_confidence=_LEAST))
    if frames is not None:
        return _of_picture(frames, reader, begun_s)
    return _of_clip(body, clip or "", reader, begun_s)


def _capture(megapixels: float) -> CaptureSettings:
    from openanpr.capture.settings import CaptureSettings  # noqa: PLC0415

    return CaptureSettings(max_megapixels=megapixels, threads=1)


def _picture(body: bytes) -> Frame[Image]:
    from openanpr.capture.header import PictureError  # noqa: PLC0415
    from openanpr.capture.picture import picture_of  # noqa: PLC0415

    try:
        return picture_of(body, "tried", _capture(MOST_PICTURE_MEGAPIXELS), at=datetime.now(UTC))
    except PictureError as fault:
        said = str(fault)
        raise NotReadError(
            f"{said[:1].upper()}{said[1:]}: give another copy of it, or another picture"
        ) from None


def _of_picture(frame: Frame[Image], reader: Reader, begun_s: float) -> Tried:
    from openanpr.read.pictures import shown_jpeg  # noqa: PLC0415

    reads = list(reader.read([frame]))
    height, width = frame.image.shape[:2]
    return Tried(
        pictures=[TriedPicture(shown_jpeg(frame.image), width, height)],
        plates=[_plate(one, picture=0, at_s=None) for one in reads],
        clip=False,
        frames=1,
        seconds=0.0,
        cut_short=False,
        took_s=time.monotonic() - begun_s,
        model=reader.model,
        least=0.5,
    )


class _Road:
    """The frames of a clip, up to its bounds, and what is known of them."""

    def __init__(self, items: Items, begun_s: float) -> None:
        self._items, self._begun_s = items, begun_s
        self.offsets: dict[int, float] = {}
        self.size = (0, 0)
        self.cut_short = False
        self.fault = ""

    def frames(self) -> Generator[Frame[Image], None, None]:
        """Yield them."""
        from openanpr.capture.item import SourceFault  # noqa: PLC0415

        for item in self._items:
            if isinstance(item, SourceFault):
                self.fault = item.problem
                continue
            if item.offset_s > MOST_CLIP_S or time.monotonic() - self._begun_s > MOST_WORK_S:
                self.cut_short = True
                return
            self.offsets[item.index] = item.offset_s
            self.size = item.image.shape[1], item.image.shape[0]
            yield item


def _of_clip(body: bytes, kind: str, reader: Reader, begun_s: float) -> Tried:
    from openanpr.capture.clip import clip_of  # noqa: PLC0415

    settings = _capture(MOST_CLIP_MEGAPIXELS)
    road = _Road(clip_of(body, "tried", kind, settings, at=datetime.now(UTC)), begun_s)
    reads = sorted(reader.read(road.frames()), key=lambda one: one.frame)
    if not road.offsets:
        raise NotReadError(
            f"No frame of this clip can be read ({road.fault}): give another copy, such as H.264 in MP4"
        )
    width, height = road.size
    return Tried(
        pictures=[TriedPicture(one.overview or b"", width, height) for one in reads],
        plates=[_plate(one, picture=i, at_s=road.offsets.get(one.frame)) for i, one in enumerate(reads)],
        clip=True,
        frames=len(road.offsets),
        seconds=max(road.offsets.values()),
        cut_short=road.cut_short,
        took_s=time.monotonic() - begun_s,
        model=reader.model,
        least=0.5,
    )


def _plate(read: Read, *, picture: int, at_s: float | None) -> TriedPlate:
    return TriedPlate(
        plate=read.plate,
        raw=read.raw,
        layout=read.syntax,
        p=read.confidence,
        candidates=[(one.plate, one.p) for one in read.candidates],
        characters=[TriedCharacter(one.c, one.p, list(one.rivals)) for one in read.characters],
        corners=list(read.corners),
        style=read.style.value,
        lines=read.lines,
        frames=read.frames,
        picture=picture,
        at_s=at_s,
        patch=read.patch or b"",
    )


if __name__ == "__main__":
    sys.exit(main())
