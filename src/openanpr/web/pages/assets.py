"""The files that pages name: style, scripts, pictures. Their addresses change whenever one of them does."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
    "txt": "text/plain; charset=utf-8",
}
_PRESSED: Final = {"css", "js", "mjs", "svg", "webmanifest", "txt"}
_FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, as they are and pressed by gzip, and what kind it is of."""

    body: bytes
    pressed: bytes | None
    media_type: str


class Assets:
    """All files below `web/static`, read once."""

    def __init__(self) -> None:
        self._files = _shipped()
        digest = hashlib.sha256()
        for name, one in sorted(self._files.items()):
            digest.update(name.encode() + b"\0" + one.body)
        self._version = digest.hexdigest()[:12]

    def __getitem__(self, name: str) -> Asset:
        """Return a file; raises KeyError."""
        return self._files[name]

    def address(self, name: str) -> str:
        """Return where a browser finds a file; raises KeyError for one that is not there."""
        self._files[name]  # a page that names a file which is not there fails in its first test
        return f"/static/{self._version}/{name}"

    def route(self) -> Route:
        """Return the route that gives them out."""
        return Route("/static/{version}/{name:path}", self._give)

    async def _give(self, request: Request) -> Response:
        found = self._files.get(request.path_params["name"])
        if found is None or request.path_params["version"] != self._version:
            return Response("there is no such file", 404, media_type="text/plain")
        headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
        if found.pressed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(found.body, 200, headers, found.media_type)
        return Response(found.pressed, 200, {**headers, "content-encoding": "gzip"}, found.media_type)


@cache
def _shipped() -> dict[str, Asset]:
    return dict(_files(resources.files("openanpr.web").joinpath("static"), ""))


def _files(folder: Traversable, head: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _files(one, f"{head}{one.name}/")
            continue
        kind = one.name.rpartition(".")[2]
        if kind not in _TYPES:
            continue
        body = one.read_bytes()
        pressed = gzip.compress(body, 9, mtime=0) if kind in _PRESSED else None
        found.append((head + one.name, Asset(body, pressed, _TYPES[kind])))
    return found
