"""The folder of saved reads: pictures beside one line of JSON for each read. Nothing is overwritten."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Self

from openanpr.run.exit_code import RefusedError
from openanpr.run.sighting import Sighting
from openanpr.wire.read_json import read_line

RECORDS = "reads.jsonl"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_STEM = 60


class OutputError(RefusedError):
    """A place that cannot be written to; the text names it and says what to do."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> Self:
        """Return the error for a failure to write at `path`."""
        return cls(f"{path} cannot be written ({error.strerror}): check the place, its rights and the room")


class SavedReads:
    """Writes reads into a folder, which may hold those of earlier runs.

    A picture is named by its source's stem, its frame and a number, never by its plate, so that a
    listing of the folder gives no plate away that the source's own name did not.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._records = (folder / RECORDS).open("ab+")
            self._end_last_line()
        except OSError as error:
            raise OutputError.of(folder, error) from error

    def save(self, sighting: Sighting) -> Sighting:
        """Write the pictures and the record of a read; return it with the names of its pictures.

        Pictures appear whole or not at all. Raises OutputError.
        """
        read = sighting.read
        try:
            name = self._free_name(read.source, read.frame)
            patch = self._picture(f"{name}.patch.jpg", read.patch)
            overview = self._picture(f"{name}.overview.jpg", read.overview)
            line = read_line(read, hits=sighting.hits, patch=patch, overview=overview)
            self._records.write(line.encode("ascii") + b"\n")
            self._records.flush()
        except OSError as error:
            raise OutputError.of(self._folder, error) from error
        return replace(sighting, patch=patch, overview=overview)

    def close(self) -> None:
        """Put the records on disk. Raises OutputError."""
        try:
            with self._records:
                self._records.flush()
                os.fsync(self._records.fileno())
        except OSError as error:
            raise OutputError.of(self._folder, error) from error

    def _end_last_line(self) -> None:
        """End the line that a run without power left half written, so that the next stands alone."""
        if self._records.tell():
            self._records.seek(-1, os.SEEK_END)
            if self._records.read(1) != b"\n":
                self._records.write(b"\n")

    def _free_name(self, source: str, frame: int) -> str:
        number = 1
        while True:
            name = f"{safe_stem(source)}-f{frame:06d}-{number}"
            if not any((self._folder / f"{name}.{kind}.jpg").exists() for kind in ("patch", "overview")):
                return name
            number += 1

    def _picture(self, name: str, jpeg: bytes | None) -> str | None:
        if jpeg is None:
            return None
        part = self._folder / f".{name}.part"
        try:
            part.write_bytes(jpeg)
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)
        return name


def safe_stem(source: str) -> str:
    """Return the last part of a path or an address without its suffix, fit for any file system."""
    path = re.sub(r"^[a-z]+://[^/]*", "", source).partition("?")[0]
    return _UNSAFE.sub("-", PurePosixPath(path).stem).strip("-")[:_LONGEST_STEM] or "source"
