"""A style of maps, as MapLibre writes it (style specification, version 8): where a browser goes for it.

https://maplibre.org/maplibre-style-spec/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec


class MapStyleError(ValueError):
    """What was given is no style of version 8."""


class _Sprite(msgspec.Struct, frozen=True):
    url: str


class _Source(msgspec.Struct, frozen=True):
    type: Literal["vector", "raster", "raster-dem", "geojson"]
    url: str = ""
    tiles: list[str] = []
    data: str | dict[str, object] = ""


class _Style(msgspec.Struct, frozen=True):
    version: Literal[8]
    sources: dict[str, _Source]
    layers: list[dict[str, object]]
    sprite: str | list[_Sprite] = ""


_STYLES = msgspec.json.Decoder(_Style)


def addresses_of(style: bytes) -> frozenset[str]:
    """Return every address that a style names for its sources and sprites; raises MapStyleError.

    `glyphs` is not among them: words are drawn in the fonts of the browser.
    """
    try:
        return frozenset(_addresses(_STYLES.decode(style)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise MapStyleError(f"this is no MapLibre style (version 8): {fault}") from fault


def _addresses(style: _Style) -> Iterator[str]:
    for one in style.sources.values():
        yield from one.tiles
        yield from (text for text in (one.url, one.data) if isinstance(text, str) and text)
    sprites = style.sprite
    yield from ([sprites] if sprites else []) if isinstance(sprites, str) else [one.url for one in sprites]
