"""A small ClickHouse HTTP server for tests: chDB in a process of its own, spoken to as the real server is.

`python -m tests.store.clickhouse_front FOLDER` prints its port and serves until its standard input closes.
It takes what clickhouse-connect sends: a query in the body or the address, parameters, settings, data.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from chdb import ChdbError
from chdb.session import Session

NOT_SETTINGS = {
    "query",
    "database",
    "session_id",
    "session_timeout",
    "session_check",
    "query_id",
    "compress",
    "decompress",
    "default_format",
    "role",
    "quota_key",
    "client_protocol_version",
    "enable_http_compression",
    "user",
    "password",
    "wait_end_of_query",
    "buffer_size",
}
CODE = re.compile(r"Code: (\d+)")
DATA = re.compile(r"\s+FORMAT\s+(\w+)\s*$")


def apply(session: Session, settings: dict[str, str]) -> None:
    """Give a connection the settings of a request."""
    for name, value in settings.items():
        session.query(f"SET {name} = '{value}'")


def fields(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form; a real server refuses a longer one (http_max_field_value_size)."""
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    assert isinstance(form, Message)
    named = {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in form.get_payload()
        if isinstance(part, Message)
    }
    found = {name: raw.decode() for name, raw in named.items() if isinstance(raw, bytes)}
    assert all(len(text) <= 131_072 for text in found.values()), "a field is too long for a server"
    return found


class Front(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    address = ""
    free: ClassVar[dict[tuple[tuple[str, str], ...], list[Session]]] = {}

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get_content_type() == "multipart/form-data":  # what is too long for an address
            asked |= fields(self.headers["Content-Type"], body)
            body = b""
        try:
            self._answer(200, self._run(asked, body))
        except (ChdbError, RuntimeError) as fault:
            code = CODE.search(str(fault))
            told = f"{fault}".encode()
            self._answer(500, told, **{"X-ClickHouse-Exception-Code": code[1] if code else "0"})

    def _run(self, asked: dict[str, str], body: bytes) -> bytes:
        settings = {k: v for k, v in asked.items() if k not in NOT_SETTINGS and not k.startswith("param_")}
        values = {k.removeprefix("param_"): v for k, v in asked.items() if k.startswith("param_")}
        if "query" in asked and body:
            with Session(self.address) as session:
                apply(session, settings)
                return self._insert(session, asked["query"], body)
        query = asked.get("query") or body.decode()
        form = DATA.search(query)
        text = query[: form.start()] if form else query
        with self._lent(settings) as session:
            return session.query(text, form[1] if form else "TabSeparated", params=values).bytes()

    @contextmanager
    def _lent(self, settings: dict[str, str]) -> Generator[Session]:
        """A connection that has these settings: a new one for each question takes most of a test's time."""
        free = self.free.setdefault(tuple(sorted(settings.items())), [])
        session = free.pop() if free else None
        try:
            if session is None:
                session = Session(self.address)
                apply(session, settings)
            yield session
        except BaseException:
            if session is not None:
                session.close()
            raise
        free.append(session)

    def _insert(self, session: Session, query: str, body: bytes) -> bytes:
        form = DATA.search(query)
        assert form is not None, "data came without a format"
        with session.send_insert(query[: form.start()], form[1]) as stream:
            stream.append(body)
            stream.finish()
        return b""

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(folder: Path) -> None:
    """Serve the store in `folder` until standard input closes."""
    Front.address = str(folder)
    keep = Session(Front.address)  # so that the engine stays up between requests
    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    keep.close()
    os._exit(0)  # chDB's own threads would hold up an ordinary end


if __name__ == "__main__":
    main(Path(sys.argv[1]))
