"""What knows of references: a file that a force writes, and a case system over HTTP. What is odd refuses."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from openanpr.core.purpose import ReferenceState
from openanpr.search.case_file import CaseFile, CaseFileError, parse_references
from openanpr.search.case_http import CaseAddress, CaseAddressError, CaseHttp

OPEN, CLOSED = ReferenceState.OPEN, ReferenceState.CLOSED
UNKNOWN, UNREACHABLE = ReferenceState.UNKNOWN, ReferenceState.UNREACHABLE
CSV = "reference,state,opened,closed\n53/CR/1/26,open,2026-11-01,\n53/CR/2/26,closed,2026-01-01,2026-02-01\n"
ROWS = [
    {"reference": "53/CR/1/26", "state": "open", "opened": "2026-11-01", "closed": None},
    {"reference": "53/CR/2/26", "state": "closed", "opened": None, "closed": "2026-02-01"},
]


def case_file(path, fresh_for=timedelta(days=1)) -> CaseFile:
    return CaseFile(path, fresh_for=fresh_for, clock=lambda: datetime.now(UTC))


@pytest.mark.parametrize(("name", "text"), [("cases.csv", CSV), ("cases.json", json.dumps(ROWS))])
def test_a_file_tells_of_the_references_in_it(tmp_path, name, text) -> None:
    (tmp_path / name).write_text(text)
    cases = case_file(tmp_path / name)
    told = [cases.state_of(one) for one in ("53/CR/1/26", " 53/CR/2/26 ", "53/CR/3/26", "")]
    assert told == [OPEN, CLOSED, UNKNOWN, UNKNOWN]


def test_a_file_is_read_again_when_it_is_another_and_an_earlier_one_never_speaks_for_it(tmp_path) -> None:
    path = tmp_path / "cases.csv"
    cases = case_file(path)
    assert cases.state_of("53/CR/1/26") is UNREACHABLE
    path.write_text(CSV)
    assert cases.state_of("53/CR/1/26") is OPEN
    path.write_text(CSV.replace("26,open", "26,closed"))
    assert cases.state_of("53/CR/1/26") is CLOSED
    path.write_text(CSV + "half a li")
    assert cases.state_of("53/CR/1/26") is UNREACHABLE
    path.write_text(CSV)
    assert cases.state_of("53/CR/1/26") is OPEN
    path.unlink()
    assert cases.state_of("53/CR/1/26") is UNREACHABLE


def test_a_file_that_is_written_no_more_tells_nothing(tmp_path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CSV)
    old = time.time() - 86_400 - 5
    os.utime(path, (old, old))
    assert case_file(path).state_of("53/CR/1/26") is UNREACHABLE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"reference,state\nx,open\n",
        b"reference,state,opened,closed\nx,open,\n",
        b"reference,state,opened,closed\nx,maybe,,\n",
        b"reference,state,opened,closed\n ,open,,\n",
        b"reference,state,opened,closed\nx,open,yesterday,\n",
        b"reference,state,opened,closed\nx,open,,\nx,open,,\n",
        b"reference,state,opened,closed\nx,open,,",
        b'reference,state,opened,closed\n"x,open,,\n',
        b"\xff\xfe\n",
    ],
)
def test_a_broken_file_is_refused_whole_and_its_fault_names_no_reference(data) -> None:
    with pytest.raises(CaseFileError) as told:
        parse_references(data, json_form=False)
    assert "'x'" not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[1]",
        "[{}]",
        '[{"reference": 1, "state": "open", "opened": null, "closed": null}]',
        "[" * 9999,
    ],
)
def test_broken_json_is_refused_whole(text) -> None:
    with pytest.raises(CaseFileError):
        parse_references(text.encode(), json_form=True)


def test_a_case_that_is_open_and_has_a_day_of_closing_is_closed() -> None:
    data = b"reference,state,opened,closed\nx,open,,2026-01-01\n"
    assert parse_references(data, json_form=False) == {"x": CLOSED}


class _System(BaseHTTPRequestHandler):
    """A case system; what the reference is called says how it answers."""

    asked: list[str]

    def do_GET(self) -> None:
        path = self.path
        self.server.asked.append(path)  # type: ignore[attr-defined]
        name = unquote(path.removeprefix("/cases/").removesuffix("?of=anpr"))
        body = json.dumps(
            {"case": {"id": name, "states": ["x", "LIVE" if "live" in name else "DONE"]}}
        ).encode()
        match name:
            case "none":
                self.send_error(404)
                return
            case "broken":
                self.send_error(500)
                return
            case "elsewhere":
                self.send_response(302)
                self.send_header("Location", "/cases/live")
                self.end_headers()
                return
            case "other":
                body = body.replace(b"other", b"live")
            case "odd-live":
                body = body.replace(b"LIVE", b"MAYBE")
            case "no-json":
                body = b"<html>live</html>"
            case "endless":
                body = b" " * 100_000 + body
            case "slow-live":
                time.sleep(1.5)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if name == "drip-live":
            for n in range(len(body)):
                self.wfile.write(body[n : n + 1])
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.wfile.write(body)

    def log_message(self, format, *args) -> None:  # noqa: A002 - its name
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _System)
    made.asked = []  # type: ignore[attr-defined]
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def system(server) -> Iterator[CaseHttp]:
    address = f"http://127.0.0.1:{server.server_port}/cases/{{reference}}?of=anpr"
    told = {"open_words": frozenset({"LIVE"}), "closed_words": frozenset({"DONE"}), "timeout_s": 1.0}
    made = CaseHttp(CaseAddress(address, "/case/states/1", echo_at="/case/id", **told))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("reference", "state"),
    [
        ("live", OPEN),
        ("done", CLOSED),
        ("none", UNKNOWN),
        ("broken", UNREACHABLE),
        ("elsewhere", UNREACHABLE),
        ("other", UNREACHABLE),
        ("odd-live", UNREACHABLE),
        ("no-json", UNREACHABLE),
        ("endless", UNREACHABLE),
        ("slow-live", UNREACHABLE),
        ("drip-live", UNREACHABLE),
        ("..", UNKNOWN),
        (".", UNKNOWN),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_only_a_clear_answer_counts(system, reference, state) -> None:
    assert system.state_of(reference) is state


@pytest.mark.parametrize(
    "reference", ["53/CR/1/26 live", "../live?x=y#z", "a\\live", "%2e%2e/live", "é live\r\nX: 1"]
)
def test_no_character_of_a_reference_changes_where_is_asked(system, server, reference) -> None:
    server.asked.clear()
    assert system.state_of(reference) is OPEN
    (path,) = server.asked
    assert path.count("/") == 2
    assert path.endswith("?of=anpr")
    assert unquote(path) == f"/cases/{reference}?of=anpr"


def test_a_system_that_is_not_there_is_unreachable() -> None:
    words = {"open_words": frozenset({"a"}), "closed_words": frozenset({"b"})}
    system = CaseHttp(CaseAddress("http://127.0.0.1:9/{reference}", "/s", **words))
    assert system.state_of("x") is UNREACHABLE
    system.close()


@pytest.mark.parametrize(
    ("template", "state_at", "open_words"),
    [
        ("http://cases.example/{reference}", "/s", {"a"}),
        ("https://{reference}.example/", "/s", {"a"}),
        ("https://cases.example/", "/s", {"a"}),
        ("https://cases.example/{reference}/{reference}", "/s", {"a"}),
        ("https://cases.example/{reference}", "s", {"a"}),
        ("https://cases.example/{reference}", "/s", {"b"}),
        ("https://cases.example/{reference}", "/s", set()),
    ],
)
def test_an_address_that_could_mislead_is_refused(template, state_at, open_words) -> None:
    with pytest.raises(CaseAddressError):
        CaseAddress(template, state_at, frozenset(open_words), frozenset({"b"}))


def test_a_token_is_in_no_text_of_the_address() -> None:
    words = {"open_words": frozenset({"a"}), "closed_words": frozenset({"b"})}
    address = CaseAddress(
        "https://cases.example/{reference}", "/s", headers={"Authorization": "hush"}, **words
    )
    assert "hush" not in repr(address)
