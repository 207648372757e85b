"""A server in a thread of its own, with its own event loop: on a port, or on a socket of the machine."""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from openanpr.web.listening import ServeError, listen_socket, listen_tcp, take_down, tls_context
from openanpr.web.punctual import Punctual, Times
from openanpr.web.request_log import log_fault

__all__ = ["ServeError", "ServeLimits", "Served", "serve_socket", "serve_tcp"]

_START_S = 10.0
_JOIN_S = 5.0
_STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class ServeLimits:
    """How many may be connected, and how many seconds each part of a connection may take.

    From `most_connections` on requests are refused with 503; at twice as many nobody can connect.
    `head_s`: for the TLS handshake, and for the head of a request; `body_s`: for its body; `idle_s`: between
    two requests.
    """

    most_connections: int = 512
    head_s: float = 10.0
    body_s: float = 75.0
    idle_s: int = 15


def serve_tcp(
    app: ASGIApp,
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    *,
    limits: ServeLimits | None = None,
) -> Served:
    """Return a server for `host` and `port` (0: any that is free), not started yet; raises ServeError.

    With a certificate and its key (PEM) it speaks TLS 1.2 or newer; without, it listens on loopback alone.
    """
    if (certificate is None) != (key is None):
        raise ServeError("a certificate needs its key, and a key its certificate")
    tls = None if certificate is None or key is None else tls_context(certificate, key)
    listening = partial(listen_tcp, host, port, secured=tls is not None)
    return Served(app, listening, tls=tls, limits=limits or ServeLimits())


def serve_socket(app: ASGIApp, path: Path, *, limits: ServeLimits | None = None) -> Served:
    """Return a server on a Unix socket that only its owner can open (0600 in 0700), not started yet."""
    return Served(app, partial(listen_socket, path), path=path, limits=limits or ServeLimits())


class Served:
    """One server; `start` it once and `stop` it once. The app's own `close` is not its matter."""

    def __init__(
        self,
        app: ASGIApp,
        listen: Callable[[], socket.socket],
        *,
        limits: ServeLimits,
        tls: ssl.SSLContext | None = None,
        path: Path | None = None,
    ) -> None:
        self._listen = listen
        self._path = path
        self._server = _Server(app, limits, tls)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._place: _Place | None = None
        self._fault: BaseException | None = None

    def start(self) -> None:
        """Return when it listens; raises ServeError."""
        listener = self._listen()
        inode = 0 if self._path is None else self._path.lstat().st_ino
        port = 0 if self._path is not None else int(listener.getsockname()[1])
        self._place = _Place(listener, port, inode)
        self._thread.start()
        if not self._server.up.wait(_START_S) or self._fault is not None:
            self.stop(0)
            raise ServeError("the server did not start") from self._fault

    @property
    def port(self) -> int:
        """The port that it listens on, also where 0 was asked for; 0 for a socket and before the start."""
        return 0 if self._place is None else self._place.port

    @property
    def running(self) -> bool:
        """Whether it serves; false before the start, after the end, and when it broke."""
        return self._thread.is_alive() and self._fault is None

    def stop(self, timeout_s: float) -> None:
        """Take no more requests, let those under way be answered for `timeout_s`, then hang up; return."""
        if self._place is None:
            return
        self._server.config.timeout_graceful_shutdown = math.ceil(timeout_s)
        self._server.should_exit = True
        self._thread.join(timeout_s + _JOIN_S)
        if self._path is not None:
            take_down(self._path, self._place.inode)
        self._place.listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(_STOP_S)

    def _run(self) -> None:
        if self._place is None:
            return
        try:
            self._server.run([self._place.listener])
        except BaseException as fault:  # noqa: BLE001 - the outermost of its thread: `start` and `running` tell of it
            self._fault = fault
            log_fault(fault)
        finally:
            self._server.up.set()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it listens."""

    listener: socket.socket
    port: int
    inode: int


class _Server(uvicorn.Server):
    """uvicorn, with times for what it waits for without end, and nothing in its log that was sent."""

    def __init__(self, app: ASGIApp, limits: ServeLimits, tls: ssl.SSLContext | None) -> None:
        super().__init__(_config(app, limits))
        self.up = threading.Event()
        self._limits = limits
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on sockets that listen already."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_log_loop_fault)
        limits = self._limits
        times = Times(limits.head_s, limits.body_s, 2 * limits.most_connections)
        protocol = partial(Punctual, self.config, self.server_state, times)
        tls_s = None if self._tls is None else limits.head_s
        self.servers: list[asyncio.Server] = [
            await loop.create_server(
                protocol, sock=one, ssl=self._tls, ssl_handshake_timeout=tls_s, ssl_shutdown_timeout=tls_s
            )
            for one in sockets or []
        ]
        self.started = True
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for what is under way, then hang up on what is left."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # one turn of the loop, in which the connections learn of it


def _config(app: ASGIApp, limits: ServeLimits) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=limits.most_connections,
        timeout_keep_alive=limits.idle_s,
    )


def _log_loop_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Write down a fault of a connection without its message, which may hold what was sent."""
    del loop
    fault = context.get("exception")
    if isinstance(fault, BaseException):
        log_fault(fault)
