"""A read with what the run knows beside it: its hits, its frame's size, its saved pictures."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.core.hit import Hit, HitKind
from openanpr.core.read import Read


@dataclass(frozen=True, slots=True)
class Sighting:
    """One read on its way to the table, the records and the report.

    `hits` is None when there was no list to compare with. `frame_size` is (width, height) in pixels
    of the frame that was read, None when not known. `patch` and `overview` are file names in the
    folder of saved reads, None when not saved.
    """

    read: Read
    hits: tuple[Hit, ...] | None
    frame_size: tuple[int, int] | None = None
    patch: str | None = None
    overview: str | None = None

    @property
    def exact(self) -> tuple[Hit, ...]:
        """The hits that are exact."""
        return tuple(hit for hit in self.hits or () if hit.kind is HitKind.EXACT)

    @property
    def possible(self) -> tuple[Hit, ...]:
        """The hits that ask for a look at the picture."""
        return tuple(hit for hit in self.hits or () if hit.kind is HitKind.POSSIBLE)


def printable(text: str) -> str:
    """Return `text` safe to show: no character that could move a cursor, no stray byte."""
    return "".join(c if c.isprintable() else "�" for c in text)
