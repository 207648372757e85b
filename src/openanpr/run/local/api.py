"""Asks the API of a node: over its socket, or over TLS where the node is elsewhere."""

from __future__ import annotations

import argparse
import json
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import local_client
from openanpr.run.local.kept_session import kept_session
from openanpr.run.local.verb import data_of

_TIMEOUT_S = 120.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Where:
    """The node that is meant: the one of a folder on this machine, or the one at a URL."""

    data: Path | None
    url: str = ""
    authority: Path | None = None

    @property
    def key(self) -> str:
        """The name under which its session is kept."""
        return self.url or str(self.data)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a node elsewhere, beside `--data`."""
    parser.add_argument("--url", help="a node elsewhere, such as https://anpr.force.example:8471")
    parser.add_argument(
        "--ca", metavar="FILE", type=Path, help="the PEM file of who signed that node's certificate"
    )


def where_of(arguments: argparse.Namespace) -> Where:
    """Return the node that is meant; raises RefusedError for a URL in the clear."""
    if not arguments.url:
        return Where(data_of(arguments).resolve())
    parts = urlsplit(str(arguments.url))
    clear = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (parts.scheme != "https" and not clear) or not parts.hostname or parts.username is not None:
        raise RefusedError("--url begins with https:// and names a host: nobody signs in in the clear")
    return Where(None, f"{parts.scheme}://{parts.netloc}", arguments.ca)


def call(where: Where, method: str, path: str, form: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON of many shapes, shown and thrown away
    """Return what the API answers, by the session that is kept; raises RefusedError with what it says."""
    return _sent(where, method, path, form).json()


def fetch(where: Where, path: str, form: Mapping[str, Any]) -> bytes:
    """Return a file that the API gives out; raises RefusedError."""
    return _sent(where, "POST", path, form).content


def _sent(where: Where, method: str, path: str, form: Mapping[str, Any] | None) -> httpx.Response:
    kept = kept_session(where.key)
    headers = {"content-type": "application/json"}
    if kept is not None and kept.token:
        headers["authorization"] = f"Bearer {kept.token}"
    content = json.dumps(dict(form or {})) if method == "POST" else None
    with _client(where) as client:
        answer = client.request(method, f"/api{path}", content=content, headers=headers)
    if not answer.is_success:
        raise _refusal(answer)
    return answer


@contextmanager
def _client(where: Where) -> Generator[httpx.Client]:
    if where.data is not None:
        with local_client(where.data) as client:
            yield client
        return
    try:
        context = ssl.create_default_context(cafile=where.authority)
        with httpx.Client(
            base_url=where.url, timeout=_TIMEOUT_S, verify=context, follow_redirects=False, trust_env=False
        ) as client:
            yield client
    except (httpx.HTTPError, OSError) as fault:
        raise RefusedError(
            f"the node at {where.url} does not answer ({type(fault).__name__}): is the address right, and "
            "its certificate known here (--ca)?"
        ) from fault


def _refusal(answer: httpx.Response) -> RefusedError:
    try:
        said = answer.json()
        return RefusedError(f"{said['message']}: {said['what_to_do']}")
    except (ValueError, KeyError, TypeError):
        return RefusedError(f"the node answered with status {answer.status_code}")
