"""Ports for what tests and measurements begin, end and begin again."""

from __future__ import annotations

import random
import socket
from itertools import count

_LOWEST, _HIGHEST = 20_000, 32_000
_NEXT = count(random.randrange(_HIGHEST - _LOWEST))


def free_port() -> int:
    """Return a port of this machine that nobody listens on and that was not given for a long time.

    It is from below those that the system lends to connections: a lent one may be taken before or between
    the lives of the process that listens on it, even by the client that tries to reach it. Raises OSError.
    """
    for _ in range(_HIGHEST - _LOWEST):
        port = _LOWEST + next(_NEXT) % (_HIGHEST - _LOWEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port is free between {_LOWEST} and {_HIGHEST}")
