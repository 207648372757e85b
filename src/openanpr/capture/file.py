"""Files and folders: which are pictures, which are clips, and the faults of each in its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from openanpr.capture.clip import read_clip
from openanpr.capture.header import picture_kind
from openanpr.capture.item import Items, SourceFault, explain
from openanpr.capture.picture import read_picture
from openanpr.capture.settings import CaptureSettings

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff"})
CLIP_SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mpe"),
        *(".ts", ".mts", ".m2ts", ".vob", ".wmv", ".asf", ".flv", ".ogv", ".mxf", ".dav", ".gif"),
        *(".mjpeg", ".mjpg", ".h264", ".264", ".h265", ".265", ".hevc"),
    }
)


class FileKind(StrEnum):
    """What a file holds."""

    PICTURE = "picture"
    CLIP = "clip"


def file_kind(path: Path) -> FileKind | None:
    """Return what `path` holds by its suffix, or else by its first bytes; None: neither.

    Pipes and devices are None too: opening one could wait for ever.

    Raises:
        OSError: it is not there, or it has to be opened and may not be.
    """
    if not S_ISREG(path.stat().st_mode):
        return None
    suffix = path.suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return FileKind.PICTURE
    if suffix in CLIP_SUFFIXES:
        return FileKind.CLIP
    with path.open("rb") as stream:
        return FileKind.PICTURE if picture_kind(stream.read(16)) else None


def read_file(path: Path, settings: CaptureSettings) -> Items:
    """Yield what one named file holds; a file of no known kind is tried as a clip."""
    try:
        kind = file_kind(path)
    except OSError as error:
        yield SourceFault(str(path), *explain(error))
        return
    if kind is None and not path.is_file():
        yield SourceFault(
            str(path), "it is not a plain file", "give a picture, a clip or a folder; a camera is usb:0"
        )
        return
    read = read_picture if kind is FileKind.PICTURE else read_clip
    yield from read(path, settings)


def read_path(path: Path, settings: CaptureSettings) -> Items:
    """Yield what the file or folder at `path` holds."""
    try:
        folder = S_ISDIR(path.stat().st_mode)
    except OSError as error:
        yield SourceFault(str(path), *explain(error))
        return
    yield from (read_folder if folder else read_file)(path, settings)


def read_folder(folder: Path, settings: CaptureSettings) -> Items:
    """Yield the pictures and clips of a folder, sorted by name, each with its own source and index.

    One that cannot be read gives a fault and the next follows. Hidden files, and files that are
    neither picture nor clip, are passed over: lists and notes lie beside pictures everywhere.
    Folders inside are entered (after the folder's own files) only if `settings.recursive`; symbolic
    links to folders never, since they may go round.
    """
    nothing = True
    for found in _walk(folder, settings):
        nothing = False
        if isinstance(found, SourceFault):
            yield found
        else:
            yield from read_file(found, settings)
    if nothing:
        inside = "" if settings.recursive else ", or ask for the folders inside it too"
        yield SourceFault(str(folder), "the folder has no picture or clip in it", f"check the path{inside}")


def _walk(folder: Path, settings: CaptureSettings) -> Iterator[Path | SourceFault]:
    refused: list[SourceFault] = []

    def refuse(error: OSError) -> None:
        refused.append(SourceFault(str(error.filename), *explain(error)))

    for where, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if settings.recursive else []
        for name in sorted(f for f in files if not f.startswith(".")):
            path = Path(where, name)
            try:
                if file_kind(path) is not None:
                    yield path
            except OSError as error:
                yield SourceFault(str(path), *explain(error))
        yield from refused
        refused.clear()
    yield from refused
