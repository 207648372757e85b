"""One picture out of a source: generic in the image so that core needs no array library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from openanpr.core.instant import Instant

ImageT = TypeVar("ImageT")


@dataclass(frozen=True, slots=True)
class Frame(Generic[ImageT]):
    """A picture with its origin and time.

    `image` is an array of shape (height, width, 3), uint8, channel order BGR; `index` counts the
    frames of one source from 0; `still` is true for a picture that stands alone, false for one
    frame of moving traffic; `offset_s` is the time since the source's first frame in seconds.
    """

    source: str
    index: int
    at: Instant
    image: ImageT
    still: bool
    offset_s: float
