"""A style of maps: every address in it is found, and what is none is refused."""

from __future__ import annotations

import json

import pytest

from openanpr.wire.map_style import MapStyleError, addresses_of

STYLE = {"version": 8, "layers": [{"id": "sea", "type": "background"}], "sources": {}}


def style(**more: object) -> bytes:
    return json.dumps({**STYLE, **more}).encode()


def test_every_address_that_a_browser_asks_is_found_but_for_fonts() -> None:
    sources = {
        "a": {"type": "vector", "url": "https://a.example/tiles.json"},
        "b": {"type": "raster", "tiles": ["https://b.example/{z}", "https://c.example/{z}"], "tileSize": 256},
        "d": {"type": "geojson", "data": "https://d.example/x.json"},
        "e": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}},
    }
    found = addresses_of(style(sources=sources, glyphs="https://f.example/{fontstack}/{range}.pbf"))
    assert found == {
        "https://a.example/tiles.json",
        "https://b.example/{z}",
        "https://c.example/{z}",
        "https://d.example/x.json",
    }
    assert addresses_of(style(sprite="https://s.example/s")) == {"https://s.example/s"}
    assert addresses_of(style(sprite=[{"id": "s", "url": "https://s.example/s"}])) == {"https://s.example/s"}
    assert addresses_of(style()) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"\xff",
        style(version=7),
        style(sources={"v": {"type": "video", "urls": ["https://v.example/v.mp4"]}}),
        style(sources={"i": {"type": "image", "url": "https://i.example/i.png"}}),
        b'{"version": 8, "sources": {}}',
    ],
)
def test_what_is_no_style_is_refused(text) -> None:
    with pytest.raises(MapStyleError, match="no MapLibre style"):
        addresses_of(text)
