"""Asks the node on this machine over its socket."""

from __future__ import annotations

import getpass
import json
import os
import socket
import ssl
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.kept_session import kept_session

SOCKET = "node.sock"
_BASE = "http://node.local"
_SILENT_S = 60.0  # several beats of a stream
_SOON_S = 5.0
_TIMEOUT_S = 3600.0  # an import or a backup takes as long as it takes


def named_data() -> Path | None:
    """Return the folder of a node that the environment names, if it names one."""
    named = os.environ.get("OPENANPR_DATA_FOLDER")
    return Path(named) if named else None


def default_data() -> Path:
    """Return the folder in which a node keeps everything where no option names another."""
    if named := named_data():
        return named
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "openanpr" / "node"


def login_name(data: Path) -> str:
    """Return the name of whoever is signed in to this node, else of whoever is at this machine."""
    kept = kept_session(str(data.resolve()))
    if kept is not None and kept.token:
        return kept.login
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
    with local_client(data) as client:
        content = None if form is None else json.dumps(form)
        answer = client.request(method, path, params=dict(query or {}), content=content, headers=_who(data))
    if not answer.is_success:
        raise _refusal(answer)
    return answer.json()


def listen(data: Path, path: str, *, query: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the fields of each server-sent event; beats between them are passed over.

    Ends by raising RefusedError, when the node ends, stays silent for longer than it ever does, or hears from
    nobody who is signed in any more.
    """
    fields: dict[str, str] = {}
    with (
        local_client(data, _SILENT_S) as client,
        client.stream("GET", path, params=dict(query), headers=_who(data)) as answer,
    ):
        if not answer.is_success:
            answer.read()
            raise _refusal(answer)
        for line in answer.iter_lines():
            if not line:
                if fields:
                    yield fields
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
    raise _why_over(data, path, query)


def _why_over(data: Path, path: str, query: Mapping[str, str]) -> RefusedError:
    """Return why a stream came to its end, which it does not tell: whoever asks for it again is told."""
    try:
        with (
            local_client(data, _SOON_S) as client,
            client.stream("GET", path, params=dict(query), headers=_who(data)) as answer,
        ):
            if answer.is_client_error:
                answer.read()
                return _refusal(answer)
    except RefusedError:
        pass  # it is not there to tell
    return RefusedError(f"the node on {data} has ended: start it again, and watch again")


def _who(data: Path) -> dict[str, str]:
    """Return the header that proves who asks; none where nobody has signed in here."""
    kept = kept_session(str(data.resolve()))
    return {} if kept is None or not kept.token else {"authorization": f"Bearer {kept.token}"}


@contextmanager
def local_client(data: Path, timeout_s: float = _TIMEOUT_S) -> Generator[httpx.Client]:
    """Give a client of the node's socket; raises RefusedError where nobody listens there."""
    path = data / SOCKET
    _refuse_unreachable(path)
    try:
        with httpx.Client(
            # No certificate is shown on a socket of this machine: to load those that are trusted takes longer
            # than most commands do.
            transport=httpx.HTTPTransport(uds=str(path), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            base_url=_BASE,
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            trust_env=False,
        ) as client:
            yield client
    except httpx.HTTPError as fault:
        raise RefusedError(
            f"the node on {data} does not answer ({type(fault).__name__}): is it still running?"
        ) from fault


def _refuse_unreachable(path: Path) -> None:
    """Raise RefusedError unless somebody listens there; what httpx would say of it is less plain."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except PermissionError as fault:
            raise RefusedError("only the owner of the node's folder may ask it: use that account") from fault
        except OSError as fault:
            raise RefusedError(
                f"no node runs on {path.parent}: start one with 'openanpr node', or name its folder by --data"
            ) from fault


def _refusal(answer: httpx.Response) -> RefusedError:
    try:
        return RefusedError(str(answer.json()["message"]))
    except (ValueError, KeyError, TypeError):
        return RefusedError(f"the node answered with status {answer.status_code}")
