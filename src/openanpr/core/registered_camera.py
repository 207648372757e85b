"""A camera as the register has it: what it is called, whether it drives, where it stands, since when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.core.place import Place

_MOST_TEXT = 128


@dataclass(frozen=True, slots=True)
class Retirement:
    """That a camera delivers no more: when (UTC), by whose order and why."""

    at: datetime
    by: str
    why: str

    def __post_init__(self) -> None:
        """Refuse one without a person or a reason."""
        if not (self.by.strip() and self.why.strip()):
            raise ValueError("to retire a camera needs the person and the reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredCamera:
    """One camera; `moving`: it drives, and says with each read where it was.

    `area` is the area as routing names it, empty for none. `first_added_at` is when the register first had
    it, however often it was put again since (None: it has it not yet). Places are confidential, and a
    camera's name often tells its place: neither is in the text of this value.
    """

    camera: CameraId
    name: str = field(repr=False)
    area: str
    moving: bool
    place: Place | None = field(default=None, repr=False)
    added_by: str
    added_at: datetime
    retired: Retirement | None = None
    first_added_at: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse a camera without a name or a person, and one that stands nowhere."""
        if not 0 < len(self.name.strip()) <= _MOST_TEXT or len(self.area) > _MOST_TEXT:
            raise ValueError(f"a camera needs a name, and an area, of at most {_MOST_TEXT} characters")
        if not self.added_by.strip():
            raise ValueError("a camera needs the person who put it into the register")
        if self.place is None and not self.moving:
            raise ValueError("a camera that stands needs its place")
