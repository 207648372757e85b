"""Follows a node's alerts for the soak, as anyone would: over its socket, on from where it had come.

Each event that came is a line of JSON in a file: the cursor after it, and what it was. Killed or cut off, it
goes on from the last line. SIGTERM ends it.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx

SOCKET = "node.sock"
_AGAIN_S = 0.1


def heard_of(path: Path) -> list[dict[str, object]]:
    """Return what a watcher wrote down; a line that a kill cut short is no event."""
    heard: list[dict[str, object]] = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            heard.append(json.loads(line))
        except ValueError:
            continue
    return heard


def events(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """Yield the fields of each event whose end has come: half an event was not heard."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line:
            if fields:
                yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def line_of(fields: dict[str, str]) -> dict[str, object]:
    """Return what is written down of an event."""
    if fields["event"] != "alert":
        return {"cursor": fields["id"], "kind": fields["event"]}
    said = json.loads(fields["data"])
    return {
        "cursor": fields["id"],
        "kind": "alert",
        "event": said["event"],
        "alert": said["alert"]["id"],
        "step": said["step"]["number"],
    }


def follow(data: Path, cursor: str, file: IO[str]) -> str:
    """Listen until the stream ends; return the cursor after what was heard. Raises httpx.HTTPError."""
    transport = httpx.HTTPTransport(uds=str(data / SOCKET))
    with (
        httpx.Client(transport=transport, base_url="http://node.local", timeout=20.0) as client,
        client.stream(
            "GET",
            "/alerts/stream",
            params={"as": "watcher", "roles": "control-room"},
            headers={"Last-Event-ID": cursor},
        ) as answer,
    ):
        answer.raise_for_status()
        try:
            for fields in events(answer):
                line = line_of(fields)
                file.write(json.dumps(line) + "\n")
                file.flush()
                cursor = str(line["cursor"])
        except httpx.HTTPError:
            pass  # cut off: the caller goes on from the cursor
    return cursor


def main(data: Path, path: Path) -> int:
    """Follow until told to end."""
    ended = [False]

    def end(*_: object) -> None:
        ended[0] = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    heard = heard_of(path)
    cursor = str(heard[-1]["cursor"]) if heard else ""
    whole = not path.exists() or path.read_bytes()[-1:] in {b"", b"\n"}
    try:
        with path.open("a", encoding="utf-8") as file:
            if not whole:
                file.write("\n")
            while not ended[0]:
                try:
                    cursor = follow(data, cursor, file)
                except httpx.HTTPStatusError as fault:
                    file.write(
                        json.dumps({"cursor": cursor, "kind": f"status {fault.response.status_code}"}) + "\n"
                    )
                except httpx.HTTPError:
                    pass  # the node is down: it comes back
                time.sleep(_AGAIN_S)
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
