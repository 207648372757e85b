"""What the public listener counts: how it answered and how fast, and nothing of who asked for what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import press
from openanpr.web.public.visits import BOUNDS_S, Visits, counted
from openanpr.web.serve import serve_tcp

FILES = {"404.html": b"no", "index.html": b"yes", "style.css": b"", "data.json": b"{}", "a.pdf": b"%PDF"}


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def asked(visits) -> Iterator[httpx.Client]:
    app = counted(public_app(lambda: press(FILES, inline={})), visits)
    with serve_tcp(app, "127.0.0.1", 0, None, None) as served, httpx.Client() as client:
        client.base_url = f"http://127.0.0.1:{served.port}"
        yield client


def test_each_answer_is_counted_by_its_kind(asked, visits) -> None:
    tag = asked.get("/").headers["etag"]
    for path in ("/index.html", "/style.css", "/data.json", "/a.pdf", "/AB12CDE", "/AB12CDE.json"):
        asked.get(path)
    asked.get("/", headers={"if-none-match": tag})
    asked.post("/")
    found = visits.snapshot()
    assert found.requests == {
        ("200", "page"): 2,
        ("200", "style"): 1,
        ("200", "document"): 1,
        ("200", "file"): 1,
        ("304", "page"): 1,
        ("404", "missing"): 2,
        ("405", "refused"): 1,
    }
    assert sum(found.bands) == 9
    assert len(found.bands) == len(BOUNDS_S) + 1
    assert 0 < found.seconds < 9


def test_a_request_that_breaks_off_is_counted_as_a_fault(visits) -> None:
    async def broken(*_: object) -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it has no text
        asyncio.run(counted(broken, visits)({"type": "http", "path": "/"}, None, None))
    assert visits.snapshot().requests == {("500", "refused"): 1}
