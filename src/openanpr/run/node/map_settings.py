"""The tiles of maps as the settings give them: styles, a file, and where browsers go for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from openanpr.core.this_machine import is_this_machine
from openanpr.run.node.settings import MapTiles
from openanpr.wire.map_style import MapStyleError, addresses_of

OWN_TILES: Final = "pmtiles://tiles"
"""What a style calls the file of tiles that the node has itself."""

_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PMTILES: Final = b"PMTiles\x03"


@dataclass(frozen=True, slots=True)
class MapStyle:
    """A style of tiles: its text where it is a file, else its address at a map server.

    `origins` are scheme, host and port of all that a browser asks for because of it.
    """

    text: bytes = b""
    address: str = ""
    origins: frozenset[str] = frozenset()

    @property
    def given(self) -> bool:
        """Whether there is one."""
        return bool(self.text or self.address)


@dataclass(frozen=True, slots=True)
class MapSource:
    """The styles for the day and for the night, and a file of tiles of the node's own."""

    day: MapStyle
    night: MapStyle
    tiles: Path | None

    @property
    def origins(self) -> tuple[str, ...]:
        """Where a browser goes for the tiles of its maps, beside the node itself."""
        return tuple(sorted(self.day.origins | self.night.origins))


def map_source(said: MapTiles) -> MapSource:
    """Return what is laid upon maps; raises ValueError with the key and what to mend."""
    day = _style("pages.map.style", said.style, said)
    night = _style("pages.map.night_style", said.night_style, said)
    if night.given and not day.given:
        raise ValueError("pages.map.night_style needs pages.map.style: set it, or take this out")
    if said.tiles is not None:
        _verify_tiles(said.tiles)
        if not day.text:
            raise ValueError(f"pages.map.tiles needs a pages.map.style of a file that names {OWN_TILES}")
    return MapSource(day, night, said.tiles)


def _style(key: str, said: str, tiles: MapTiles) -> MapStyle:
    if not said:
        return MapStyle()
    if is_address(said):
        if urlsplit(said).query:
            raise ValueError(
                f"{key} has something behind its ?: a key there would be seen in settings and pages; let the "
                "map server be asked without one"
            )
        return MapStyle(address=said, origins=frozenset({_origin(key, said)}))
    try:
        text = Path(said).read_bytes()
        wanted = addresses_of(text)
    except OSError as fault:
        raise ValueError(f"{key}: {said} cannot be read: check the file") from fault
    except MapStyleError as fault:
        raise ValueError(f"{key}: {said}: {fault}") from fault
    if OWN_TILES in wanted and tiles.tiles is None:
        raise ValueError(f"{key}: the style names {OWN_TILES}: set pages.map.tiles to a PMTiles file")
    return MapStyle(text, origins=frozenset(_origin(key, one) for one in wanted - {OWN_TILES}))


def is_address(said: str) -> bool:
    """Return whether a style is told by an address, and not by the path of a file."""
    return "://" in said


def _origin(key: str, address: str) -> str:
    """Return scheme, host and port of an address, fit to stand in a content security policy."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or port == 0:
        raise ValueError(f"{key}: each address in it must begin with https:// and name a host")
    if parts.username or parts.password:
        raise ValueError(f"{key} holds a user or password, which every browser would see: take it out")
    if parts.scheme == "http" and not is_this_machine(host):
        raise ValueError(f"{key}: addresses must begin with https://; http:// is for this machine only")
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")


def _verify_tiles(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_PMTILES))
    except OSError as fault:
        raise ValueError(f"pages.map.tiles: {path} cannot be read: check the file") from fault
    if head != _PMTILES:
        raise ValueError(f"pages.map.tiles: {path} is no PMTiles file of version 3: make one anew")
