"""The way from a reader or a node to a node: a TCP line that can be cut and slowed at will."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

_PIECE = 2048


class Fault(StrEnum):
    """What is wrong with a way."""

    NONE = "none"
    RESET = "reset"  # every connection breaks, and every new one at once
    SWALLOWED = "swallowed"  # connections stand, and nothing comes through
    SLOW = "slow"  # late, and few bytes a second
    HALF_ANSWER = "half answer"  # the question comes through, the answer breaks off in its middle


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault; of a slow way how slow: bytes in a second, and seconds that each piece comes late."""

    fault: Fault
    bytes_s: int = 0
    late_s: float = 0.0


CLEAR = Trouble(Fault.NONE)


class Way:
    """A port of its own that leads to another port of this machine, in a thread of its own."""

    def __init__(self, port: int, to_port: int, chance: random.Random) -> None:
        self.port = port
        self.broken = 0
        self._to_port, self._chance = to_port, chance
        self._trouble = CLEAR
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"way-{port}", daemon=True)
        self._open: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._wait(asyncio.start_server(self._came, "127.0.0.1", self.port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wait(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """The URL of the node at the other end, by this way."""
        return f"http://127.0.0.1:{self.port}"

    def suffer(self, trouble: Trouble) -> None:
        """Let the way have this trouble from now on."""
        self._wait(self._suffer(trouble))

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work answers
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _suffer(self, trouble: Trouble) -> None:
        swallowed = self._trouble.fault is Fault.SWALLOWED
        self._trouble = trouble
        # After a time without a word the ends may go on, or find the connection gone.
        if trouble.fault is Fault.RESET or (swallowed and self._chance.random() < 0.5):
            self._break(*self._open)
        self._changed.set()
        self._changed = asyncio.Event()

    async def _ended(self) -> None:
        if self._server is not None:
            self._server.close()
        self._break(*self._open)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._trouble.fault is Fault.RESET:
            self._break(writer)
            return
        # asyncio complains of a connection that ends by being cancelled, as all do at the end.
        with suppress(asyncio.CancelledError):
            await self._led(reader, writer)

    async def _led(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Lead a connection on, until one of its ends goes."""
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            writer.transport.abort()
            return
        both = (writer, far_writer)
        self._open.update(both)
        try:
            asking = self._pass_on(reader, far_writer, both, answers=False)
            await asyncio.gather(asking, self._pass_on(far_reader, writer, both, answers=True))
        finally:
            for end in both:
                self._open.discard(end)
                end.transport.abort()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, ...],
        *,
        answers: bool,
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                while self._trouble.fault is Fault.SWALLOWED:
                    await self._changed.wait()
                trouble = self._trouble
                if trouble.fault is Fault.HALF_ANSWER and answers:
                    writer.write(piece[: len(piece) // 2])
                    await writer.drain()
                    self._break(*both)
                    return
                if trouble.fault is Fault.SLOW:
                    await asyncio.sleep(trouble.late_s + len(piece) / trouble.bytes_s)
                writer.write(piece)
                await writer.drain()
            # One end hung up: so does the other, also while it waits for an answer.
            for end in both:
                end.close()

    def _break(self, *ends: asyncio.StreamWriter) -> None:
        self.broken += len(ends)
        for end in ends:
            # With no time to linger the other end is told by a reset, not by an orderly end.
            link = end.get_extra_info("socket")
            if link is not None:
                with suppress(OSError):
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            end.transport.abort()
