"""Events of the server to one page, for as long as it listens."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from openanpr.web.answers import TurnedAwayError
from openanpr.web.pages.route import Stream
from openanpr.web.request_log import log_fault


class Streaming(StreamingResponse):
    """Events for as long as somebody listens, who has a `place` for it."""

    def __init__(self, stream: Stream, place: AbstractContextManager[object]) -> None:
        super().__init__(stream.events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._held, self._place = stream.held, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them; whoever has no place left is refused (429)."""
        with ExitStack() as held:
            try:
                held.enter_context(self._place)
            except TurnedAwayError as fault:
                await Response(status_code=fault.status)(scope, receive, send)
                return
            held.enter_context(self._held)
            try:
                await super().__call__(scope, receive, send)
            except Exception as fault:  # noqa: BLE001 - the stream breaks off, and the page comes again
                log_fault(fault)
