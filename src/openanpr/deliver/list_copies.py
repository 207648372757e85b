"""A device's own copies of lists: fetched from its node, swapped whole, and only then confirmed to it.

A copy is a file of pages, one JSON page a line, named by the SHA-256 of its list's name. It is on disk and in
place before the node is told that the device acts on it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from openanpr.core.voi_delta import Delta, DeltaKind
from openanpr.core.voi_entry import EntryKey, VoiEntry
from openanpr.deliver.line import Line, LineDownError, Message
from openanpr.wire.delivery import LISTS_PATH
from openanpr.wire.list_delta import (
    DeltaError,
    ListOffer,
    ListReceipt,
    decode_delta,
    decode_lists,
    encode_delta,
    write_cursor,
    write_receipt,
)
from openanpr.wire.read_batch import Encoding

_OK: Final = 200
_MOST_PAGES: Final = 10_000
_PAGE: Final = 5_000
_JSON: Final = "application/json"
_OWNER_ONLY: Final = 0o600


class NotFetchedError(Exception):
    """The node gave no list, or not all of one; what is in force stays in force."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A list as this device has it in force: its revision and its entries by their keys."""

    list_name: str
    revision: int
    entries: dict[EntryKey, VoiEntry]


@dataclass(frozen=True, slots=True)
class Turned:
    """What one look at the node's lists came to: revisions in force by list, and those the node confirmed."""

    in_force: dict[str, int]
    confirmed: dict[str, int]


class ListCopies:
    """The copies in one folder, for one process at a time."""

    __slots__ = ("_folder", "_line", "_told")

    def __init__(self, folder: Path, line: Line) -> None:
        self._folder, self._line = folder, line
        self._told: dict[str, int] = {}

    def turn(self) -> Turned:
        """Fetch what changed, swap it in, and confirm what is in force; what failed is tried the next time.

        Raises NotFetchedError where the node does not say which lists there are; OSError.
        """
        offers = self._offers()
        self._drop_all_but({one.name for one in offers})
        in_force: dict[str, int] = {}
        for offer in offers:
            copy = self.copy_of(offer.name)
            held = 0 if copy is None else copy.revision
            if held != offer.revision:
                try:
                    copy = self._fetched(offer.name, copy)
                except (NotFetchedError, DeltaError):
                    pass  # the copy before stays in force, and is what is confirmed
                else:
                    self._swap(copy)
            if copy is not None:
                in_force[offer.name] = copy.revision
        self._confirm(in_force)
        return Turned(in_force, dict(self._told))

    def copy_of(self, list_name: str) -> Copy | None:
        """Return what is in force of a list, None for nothing; a damaged copy counts as nothing."""
        try:
            lines = self._path(list_name).read_bytes().splitlines()
            pages = [decode_delta(line, Encoding.JSON) for line in lines]
        except (FileNotFoundError, DeltaError):
            return None
        if not pages or any(page.list_name != list_name for page in pages):
            return None
        return Copy(list_name, pages[0].revision, {one.key: one for page in pages for one in page.upserts})

    def _offers(self) -> tuple[ListOffer, ...]:
        try:
            answer = self._line.send(Message("GET", LISTS_PATH, _JSON, b""))
            if answer.status != _OK:
                raise NotFetchedError(f"the node told of no list (status {answer.status})")
            return decode_lists(answer.body, Encoding.JSON)
        except (LineDownError, DeltaError) as fault:
            raise NotFetchedError("the node told of no list: see that it and the way to it are up") from fault

    def _fetched(self, list_name: str, before: Copy | None) -> Copy:
        """Return the list as the node has it; raises NotFetchedError, DeltaError."""
        entries = {} if before is None else dict(before.entries)
        pages = list(self._pages(list_name, 0 if before is None else before.revision))
        if pages[0].kind is DeltaKind.FULL:
            entries = {}
        for page in pages:
            for key in page.removals:
                entries.pop(key, None)
            entries |= {one.key: one for one in page.upserts}
        return Copy(list_name, pages[-1].revision, entries)

    def _pages(self, list_name: str, since: int) -> Iterator[Delta]:
        path = f"{LISTS_PATH}/{quote(list_name, safe='')}?since={since}"
        asked, first = path, None
        for _ in range(_MOST_PAGES):
            page = self._page(asked)
            first = first or page
            if page.list_name != list_name or (page.kind, page.revision) != (first.kind, first.revision):
                raise NotFetchedError("the pages of a list do not belong together")
            yield page
            if page.more is None:
                return
            asked = f"{path}&cursor={write_cursor(page.more)}"
        raise NotFetchedError("a list has more pages than any list has")

    def _page(self, path: str) -> Delta:
        try:
            answer = self._line.send(Message("GET", path, _JSON, b""))
        except LineDownError as fault:
            raise NotFetchedError("the line went down while a list was fetched") from fault
        if answer.status != _OK:
            raise NotFetchedError(f"the node gave no page of a list (status {answer.status})")
        return decode_delta(answer.body, Encoding.JSON)

    def _swap(self, copy: Copy) -> None:
        """Put a copy into the place of the last, on disk when this returns; raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh, path = self._path(copy.list_name).with_suffix(".new"), self._path(copy.list_name)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            for page in _written(copy):
                file.write(page + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _drop_all_but(self, names: Iterable[str]) -> None:
        """Remove copies of lists that this device may not hold any more."""
        kept = {self._path(name).name for name in names}
        if self._folder.exists():
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink()

    def _confirm(self, in_force: dict[str, int]) -> None:
        self._told = {name: told for name, told in self._told.items() if name in in_force}
        for name, revision in in_force.items():
            if self._told.get(name) == revision:
                continue
            path = f"{LISTS_PATH}/{quote(name, safe='')}/receipt"
            try:
                body = write_receipt(ListReceipt(revision))
                if self._line.send(Message("POST", path, _JSON, body)).status == _OK:
                    self._told[name] = revision
            except LineDownError:
                return  # said again at the next turn

    def _path(self, list_name: str) -> Path:
        return self._folder / f"{hashlib.sha256(list_name.encode()).hexdigest()}.pages"


def _written(copy: Copy) -> Iterator[bytes]:
    every = tuple(copy.entries.values())
    for first in range(0, max(1, len(every)), _PAGE):
        part = every[first : first + _PAGE]
        page = Delta(copy.list_name, DeltaKind.FULL, 0, copy.revision, upserts=part)
        yield encode_delta(page, Encoding.JSON)
