"""An S3 server for tests: moto in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx

from tests.ports import free_port

_NAMES = count()


@contextmanager
def running_s3() -> Iterator[str]:
    """The address of an empty S3 server."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def make_bucket(url: str) -> str:
    """A new bucket's name."""
    name = f"pictures-{next(_NAMES)}"
    place = "<LocationConstraint>eu-west-2</LocationConstraint>"
    body = f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>"
    httpx.put(f"{url}/{name}", content=body).raise_for_status()
    return name


def _wait(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/moto-api/", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the S3 server did not start")
