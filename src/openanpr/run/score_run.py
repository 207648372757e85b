"""Pictures and clips read one by one, timed, and held against the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from openanpr.capture.file import file_kind
from openanpr.capture.item import Image, SourceError, SourceFault
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from openanpr.core.read import BoxPx, Read
from openanpr.read.pictures import cut_patch, patch_jpeg
from openanpr.run.exit_code import RefusedError
from openanpr.run.plate_reader import PlateReader
from openanpr.run.score_pair import Pairing, pair_reads
from openanpr.run.score_truth import TruthRow

DARK_BELOW = 70.0
"""Mean brightness (0 to 255) under which a picture counts as dark."""
_EVERY_PX = 8


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture or clip, read and held against its truth.

    `best` is the read that the reader holds most plausible (a still's only). `light` is `bright` or
    `dark` by the picture itself. `decode_s` and `read_s` are the seconds that getting the frames and
    reading them took; `length_s` is a clip's own length. `missed` are JPEG patches of plates that were
    not read, by the truth's line.
    """

    name: str
    still: bool
    frames: int
    length_s: float
    light: str
    decode_s: float
    read_s: float
    pairing: Pairing
    best: Read | None
    missed: dict[int, bytes]


@dataclass(slots=True)
class _Timed:
    """The frames of one file on their way to the reader, and what is learnt of them in passing."""

    items: Iterable[Frame[Image] | SourceFault]
    faults: list[SourceFault]
    decode_s: float = 0.0
    frames: int = 0
    length_s: float = 0.0
    brightness: float = 0.0
    still: Frame[Image] | None = None

    def good(self) -> Generator[Frame[Image], None, None]:
        found = iter(self.items)
        while True:
            began = time.perf_counter()
            item = next(found, None)
            self.decode_s += time.perf_counter() - began
            if item is None:
                return
            if isinstance(item, SourceFault):
                self.faults.append(item)
                continue
            self.frames += 1
            self.length_s = item.offset_s
            self.brightness += float(item.image[::_EVERY_PX, ::_EVERY_PX].mean())
            self.still = item if item.still else None
            yield item


def read_shots(
    files: Iterable[tuple[str, tuple[TruthRow, ...]]],
    folder: Path,
    reader: PlateReader,
    *,
    on_fault: Callable[[SourceFault], None],
    stop: Event | None = None,
    pictures: bool = False,
) -> Iterator[Shot]:
    """Yield what came of each file, as soon as it is read.

    `files` are names inside `folder` with their truth. A file that cannot be read whole goes to
    `on_fault` and is left out. `stop` ends the run before the next file; the file under way is left
    out. `pictures` keeps the patches of plates that were missed.
    """
    stopping = stop or Event()
    for name, rows in files:
        if stopping.is_set():
            return
        try:
            shot = _read_shot(name, rows, folder / name, reader, stopping, pictures=pictures)
        except SourceError as error:
            on_fault(error.fault)
            continue
        if shot is not None:
            yield shot


def _read_shot(
    name: str, rows: tuple[TruthRow, ...], path: Path, reader: PlateReader, stop: Event, *, pictures: bool
) -> Shot | None:
    _refuse_folder(path)
    began = time.perf_counter()
    faults: list[SourceFault] = []
    with closing(open_source(str(path.absolute()), stop=stop).items()) as items:
        timed = _Timed(items, faults)
        with closing(timed.good()) as frames:
            reads = list(reader.read(frames))
    took_s = time.perf_counter() - began
    if stop.is_set():
        return None
    lost = next((fault for fault in faults if not fault.recovering), None)
    if lost is not None:
        raise SourceError(lost)
    if not timed.frames:
        raise SourceError(SourceFault(str(path), "it holds no frame", "check that it is whole"))
    still = timed.still is not None
    pairing = pair_reads(rows, reads, still=still)
    missed = _missed(pairing, timed.still.image) if pictures and timed.still is not None else {}
    light = "dark" if timed.brightness / timed.frames < DARK_BELOW else "bright"
    best = next((_lean(read) for read in reads if read.primary), None) if still else None
    return Shot(
        name, still, timed.frames, timed.length_s, light,
        timed.decode_s, max(0.0, took_s - timed.decode_s), _lean_pairing(pairing), best, missed,
    )  # fmt: skip


def _refuse_folder(path: Path) -> None:
    """A folder in the place of a picture would be read whole; what else is amiss the source tells."""
    try:
        is_folder = path.is_dir()
    except OSError:
        return
    if is_folder:
        raise SourceError(SourceFault(str(path), "it is a folder", "name a picture or a clip in the truth"))


def _lean(read: Read) -> Read:
    """Return the read without its overview: thousands of them are held at once."""
    return replace(read, overview=None)


def _lean_pairing(pairing: Pairing) -> Pairing:
    """Return the pairing with the patches of wrong reads only."""
    pairs = tuple(
        replace(
            pair,
            read=replace(
                _lean(pair.read), patch=None if pair.read.plate == pair.truth.vrm else pair.read.patch
            ),
        )
        if pair.read is not None
        else pair
        for pair in pairing.pairs
    )
    return Pairing(
        pairs,
        false=tuple(_lean(read) for read in pairing.false),
        repeats=tuple(replace(_lean(read), patch=None) for read in pairing.repeats),
        unreadable=tuple(replace(_lean(read), patch=None) for read in pairing.unreadable),
    )


def _missed(pairing: Pairing, image: Image) -> dict[int, bytes]:
    return {
        pair.truth.line: patch_jpeg(cut_patch(image, _corners(pair.truth.box)))
        for pair in pairing.pairs
        if pair.read is None and pair.truth.box is not None
    }


def _corners(box: BoxPx) -> NDArray[np.float32]:
    right, foot = box.x + box.w, box.y + box.h
    return np.array([(box.x, box.y), (right, box.y), (right, foot), (box.x, foot)], np.float32)


def files_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the pictures and clips in a folder, sorted; hidden ones are passed over.

    Raises:
        RefusedError: the folder cannot be listed.
    """
    try:
        paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
        return tuple(path.name for path in paths if path.is_file() and file_kind(path) is not None)
    except OSError as error:
        raise RefusedError(f"{error.filename} cannot be read ({error.strerror}): check the path") from None
