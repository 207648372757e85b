"""The pictures of an alert's hits, for the person who must look at them before anything is done."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from openanpr.alert.hit_seen import HitSeen
from openanpr.core.read_key import ReadKey
from openanpr.store.engine import ReadEngine, StoreError
from openanpr.store.pictures import PictureError, PictureName
from openanpr.store.reads_named import name_of, whole_reads
from openanpr.web.request_log import log_fault
from openanpr.wire.read_json import rfc3339

_MOST_HITS = 10


class Given(Protocol):
    """Gives pictures out."""

    def get(self, name: PictureName) -> bytes | None:
        """Return the JPEG, None when it is not here."""
        ...

    def has(self, name: PictureName) -> bool:
        """Return whether it is here."""
        ...


@dataclass(frozen=True, slots=True)
class _Named:
    """A picture that a read names."""

    hit: HitSeen
    kind: str
    name: PictureName


@dataclass(frozen=True, slots=True)
class PicturesOfHits:
    """The pictures of the ten newest of some hits: the `alert.ports.HitPictures` over the stores.

    Safe to share between threads.
    """

    engine: ReadEngine
    pictures: Given

    def any_here(self, hits: Sequence[HitSeen]) -> bool:
        """Return whether one of them can be looked at now; False also where the stores cannot be asked.

        An alert is shown and closed without its pictures: that they are away must not take it off a screen.
        """
        try:
            return any(
                self.pictures.get(one.name) is not None for one in self._named(hits) if one is not None
            )
        except (StoreError, PictureError) as fault:
            log_fault(fault)
            return False

    def held(self, hits: Sequence[HitSeen]) -> dict[str, object]:
        """Return how many are `held`, and whether one is `awaited`.

        That is one which a read names and which has not come, or one of a read that is not stored yet.
        Raises StoreError, PictureError.
        """
        here = [one is not None and self.pictures.has(one.name) for one in self._named(hits)]
        return {"held": sum(here), "awaited": not all(here)}

    def told(self, hits: Sequence[HitSeen]) -> Iterator[dict[str, object]]:
        """Yield them, patch before overview, as JSON objects; one that has not come is left out.

        Raises StoreError, PictureError.
        """
        for one in self._named(hits):
            jpeg = None if one is None else self.pictures.get(one.name)
            if one is not None and jpeg is not None:
                yield {
                    "camera": str(one.hit.camera),
                    "captured_at": rfc3339(one.hit.captured_at),
                    "kind": one.kind,
                    "sha256": one.name.sha256,
                    "jpeg": base64.b64encode(jpeg).decode("ascii"),
                }

    def _named(self, hits: Sequence[HitSeen]) -> Iterator[_Named | None]:
        """Yield what the reads of the newest hits name; None for a read that is not stored yet."""
        newest = sorted(hits, key=lambda hit: hit.at, reverse=True)[:_MOST_HITS]
        keys = [ReadKey(hit.camera, hit.captured_at, hit.vrm_read) for hit in newest]
        records = [read.record for read in whole_reads(self.engine, keys)]
        stored = {name_of(ReadKey(one.camera, one.captured_at, one.vrm)): one for one in records}
        for hit, key in zip(newest, keys, strict=True):
            record = stored.get(name_of(key))
            if record is None:
                yield None
                continue
            for kind, sha256 in (("patch", record.patch), ("overview", record.overview)):
                if sha256 is not None:
                    yield _Named(hit, kind, PictureName(hit.captured_at, sha256))
