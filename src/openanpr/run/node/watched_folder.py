"""Pictures that another maker's cameras drop into a folder: taken in once each is complete, then removed."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from openanpr.ingest.feed import Feed
from openanpr.ingest.feed_message import FeedDesk, RawMessage, Rules, take_raw
from openanpr.ingest.refusal import Kind, RefusedError
from openanpr.wire.vendors import file_name
from openanpr.wire.vendors.contract import MOST_PAYLOAD_BYTES

REFUSED = "refused"
_MOST_AT_ONCE = 500
_LOG = logging.getLogger("openanpr.node")


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it was seen."""

    size: int
    changed_ns: int


@dataclass(slots=True)
class PictureFolder:
    """One watched folder; remembers between looks which files have come to rest.

    A file is removed once what it tells is on disk in the journal and its picture kept. One that is refused
    for good goes to the folder `refused`; one that cannot be taken now stays.
    """

    folder: Path
    pattern: re.Pattern[str]
    quiet: timedelta
    feed: Callable[[], Feed | None]
    desk: FeedDesk
    rules: Callable[[], Rules]
    _seen: dict[Path, tuple[_Look, datetime]] = field(default_factory=dict[Path, tuple[_Look, datetime]])

    def sweep(self, now: datetime) -> int:
        """Take in what has come to rest, at most some hundred files; return how many were dealt with.

        Raises OSError when all others are done, where a file could not be read or removed, or a camera's
        folder not be looked into.
        """
        feed = self.feed()
        if feed is None or feed.revoked is not None:
            _LOG.warning("a watched folder is of no enrolled feed: its pictures wait in %s", self.folder)
            return 0
        faults: list[OSError] = []
        present = sorted(self._present(faults))
        self._seen = {path: self._seen[path] for path in present if path in self._seen}
        done = 0
        for path in present:
            if done >= _MOST_AT_ONCE:
                break
            try:
                taken = self._at_rest(path, now) and self._take(path, feed, now)
            except OSError as fault:  # of this file: it may not keep the others from being taken
                faults.append(fault)
                continue
            if taken:
                self._seen.pop(path, None)
                done += 1
        if faults:
            raise faults[0]
        return done

    def _present(self, faults: list[OSError]) -> Iterator[Path]:
        """Yield the pictures in the folder and in the folders of its cameras."""
        for found in self.folder.iterdir():
            if found.is_dir() and found.name != REFUSED and not found.is_symlink():
                try:
                    yield from [path for path in found.iterdir() if _is_picture(path)]
                except OSError as fault:
                    faults.append(fault)
            elif _is_picture(found):
                yield found

    def _at_rest(self, path: Path, now: datetime) -> bool:
        try:
            status = path.stat()
        except FileNotFoundError:
            return False
        look = _Look(status.st_size, status.st_mtime_ns)
        before, since = self._seen.get(path, (None, now))
        if look != before:
            self._seen[path] = (look, now)
            return False
        return now - since >= self.quiet

    def _take(self, path: Path, feed: Feed, now: datetime) -> bool:
        """Take one file in; return whether it was dealt with. It is tried again where it was not."""
        name = path.relative_to(self.folder).as_posix()
        adapter = partial(file_name.parse, name=name, pattern=self.pattern)
        if path.stat().st_size > min(feed.most_message_bytes, MOST_PAYLOAD_BYTES):
            return self._aside(path)
        raw = RawMessage(path.read_bytes(), "image/jpeg", adapter)
        try:
            take_raw(feed, raw, self.desk, received_at=now, rules=self.rules())
        except RefusedError as refusal:
            return False if refusal.kind is Kind.LATER else self._aside(path)
        path.unlink()
        return True

    def _aside(self, path: Path) -> bool:
        """Put a file where a person finds it; its name holds a mark, so that the log does not tell it."""
        refused = self.folder / REFUSED
        refused.mkdir(mode=0o700, exist_ok=True)
        target = refused / path.name
        path.rename(target if not target.exists() else refused / f"{os.urandom(4).hex()}-{path.name}")
        _LOG.warning("a picture in a watched folder was refused: see %s", refused)
        return True


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in {".jpg", ".jpeg"} and not path.name.startswith(".") and path.is_file()
