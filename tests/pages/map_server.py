"""A little map server: a style and tiles of one colour, which it gives, refuses or keeps to itself."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

TILE_BGR = (200, 40, 160)
NIGHT_BGR = (90, 60, 20)


def tile(bgr: tuple[int, int, int] = TILE_BGR) -> bytes:
    """Return a picture of 256 x 256 pixels of one colour, PNG."""
    return cv2.imencode(".png", np.full((256, 256, 3), bgr, np.uint8))[1].tobytes()


def style_of(**source: Any) -> str:
    """Return a style that draws one source of pictures."""
    layers = [{"id": "pictures", "type": "raster", "source": "pictures"}]
    return json.dumps({"version": 8, "sources": {"pictures": {"type": "raster", **source}}, "layers": layers})


def pmtiles(picture: bytes) -> bytes:
    """Return a file of tiles (PMTiles 3) with one picture for the whole world."""
    size = bytes([len(picture) & 0x7F | 0x80, len(picture) >> 7 & 0x7F | 0x80, len(picture) >> 14])
    root = bytes([1, 0, 1]) + size + bytes([1])
    told = b"{}"
    places = (127, len(root), 127 + len(root), len(told), 0, 0, 127 + len(root) + len(told), len(picture))
    numbers = struct.pack("<11Q", *places, 1, 1, 1)
    kind = struct.pack("<6B", 1, 1, 1, 2, 0, 0)
    world = struct.pack("<4iB2i", -1800000000, -850000000, 1800000000, 850000000, 0, 0, 0)
    return b"PMTiles\x03" + numbers + kind + world + root + told + picture


class MapServer:
    """Where it is, what it was asked, and how it answers: `mood` is well, failing or silent."""

    def __init__(self, port: int) -> None:
        self.home = f"http://127.0.0.1:{port}"
        self.mood = "well"
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()

    @property
    def style(self) -> str:
        return f"{self.home}/style.json"

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path == "/style.json":
            tiles = [f"{self.home}/{{z}}/{{x}}/{{y}}.png"]
            text = style_of(
                tiles=tiles, tileSize=256, attribution='<a href="https://x.example">© Invented</a>'
            )
            return 200, "application/json", text.encode()
        if self.mood == "silent":
            self.ended.wait(30)
        return (200, "image/png", tile()) if self.mood == "well" else (503, "text/plain", b"")


@contextmanager
def map_server() -> Iterator[MapServer]:
    """A server on a free port of this machine."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, kind, body = made.answer(self.path)
            try:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("access-control-allow-origin", "*")
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        made = MapServer(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.ended.set()
            server.shutdown()
            thread.join()
