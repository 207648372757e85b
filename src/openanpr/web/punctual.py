"""HTTP as uvicorn speaks it, for senders that may be slow on purpose: who does not finish is hung up on.

uvicorn waits for ever for the rest of a request that has begun, and counts a connection only when a request
on it is whole.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for the head of a request and for its body to come, and how many may be connected at all."""

    head_s: float
    body_s: float
    most_connections: int


class Punctual(H11Protocol):
    """One connection; each part of a request must be whole in its time, or it is cut off."""

    def __init__(self, config: Config, state: ServerState, times: Times) -> None:
        super().__init__(config, state, {})
        self._times = times
        self._timer: asyncio.TimerHandle | None = None
        self._timed: tuple[object, object] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin, or hang up at once where too many are here already."""
        super().connection_made(transport)
        if len(self.connections) > self._times.most_connections:
            transport.abort()
        else:
            self._time()

    def data_received(self, data: bytes) -> None:
        """Take what came, and set the time for what must follow."""
        super().data_received(data)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._untime()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End when the request that is under way is answered."""
        with suppress(h11.LocalProtocolError):  # of a connection that broke already
            super().shutdown()

    def _time(self) -> None:
        """Begin a new time when the connection waits for another part than before."""
        waits_for = (self.conn.their_state, self.cycle)
        if waits_for == self._timed:
            return
        self._untime()
        times: dict[object, float] = {h11.IDLE: self._times.head_s, h11.SEND_BODY: self._times.body_s}
        seconds = times.get(self.conn.their_state)
        if seconds is not None and not self.transport.is_closing():
            self._timed = waits_for
            self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _untime(self) -> None:
        self._timed = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
