"""A request as it comes over the network: its address, its headers, its body within limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest

from openanpr.web.answers import TurnedAwayError
from openanpr.web.desk_threads import Room
from openanpr.wire.signature import Request


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`most_bytes` of one body, `room` for all bodies at once, `seconds` for one to come whole."""

    most_bytes: int
    room: Room
    seconds: float


def authority_of(http: HttpRequest, names: frozenset[str]) -> str:
    """Return the name under which the node was asked; raises TurnedAwayError (421) for one that is not its.

    A signature covers the authority: that of another node must be worth nothing here, so the names of this
    one are told by its operator and never taken from a request.
    """
    said = http.headers.getlist("host")
    if len(said) != 1 or said[0].lower() not in names:
        raise TurnedAwayError(421, "wrong_address")
    return said[0].lower()


def signed_request(http: HttpRequest, authority: str, body: bytes) -> Request:
    """Return the request as its signature covers it."""
    target = http.scope["raw_path"].decode("ascii")
    query = http.scope["query_string"].decode("ascii")
    url = f"{http.scope['scheme']}://{authority}{target}{'?' + query if query else ''}"
    headers: dict[str, str] = {}
    for name, value in http.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(http.method, url, headers, body)


@asynccontextmanager
async def body_of(http: HttpRequest, limits: BodyLimits) -> AsyncGenerator[bytes]:
    """Yield the whole body, which counts against the room for all bodies until this is left.

    Raises TurnedAwayError: 413 beyond the limit, as soon as that is known; 408 when it comes too slowly; 503
    when there is no room; 400 when the sender hangs up in the middle or tells two lengths.
    """
    _refuse_unfit_length(http, limits.most_bytes)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in http.stream():
                if size + len(part) > limits.most_bytes:
                    raise TurnedAwayError(413, "too_large")
                limits.room.take(len(part))
                size += len(part)
                parts.append(part)
        yield b"".join(parts)
    except TimeoutError:
        raise TurnedAwayError(408, "too_slow", hang_up=True) from None
    except ClientDisconnect:
        raise TurnedAwayError(400, "cut_short", hang_up=True) from None
    finally:
        limits.room.give_back(size)


def _refuse_unfit_length(http: HttpRequest, most: int) -> None:
    said = http.headers.getlist("content-length")
    if said and "transfer-encoding" in http.headers:
        raise TurnedAwayError(400, "two_lengths", hang_up=True)
    if said and int(said[0]) > most:
        raise TurnedAwayError(413, "too_large")
