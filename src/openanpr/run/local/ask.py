"""Asks the node on this machine over its socket."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from openanpr.run.exit_code import RefusedError

SOCKET = "node.sock"
_BASE = "http://node.local"
_TIMEOUT_S = 3600.0  # an import or a backup takes as long as it takes


def default_data() -> Path:
    """Return the folder in which a node keeps everything where nobody names another."""
    named = os.environ.get("OPENANPR_DATA_FOLDER")
    if named:
        return Path(named)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "openanpr" / "node"


def login_name() -> str:
    """Return the name of whoever is at this machine; used where no other name is given."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def ask(
    data: Path,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - JSON of many shapes, shown and thrown away
    """Return the node's answer as JSON gives it; raises RefusedError with what the node says."""
    with _client(data) as client:
        content = None if form is None else json.dumps(form)
        answer = client.request(method, path, params=dict(query or {}), content=content)
    if answer.is_success:
        return answer.json()
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = f"the node answered with status {answer.status_code}"
    raise RefusedError(message)


def listen(data: Path, path: str, *, query: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the fields of each server-sent event, without end; beats between them are passed over."""
    fields: dict[str, str] = {}
    with _client(data, timeout_s=60.0) as client, client.stream("GET", path, params=dict(query)) as answer:
        if not answer.is_success:
            answer.read()
            raise RefusedError(str(answer.json().get("message", "the node refuses")))
        for line in answer.iter_lines():
            if not line:
                if fields:
                    yield fields
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value


@contextmanager
def _client(data: Path, timeout_s: float = _TIMEOUT_S) -> Generator[httpx.Client]:
    socket = data / SOCKET
    if not socket.exists():
        raise RefusedError(
            f"no node runs on {data}: start one with 'openanpr node', or name its folder by --data"
        )
    try:
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url=_BASE,
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            trust_env=False,
        ) as client:
            yield client
    except PermissionError as fault:
        raise RefusedError("only the owner of the node's folder may ask it: use that account") from fault
    except httpx.HTTPError as fault:
        raise RefusedError(
            f"the node on {data} does not answer ({type(fault).__name__}): is it still running?"
        ) from fault
