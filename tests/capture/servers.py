"""Cameras for the tests: an MJPEG camera, a web server for clips, and an RTSP camera, on localhost."""

from __future__ import annotations

import base64
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import av
import cv2

from tests.capture.media import flat

USER, PASSWORD = "gate", "s3cr/et@x"
URL_PASSWORD = "s3cr%2Fet%40x"


@dataclass
class Plan:
    """How a camera behaves: frames for each connection in turn (the last plan repeats)."""

    frames: tuple[int, ...] = (1_000_000,)
    interval_s: float = 0.02
    password: bool = False
    silent_after: int | None = None  # frames after which it keeps the line but sends nothing
    connections: list[float] = field(default_factory=list)

    def begin(self) -> int:
        """Note a connection and return how many frames it gets."""
        self.connections.append(time.time())
        return self.frames[min(len(self.connections), len(self.frames)) - 1]

    def admits(self, header: str | None) -> bool:
        """Return whether the Authorization header is right."""
        wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return not self.password or header == f"Basic {wanted}"

    def pause(self, sent: int) -> None:
        """Wait until the next frame; a silent camera waits long."""
        time.sleep(5.0 if sent == self.silent_after else self.interval_s)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: readers of these tests hang up in mid-sentence."""


class _Rtsp(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet, as above."""


@contextmanager
def _serving(server: ThreadingTCPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mjpeg_camera(plan: Plan) -> Iterator[str]:
    """Serve JPEG after JPEG as multipart/x-mixed-replace; gives host:port."""

    class Camera(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            if not plan.admits(self.headers.get("Authorization")):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.end_headers()
                return
            count = plan.begin()
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            for i in range(count):
                body = cv2.imencode(".jpg", flat(i))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body + b"\r\n")
                plan.pause(i + 1)

    with _serving(_Http(("127.0.0.1", 0), Camera)) as port:
        yield f"127.0.0.1:{port}"


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serve the files of `folder`; gives host:port."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with _serving(_Http(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))) as port:
        yield f"127.0.0.1:{port}"


class _RtspCamera(StreamRequestHandler):
    plan: Plan
    pictures: list[list[bytes]]

    def handle(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := self._read_request():
            method, headers = request
            if not self.plan.admits(headers.get("authorization")):
                refusal = 'WWW-Authenticate: Basic realm="camera"\r\n'
                self._answer(headers, refusal, status="401 Unauthorized")
            elif method == "DESCRIBE":
                self._answer(headers, "Content-Type: application/sdp\r\n", _describe(self.pictures[0]))
            elif method == "SETUP":
                self._answer(headers, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n")
            elif method == "PLAY":
                self._answer(headers, "Session: 1\r\n")
                self._play(self.plan.begin())
                return
            else:
                self._answer(headers, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n")

    def _read_request(self) -> tuple[str, dict[str, str]] | None:
        first = self.rfile.readline().decode()
        if not first.strip():
            return None
        headers: dict[str, str] = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return first.split()[0], headers

    def _answer(self, headers: dict[str, str], extra: str, body: str = "", *, status: str = "200 OK") -> None:
        size = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"RTSP/1.0 {status}\r\nCSeq: {headers['cseq']}\r\n{extra}{size}\r\n"
        self.wfile.write((head + body).encode())

    def _play(self, count: int) -> None:
        sequence = 0
        for i in range(count):
            units = self.pictures[i % len(self.pictures)]
            stamp = 90_000 + round(i * self.plan.interval_s * 90_000)
            for k, unit in enumerate(units):
                kind = 96 | (0x80 if k == len(units) - 1 else 0)
                packet = struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, stamp, 7) + unit
                self.wfile.write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                sequence += 1
            self.plan.pause(i + 1)


@contextmanager
def rtsp_camera(plan: Plan) -> Iterator[str]:
    """Serve H.264 over RTSP with RTP interleaved in TCP (RFC 2326, RFC 6184); gives host:port."""
    handler = type("Camera", (_RtspCamera,), {"plan": plan, "pictures": _encode_h264(100)})
    with _serving(_Rtsp(("127.0.0.1", 0), handler)) as port:
        yield f"127.0.0.1:{port}"


@cache
def _encode_h264(count: int) -> list[list[bytes]]:
    """Return the H.264 units of each picture; every tenth is a key frame."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 96, 64, "yuv420p"
    encoder.time_base, encoder.thread_count = Fraction(1, 25), 1
    encoder.options = {"g": "10", "bf": "0", "tune": "zerolatency", "x264-params": "repeat-headers=1"}
    packets: list[Any] = []
    for i in range(count):
        frame = av.VideoFrame.from_ndarray(flat(i), format="bgr24")
        frame.pts, frame.time_base = i, Fraction(1, 25)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    # Annex B: units stand between start codes of two or three zeros and a one.
    return [[u for part in bytes(p).split(b"\0\0\1") if (u := part.rstrip(b"\0"))] for p in packets]


def _describe(units: list[bytes]) -> str:
    sets = {unit[0] & 0x1F: base64.b64encode(unit).decode() for unit in units}
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
        "a=rtpmap:96 H264/90000\r\na=control:track0\r\n"
        f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets[7]},{sets[8]}\r\n"
    )
