"""The public listener, over a real port: pages from memory, told once, nothing kept of who asks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx
import pytest

from openanpr.publish.site.make import Site, make_site
from openanpr.publish.words import catalogue
from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import press
from openanpr.web.serve import serve_tcp
from tests.publish.site_scene import state_in


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(state_in(tmp_path_factory.mktemp("state")), [catalogue()])


@pytest.fixture(scope="module")
def asked(site) -> Iterator[httpx.Client]:
    pressed = press(site.files, inline={})
    served = serve_tcp(public_app(lambda: pressed), "127.0.0.1", 0, None, None)
    with served, httpx.Client() as client:
        client.base_url = f"http://127.0.0.1:{served.port}"
        yield client


def test_every_file_is_served_as_it_was_made_plain_and_packed(site, asked) -> None:
    for path, body in site.files.items():
        for encoding in ("identity", "gzip"):
            answer = asked.get(f"/{path}", headers={"accept-encoding": encoding})
            assert answer.status_code == 200
            assert answer.content == body
    packed = asked.get("/index.html", headers={"accept-encoding": "br, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(site.files["index.html"], 9, mtime=0))
    plain = asked.get("/index.html", headers={"accept-encoding": "gzip;q=0.0"})
    assert "content-encoding" not in plain.headers


def test_a_folder_shows_its_page(site, asked) -> None:
    assert asked.get("/").content == site.files["index.html"]
    assert asked.get("/figures/").content == site.files["figures/index.html"]


def test_what_somebody_has_already_is_not_sent_again(asked) -> None:
    for encoding in ("identity", "gzip"):
        first = asked.get("/", headers={"accept-encoding": encoding})
        tag = first.headers["etag"]
        for said in (tag, f'"other", W/{tag}', "*"):
            again = asked.get("/", headers={"accept-encoding": encoding, "if-none-match": said})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        assert (
            asked.get("/", headers={"accept-encoding": encoding, "if-none-match": '"x"'}).status_code == 200
        )


def test_a_head_has_the_headers_and_no_body(asked) -> None:
    head, get = asked.head("/rules.html"), asked.get("/rules.html")
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in get.headers.items() if k != "date"
    }


@pytest.mark.parametrize(
    "path", ["/nothing", "/figures/2026-01.html", "/..%2fkey.txt", "/%2e%2e/key", "/figures"]
)
def test_what_is_not_there_gets_the_page_that_says_so(site, asked, path) -> None:
    answer = asked.get(path, headers={"if-none-match": "*"})
    assert answer.status_code == 404
    assert answer.content == site.files["404.html"]


def test_nothing_but_reading_is_answered(asked) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        answer = asked.request(method, "/")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_every_answer_is_guarded_and_sets_no_cookie(site, asked) -> None:
    for path in [*site.files, "nothing"]:
        headers = asked.get(f"/{path}").headers
        assert "set-cookie" not in headers
        assert "server" not in headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "public, max-age=300"
    own = press({"404.html": b"", "own.html": b""}, inline={"own.html": "p{}"}).plain["/own.html"]
    assert b"'sha256-" in dict(own.headers)[b"content-security-policy"]


def test_before_the_first_pages_are_made_it_says_when_to_come_again() -> None:
    with serve_tcp(public_app(lambda: None), "127.0.0.1", 0, None, None) as served:
        answer = httpx.get(f"http://127.0.0.1:{served.port}/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"


def test_a_site_without_its_page_or_with_a_strange_file_is_not_pressed(site) -> None:
    with pytest.raises(ValueError, match="no page for what is not there"):
        press({"index.html": b""}, inline={})
    with pytest.raises(ValueError, match=r"kind \.exe"):
        press({**site.files, "a.exe": b""}, inline={})
