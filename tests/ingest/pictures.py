"""Pictures for tests, and where they are kept, in memory."""

from __future__ import annotations

import cv2
import numpy as np

from openanpr.ingest.picture import ShelfFullError


def jpeg(width=120, height=60, shade=90) -> bytes:
    """Return a real JPEG."""
    done, coded = cv2.imencode(".jpg", np.full((height, width, 3), shade, np.uint8))
    assert done
    return coded.tobytes()


class Shelf:
    """Pictures that no read names."""

    def __init__(self, room=100) -> None:
        self.room = room
        self.pictures = {}

    def put(self, picture) -> None:
        if len(self.pictures) >= self.room:
            raise ShelfFullError("no room")
        self.pictures.setdefault((picture.sha256, picture.device), picture)

    def find(self, sha256):
        return tuple(p for (name, _), p in self.pictures.items() if name == sha256)

    def among(self, names) -> frozenset[str]:
        return frozenset(name for name, _ in self.pictures if name in names)

    def take_off(self, sha256, device) -> None:
        self.pictures.pop((sha256, device), None)


class Store:
    """Pictures by day and name."""

    def __init__(self) -> None:
        self.kept = {}

    def keep(self, sha256, day, jpeg) -> None:
        self.kept[day, sha256] = jpeg
