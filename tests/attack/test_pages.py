"""Attacks on the pages, over a real port: strangers, forged forms, other sites, floods of bytes."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from openanpr.core.role import Rank, Role
from openanpr.people.session import csrf_token
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import Act
from openanpr.run.node import build
from openanpr.run.node.local_routes import local_routes
from openanpr.run.node.pages import node_pages
from openanpr.web.api.route import Anybody
from openanpr.web.pages.assets import Assets
from openanpr.web.pages.look import Look, Site
from openanpr.web.pages.route import PageRoute
from tests.conventions.page_routes import every_page
from tests.ports import free_port
from tests.run_node.world import World, listed, read
from tests.web_api.node_people import somebody, token_of

PAGES = every_page()
OPENED = [one for one in PAGES if one.method == "GET"]
SENT = [one for one in PAGES if one.method != "GET"]
EVERY_ROLE = tuple(Role)


def named(route: PageRoute) -> str:
    return f"{route.method} {route.path}"


def for_roles(route: PageRoute) -> bool:
    """Whether a page is for roles alone. Alerts are for people by their names too: of covert entries."""
    return isinstance(route.who, Act) and not shipped_rules().of_act[route.who].by_name


def address(route: PageRoute) -> str:
    """An address of the route, with ids of nothing."""
    return re.sub(r"\{[^}]*\}", "nothing-1", route.path)


class Pages:
    """A whole node that is asked for its pages over its port."""

    def __init__(self, folder: Path, reads: str) -> None:
        self.port = free_port()
        self.host = f"localhost:{self.port}"
        people = f'[people]\nport = {self.port}\nnames = ["{self.host}"]\n'
        self.world = World(folder, reads, people)
        served = build.people_of(self.world.made, self.world.telling)
        assert served is not None
        self.served = served
        self.served.start()
        # A name that tries to be more than a name stands at the head of every page of its owner.
        self.person = somebody(
            self.world, "eve", *EVERY_ROLE, rank=Rank.CHIEF_CONSTABLE, name="<script>alert(1)</script>"
        )
        self.line = httpx.Client(base_url=f"http://{self.host}", timeout=20)

    def token(self) -> str:
        """Return the token of a new session of somebody who has every role."""
        return token_of(self.world, self.person)

    def csrf(self, token: str) -> str:
        return csrf_token(token, self.world.made.door.desk.keys)

    def ask(self, method: str, path: str, token: str = "", **more) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if token:
            headers["cookie"] = f"__Host-session={token}"
        return self.line.request(method, path, headers=headers, follow_redirects=False, **more)

    def raw(self, text: bytes) -> bytes:
        """Return what a request, byte by byte, is answered."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            line.sendall(text)
            line.settimeout(10)
            return line.recv(65536)


@pytest.fixture(scope="module")
def pages(tmp_path_factory, reads_url) -> Iterator[Pages]:
    made = Pages(tmp_path_factory.mktemp("node"), reads_url)
    yield made
    made.line.close()
    made.served.stop(2)
    made.world.made.door.threads.close()
    made.world.last.close()


@pytest.mark.parametrize("route", [one for one in PAGES if one.who is not Anybody.PUBLIC], ids=named)
def test_a_stranger_is_led_to_sign_in_or_refused_and_told_nothing(pages, route) -> None:
    form = {"data": {"x": "1"}} if route.method == "POST" else {}
    answer = pages.ask(route.method, address(route), **form)
    if route.method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")
        assert answer.content == b""
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize("route", OPENED, ids=named)
def test_no_page_is_kept_by_a_browser_or_framed_or_takes_script_from_elsewhere(pages, route) -> None:
    with pages.line.stream(
        "GET", address(route), headers={"cookie": f"__Host-session={pages.token()}"}
    ) as answer:
        headers = answer.headers
        kind = headers.get("content-type", "")
        text = "" if "event-stream" in kind else answer.read().decode("utf-8", "replace")
    assert "no-store" in headers["cache-control"] or "text/javascript" in kind
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy.get(one, "'none'") for one in ("script-src", "style-src")} <= {"'self'", "'none'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    if "text/html" in kind:
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text)
        assert not re.search(r"<[^>]+\sstyle=", text)
        assert not re.search(r"<[^>]+\son\w+=", text)


@pytest.mark.parametrize("route", [one for one in SENT if one.who is not Anybody.PUBLIC], ids=named)
def test_a_form_without_its_own_text_or_with_anothers_is_refused(pages, route) -> None:
    token = pages.token()
    for text in ("", "x" * 43, pages.csrf(pages.token())):
        answer = pages.ask("POST", address(route), token, data={"csrf": text})
        assert answer.status_code == 403, text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("route", SENT, ids=named)
def test_a_form_from_another_site_is_refused_whatever_it_brings(pages, route) -> None:
    token = pages.token()
    form = {"csrf": pages.csrf(token)}
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://{pages.host}.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = pages.ask("POST", address(route), token, data=form, headers=headers)
        assert answer.status_code == 403, headers


@pytest.mark.parametrize("route", [one for one in PAGES if for_roles(one)], ids=named)
def test_whoever_has_no_role_is_refused(pages, route) -> None:
    nobody = pages.world.stores.people.by_login("nobody") or somebody(pages.world, "nobody")
    token = token_of(pages.world, nobody)
    form = {"data": {"csrf": pages.csrf(token)}} if route.method == "POST" else {}
    with pages.line.stream(
        route.method, address(route), headers={"cookie": f"__Host-session={token}"}, **form
    ) as answer:
        assert answer.status_code in {403, 404, 422}, answer.status_code


@pytest.mark.parametrize("route", OPENED, ids=named)
def test_something_behind_a_question_mark_that_does_not_belong_there_is_refused(pages, route) -> None:
    answer = pages.ask("GET", f"{address(route)}?vrm=AB12CDE", pages.token())
    assert answer.status_code == 400
    assert "AB12" not in answer.text


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y"])
def test_nobody_is_sent_elsewhere_after_signing_in(pages, where) -> None:
    answer = pages.ask("GET", "/sign-in", params={"next": where})
    assert answer.status_code == 200
    assert escape(where) not in answer.text
    assert 'name="next" value="/"' in answer.text


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "%2e%2e/%2e%2e/x", "vendor/../look.css", "vendor/SHA256SUMS", "", "look.css%00"],
)
def test_no_other_file_is_given_out_as_style_or_script(pages, name) -> None:
    version = re.search(r"/static/([0-9a-f]+)/", pages.ask("GET", "/sign-in").text)
    assert version is not None
    told = pages.raw(f"GET /static/{version[1]}/{name} HTTP/1.1\r\nhost: {pages.host}\r\n\r\n".encode())
    assert told.split(b"\r\n")[0].split()[1] in {b"404", b"400"}, told[:80]


def test_a_request_for_another_name_is_refused(pages) -> None:
    for host in ("evil.example", f"{pages.host}.evil.example", f"127.0.0.1:{pages.port}"):
        told = pages.raw(f"GET / HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        assert told.startswith(b"HTTP/1.1 421"), host


def test_two_cookies_of_one_name_are_refused(pages) -> None:
    cookie = "__Host-session=a; __Host-session=b"
    assert pages.ask("GET", "/account", headers={"cookie": cookie}).status_code == 400


def test_a_form_of_too_many_bytes_fields_or_of_another_kind_is_refused(pages) -> None:
    token = pages.token()
    text = pages.csrf(token)
    many = {f"f{number}": "1" for number in range(3000)}
    assert pages.ask("POST", "/sign-out", token, data={"csrf": text, "x": "a" * 200_000}).status_code == 413
    assert pages.ask("POST", "/sign-out", token, data={"csrf": text, **many}).status_code == 400
    assert pages.ask("POST", "/sign-out", token, json={"csrf": text}).status_code == 415
    files = {"x": ("a.txt", b"abc")}
    assert pages.ask("POST", "/sign-out", token, data={"csrf": text}, files=files).status_code == 415
    assert pages.ask("POST", "/sign-out", token, data={"csrf": text, "x": "a\x00b"}).status_code == 400
    assert pages.ask("GET", "/account", token).status_code == 200, "nobody was signed out"


def test_other_methods_are_refused(pages) -> None:
    token = pages.token()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        assert pages.ask(method, "/account", token).status_code == 405, method


def test_a_name_that_tries_to_be_a_script_is_shown_as_a_name(pages) -> None:
    text = pages.ask("GET", "/account", pages.token()).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text


def test_cookies_are_of_this_host_alone_and_out_of_reach_of_scripts(pages) -> None:
    answer = pages.ask("POST", "/look", data={"light": "night"})
    said = answer.headers["set-cookie"].lower()
    assert said.startswith("__host-look=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= {part.strip() for part in said.split(";")}
    assert "domain" not in said


def test_a_session_that_was_ended_opens_nothing_more(pages) -> None:
    token = pages.token()
    assert pages.ask("POST", "/sign-out", token, data={"csrf": pages.csrf(token)}).status_code == 303
    assert pages.ask("GET", "/account", token).status_code == 303


def test_every_page_of_the_node_was_attacked(pages) -> None:
    world = pages.world
    routes = local_routes(build._behind(world.made, world.telling))
    site = Site("x", ZoneInfo("Europe/London"))
    look = Look(site, Assets(), lambda: world.now)
    there = {named(one) for one in node_pages(build.page_parts(world.made, world.telling, routes), look)}
    assert there == {named(one) for one in PAGES}


def test_whoever_has_no_role_and_is_named_by_no_entry_sees_no_alert(pages) -> None:
    world = pages.world
    world.list_(listed("AB12CDE"))
    world.deliver(read("AB12CDE"))
    world.pass_on()
    assert world.alerts()
    nobody = world.stores.people.by_login("nobody") or somebody(world, "nobody")
    cal = world.stores.people.by_login("cal") or somebody(world, "cal", Role.CONTROL_ROOM_OPERATOR)
    told = {one: pages.ask("GET", "/alerts", token_of(world, one)).text for one in (nobody, cal)}
    assert "AB12" in told[cal]
    assert "AB12" not in told[nobody]
