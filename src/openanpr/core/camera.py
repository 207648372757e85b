"""Which camera saw it: force, source and camera number, the triple that police systems share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True, order=True)
class CameraId:
    """A camera of a source (a management server or vehicle) of a force; each number from 0 to 2^31 - 1."""

    force: int
    source: int
    camera: int

    def __post_init__(self) -> None:
        """Refuse a number that no store could keep."""
        if not all(0 <= n <= _MOST for n in (self.force, self.source, self.camera)):
            msg = f"a camera needs three numbers from 0 to {_MOST}: force/source/camera"
            raise ValueError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The camera that `53/1/7` names; raises ValueError for another form."""
        parts = text.strip().split("/")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            msg = "a camera is named by three numbers, force/source/camera, such as 53/1/7"
            raise ValueError(msg)
        return cls(*(int(part) for part in parts))

    def __str__(self) -> str:
        return f"{self.force}/{self.source}/{self.camera}"
