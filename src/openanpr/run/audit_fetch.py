"""An exported log that is served over HTTP(S), fetched to a folder of its own to be verified there.

Nothing of it is believed: what is fetched is named by us, bounded in size, and verified as any folder is.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from openanpr.audit.checkpoint import Checkpoint, CheckpointError
from openanpr.audit.history import HISTORY, LATEST
from openanpr.audit.note import Note, NoteError
from openanpr.audit.recovery import ABOUT
from openanpr.audit.tiles import MOST_ENTRY_BYTES, WIDTH, bundles_of, tiles_of

MOST_ENTRIES: Final = 50_000_000
_MOST_NOTE: Final = 1_000_000
_MOST_HISTORY: Final = 1 << 29
_MOST_BUNDLE: Final = WIDTH * (MOST_ENTRY_BYTES + 2)
_MOST_TILE: Final = WIDTH * 32
_TIMEOUT_S: Final = 30.0
_GONE: Final = 404


class FetchError(Exception):
    """A log could not be fetched; the sentence says what of it, and why."""


@contextmanager
def fetched(url: str) -> Generator[Path]:
    """Lend a folder with the log that is served at `url` while the block lasts; raises FetchError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise FetchError("the address of a log begins with https:// or http:// and names a host")
    with tempfile.TemporaryDirectory(prefix="openanpr-log-") as name:
        folder = Path(name)
        for path, most in _files(url, folder):
            data = get(f"{url.rstrip('/')}/{path}", most)
            if data is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
        yield folder


def _files(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Yield each file and the most bytes that it may have; the checkpoint first, which says how many."""
    yield LATEST, _MOST_NOTE
    yield ABOUT, _MOST_NOTE
    yield HISTORY, _MOST_HISTORY
    size = _size(url, folder / LATEST)
    for bundle in bundles_of(size):
        yield bundle.path, _MOST_BUNDLE
    for tile in tiles_of(size):
        yield tile.path, _MOST_TILE


def _size(url: str, checkpoint: Path) -> int:
    try:
        size = Checkpoint.parse(Note.parse(checkpoint.read_bytes()).text).size
    except (FileNotFoundError, NoteError, CheckpointError) as fault:
        raise FetchError(f"there is no log at {_told(url)}: it has no checkpoint that can be read") from fault
    if size > MOST_ENTRIES:
        raise FetchError(f"the log says to have {size} entries, and {MOST_ENTRIES} are fetched at most")
    return size


def get(url: str, most: int) -> bytes | None:
    """Return what is served, None where nothing is; raises FetchError, also for more than `most` bytes.

    `url` begins with http:// or https://.
    """
    request = Request(url, headers={"User-Agent": "openanpr-audit"})  # noqa: S310 - the scheme was looked at
    try:
        with build_opener().open(request, timeout=_TIMEOUT_S) as answer:
            data = answer.read(most + 1)
    except HTTPError as fault:
        fault.close()
        if fault.code == _GONE:
            return None
        raise FetchError(f"{_told(url)} is answered with status {fault.code}") from fault
    except (OSError, HTTPException, ValueError) as fault:
        raise FetchError(f"{_told(url)} cannot be fetched ({type(fault).__name__})") from fault
    if len(data) > most:
        raise FetchError(f"{_told(url)} is longer than such a file can be")
    return data


def _told(url: str) -> str:
    """An address for an error: whoever serves the log may have put anything into a redirect."""
    return re.sub(r"[^\x21-\x7e]", "?", url)[:200]
