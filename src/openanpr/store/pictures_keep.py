"""Pictures that ingest has checked, into the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from openanpr.store.pictures import PictureName, Pictures


class KeptPictures:
    """The `ingest.picture.PictureStore` over `Pictures`. Threads may share it."""

    def __init__(self, pictures: Pictures, kept_from: Callable[[], date]) -> None:
        """Keep into `pictures`; `kept_from` gives the oldest capture day (UTC) that is kept now."""
        self._pictures = pictures
        self._kept_from = kept_from

    def keep(self, sha256: str, day: date, jpeg: bytes) -> None:
        """Keep the picture of a read of a UTC day, on disk when this returns; again changes nothing.

        Raises PictureError for what `Pictures.put` refuses, PictureStoreError when it could not be kept.
        """
        name = PictureName(datetime.combine(day, time(), UTC), sha256)
        self._pictures.put(name, jpeg, kept_from=self._kept_from())
