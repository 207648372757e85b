"""The pictures of an alert's hits, for the person who must look at them before anything is done."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from openanpr.alert.hit_seen import HitSeen
from openanpr.core.read_key import ReadKey
from openanpr.store.engine import ReadEngine
from openanpr.store.pictures import PictureName
from openanpr.store.reads_named import whole_read
from openanpr.wire.read_json import rfc3339

_MOST_HITS = 10


class Given(Protocol):
    """Gives pictures out."""

    def get(self, name: PictureName) -> bytes | None:
        """Return the JPEG, None when it is not here."""
        ...


def hit_pictures(hits: Iterable[HitSeen], engine: ReadEngine, pictures: Given) -> Iterator[dict[str, object]]:
    """Yield the pictures of the newest hits, patch before overview, as JSON objects.

    A picture that has not come, or will not, is left out. Raises StoreError, PictureError.
    """
    newest = sorted(hits, key=lambda hit: hit.at, reverse=True)
    for hit in islice(newest, _MOST_HITS):
        read = whole_read(engine, ReadKey(hit.camera, hit.captured_at, hit.vrm_read))
        if read is None:
            continue  # not stored yet: a moment later it is
        for kind, sha256 in (("patch", read.record.patch), ("overview", read.record.overview)):
            jpeg = None if sha256 is None else pictures.get(PictureName(hit.captured_at, sha256))
            if jpeg is not None:
                yield {
                    "camera": str(hit.camera),
                    "captured_at": rfc3339(hit.captured_at),
                    "kind": kind,
                    "sha256": sha256,
                    "jpeg": base64.b64encode(jpeg).decode("ascii"),
                }
