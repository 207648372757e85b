"""What a source gives: frames, and faults that stand in their place."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import numpy as np
from av import error as av_error
from numpy.typing import NDArray

from openanpr.core.frame import Frame

Image: TypeAlias = NDArray[np.uint8]
"""A picture: (height, width, 3), uint8, channel order BGR, 0 to 255."""


@dataclass(frozen=True, slots=True)
class SourceFault:
    """One thing that went wrong with one source: which, what, and what to do about it.

    `recovering` is true when the source goes on by itself (a stream that will be tried again);
    otherwise nothing more comes from `source`, though other files of the same folder may follow.
    """

    source: str
    problem: str
    remedy: str
    recovering: bool = False

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}; {self.remedy}"


class SourceError(Exception):
    """A source that cannot be read; `fault` names it and says what to do."""

    def __init__(self, fault: SourceFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


Item: TypeAlias = Frame[Image] | SourceFault
Items: TypeAlias = Generator[Item, None, None]

# Query keys that only choose a picture. Anything else in a camera's address may be a secret.
_HARMLESS_KEYS = frozenset(
    {"camera", "channel", "codec", "compression", "fps", "profile", "resolution", "stream", "subtype"}
)


def redact(url: str) -> str:
    """Return `url` without user, password and any query value that might be a secret.

    Whatever stands before the last `@` goes, even where that costs the host's name: a password with
    a stray `/` or `?` in it would otherwise be taken for a path and shown.
    """
    scheme, _, rest = url.partition("://")
    if "@" in rest:
        rest = "***@" + rest.rpartition("@")[2]
    parts = urlsplit(f"{scheme}://{rest}")
    query = "&".join(_redact_pair(pair) for pair in parts.query.split("&")) if parts.query else ""
    return f"{scheme}://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")


def _redact_pair(pair: str) -> str:
    key, equals, _ = pair.partition("=")
    if not equals:
        return "***"
    return pair if key.lower() in _HARMLESS_KEYS else f"{key}=***"


def explain(error: OSError | av_error.FFmpegError) -> tuple[str, str]:
    """Return (problem, remedy) for an error of the system or of FFmpeg.

    The error's own text is never used: FFmpeg puts the address, password and all, into it.
    """
    for kinds, problem, remedy in _EXPLANATIONS:
        if isinstance(error, kinds):
            return problem, remedy
    words = re.sub(r"\s+", " ", error.strerror or type(error).__name__).strip()
    return f"it cannot be read ({words})", "check that it is whole and that another program can open it"


_Explanation: TypeAlias = tuple[tuple[type[BaseException], ...], str, str]

_EXPLANATIONS: tuple[_Explanation, ...] = (
    ((FileNotFoundError,), "there is no such file", "check the path"),
    ((PermissionError,), "permission to read it is refused", "give this user leave to read it"),
    (
        (av_error.HTTPUnauthorizedError, av_error.HTTPForbiddenError),
        "the camera refuses the user or password",
        "check the user and password in the address",
    ),
    (
        (av_error.HTTPNotFoundError,),
        "the server answers but has nothing at this address",
        "check the path of the address",
    ),
    (
        (ConnectionRefusedError,),
        "nothing answers at this address",
        "check that the camera is on, and its host and port",
    ),
    (
        (av_error.ExitError, TimeoutError),
        "no data came in the time allowed",
        "check the network and that the camera is on, or allow more time",
    ),
    (
        (av_error.EOFError,),
        "it ends before its first frame",
        "check that it is whole, and that the camera had something to send",
    ),
    (
        (av_error.InvalidDataError,),
        "the data is damaged or of no known kind",
        "check that it is whole and is a picture, a clip or a stream of video",
    ),
)
