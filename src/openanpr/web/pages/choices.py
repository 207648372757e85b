"""How somebody wants pages to look and sound: kept in a cookie, and never with anything of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openanpr.web.api.cookies import Cookie

NAME: Final = "__Host-look"
_LIFE_S: Final = 365 * 24 * 3600


class Light(StrEnum):
    """By day or by night; `AUTO` is as the machine says."""

    AUTO = "auto"
    DAY = "day"
    NIGHT = "night"


class Size(StrEnum):
    """How large text is."""

    USUAL = "usual"
    LARGE = "large"
    LARGEST = "largest"


class Contrast(StrEnum):
    """How far text stands off from what is behind it."""

    USUAL = "usual"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen; as it is where nothing was. `sound`: alerts may sound.

    `keys`: single keys do things on pages that have some. `map`: one stands beside live alerts, where there
    is room for it.
    """

    light: Light = Light.AUTO
    size: Size = Size.USUAL
    contrast: Contrast = Contrast.USUAL
    sound: bool = False
    keys: bool = True
    map: bool = True

    @property
    def classes(self) -> str:
        """The classes of the page's root."""
        return f"light-{self.light} size-{self.size} contrast-{self.contrast}"

    @property
    def cookie(self) -> Cookie:
        """What keeps them."""
        sound, keys = "sound" if self.sound else "silent", "keys" if self.keys else "none"
        text = f"{self.light}.{self.size}.{self.contrast}.{sound}.{keys}.{'map' if self.map else 'none'}"
        return Cookie(NAME, text, _LIFE_S)


def choices_of(text: str) -> Choices:
    """Return what a cookie says; the usual choices where it says nothing that can be read."""
    parts = text.split(".")
    try:
        light, size, contrast, *shown = parts
        sound, keys, beside = (one != off for one, off in zip(shown, ("silent", "none", "none"), strict=True))
        return Choices(Light(light), Size(size), Contrast(contrast), sound, keys, beside)
    except ValueError:
        return Choices()
