"""Attacks on pages by people with accounts: covert entries, unlogged looks, taking the room of others."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from openanpr.audit.acts import Act as Logged
from openanpr.core.role import Role
from openanpr.core.voi_entry import Origin
from openanpr.core.voi_list import ChangeKind, Draft
from openanpr.people.account import Account, Ended
from openanpr.store.control.numbering import LOWEST_COVERT
from openanpr.web import alert_listening
from openanpr.web.alert_listening import Listener, listened
from openanpr.web.judging import NotAllowedError
from openanpr.web.local.alerts import _AsJson
from tests.attack.test_pages import Pages
from tests.run_node.world import CONTROL_ROOM, covert, listed, read
from tests.store_control.stand import put
from tests.web_api.node_people import somebody, token_of


@pytest.fixture(scope="module")
def pages(tmp_path_factory, reads_url) -> Iterator[Pages]:
    made = Pages(tmp_path_factory.mktemp("node"), reads_url)
    yield made
    made.line.close()
    made.served.stop(2)
    made.world.made.door.threads.close()
    made.world.last.close()


def person(pages, login: str, *roles: Role) -> Account:
    return pages.world.stores.people.by_login(login) or somebody(pages.world, login, *roles)


def as_(pages, login: str, *roles: Role) -> str:
    """Return the token of a new session of somebody."""
    return token_of(pages.world, person(pages, login, *roles))


def sent(pages, path: str, token: str, **fields: str) -> httpx.Response:
    return pages.ask("POST", path, token, data={"csrf": pages.csrf(token), **fields})


def looks(pages, size: int) -> list[str]:
    """Return the kinds of looks that the log has beyond its entry `size`."""
    log = pages.world.stores.log
    found = log.entries_from(size, log.size - size)
    return [str(one.public["kind"]) for one in found if one.act is Logged.CONSULTATION]


def proposed(pages, *entries) -> int:
    """Return the number of a change that waits for somebody."""
    lists = pages.world.stores.lists
    number = lists.open(
        Draft("stolen", ChangeKind.FULL, "Ann", pages.world.now, "a test", source_at=pages.world.now)
    )
    lists.stage(number, put(*entries), ())
    lists.settle(number, on=pages.world.now.date())
    lists.ready(number, ("a test",))
    return number


def test_who_looks_at_the_rows_of_a_change_is_in_the_log(pages) -> None:
    pages.world.list_(listed("AB12CDE"))
    number = proposed(pages, listed("KX51AAA"))
    token, size = as_(pages, "lena", Role.LIST_OWNER), pages.world.stores.log.size
    told = pages.ask("GET", f"/list-changes/{number}", token)
    assert "KX51" in told.text
    assert looks(pages, size) == ["list-change"]
    pages.world.stores.lists.refuse(number, by="Bob", at=pages.world.now, decision="a test")


def test_who_looks_at_the_marks_that_are_to_be_reviewed_is_in_the_log_and_who_counts_them_is_not(
    pages,
) -> None:
    today = pages.world.now.date()
    pages.world.list_(listed("AB12CDE", review_on=today), covert("KX51AAA", "ivy")._replace(review_on=today))
    token, size = as_(pages, "lena", Role.LIST_OWNER), pages.world.stores.log.size
    whole = pages.ask("GET", "/lists/stolen", token).text
    assert re.search(r"Reviews due.{0,200}?\b1\b", re.sub(r"<[^>]+>|\s+", " ", whole)), (
        "the covert one is not counted"
    )
    assert looks(pages, size) == []
    assert "AB12" in pages.ask("GET", "/lists/stolen/review", token).text
    assert looks(pages, size) == ["list-review"]


def test_nobody_learns_by_its_mark_that_a_covert_entry_was_on_a_list(pages) -> None:
    pages.world.list_(covert("KX51AAA", "ivy"), listed("AB12CDE"), listed("ZZ99ZZZ"))
    pages.world.list_(listed("ZZ99ZZZ"))
    for login, mark, told in (
        ("lena", "KX51AAA", False),
        ("ivy", "KX51AAA", True),
        ("lena", "AB12CDE", True),
    ):
        text = sent(pages, "/lists/find", as_(pages, login, Role.LIST_OWNER), mark=mark).text
        assert ("It was on a list" in text) is told, (login, mark)


def test_covert_entries_leave_no_gap_in_the_pages_of_a_list(pages) -> None:
    hidden = [covert(f"KX{number}AAA", "ivy") for number in range(10, 70)]
    pages.world.list_(listed("AB12CDE"), *hidden)
    text = pages.ask("GET", "/lists/stolen/entries", as_(pages, "lena", Role.LIST_OWNER)).text
    assert "AB12" in text
    assert "Earlier entries" not in text
    assert "KX" not in text
    path = f"/lists/{pages.world.covert_list('ivy')}/entries"
    token = as_(pages, "ivy", Role.LIST_OWNER)
    named = pages.ask("GET", path, token).text
    found = re.search(r"entries\?before=(\d+)", named)
    assert found, "whoever is named goes through it page by page"
    rest = pages.ask("GET", f"{path}?before={found[1]}", token).text
    assert named.count('<td class="govuk-table__cell"><a') == 50
    assert rest.count('<td class="govuk-table__cell"><a') == 10


def test_a_covert_entry_and_its_alert_are_answered_like_what_is_not_there(pages) -> None:
    world = pages.world
    world.list_(covert("KX51AAA", "ivy"))
    world.deliver(read("KX51AAA", at=world.now))
    world.pass_on("match", "store")
    (alert,) = [one.id for one in world.alerts() if one.key.covert]
    entry = world.stores.lists.latest(world.covert_list("ivy"), before=2**53, limit=1)[0][0] - LOWEST_COVERT
    cal, lena = as_(pages, "cal", Role.CONTROL_ROOM_OPERATOR), as_(pages, "lena", Role.LIST_OWNER)
    for token, path, there, nothing in (
        (cal, "/alerts/{}", alert, "900000"),
        (cal, "/alerts/{}/pictures", alert, "900000"),
        (cal, "/alerts/{}/pictures/held", alert, "900000"),
        (cal, "/patrol/{}/pictures", alert, "900000"),
        (cal, "/patrol/{}/pictures/held", alert, "900000"),
        (lena, "/lists/stolen/entries/{}", str(entry), "900000"),
    ):
        one, other = (pages.ask("GET", path.format(name), token) for name in (there, nothing))
        assert one.status_code == other.status_code == 404
        assert one.text.replace(there, "ID") == other.text.replace(nothing, "ID"), path
    for token, path, there, nothing in (
        (cal, "/alerts/{}/steps", alert, "900000"),
        (cal, "/patrol/{}/steps", alert, "900000"),
        (lena, "/lists/stolen/entries/{}/remove", str(entry), "900000"),
    ):
        fields = {"do": "see", "shown": "1", "why": "a test"}
        one, other = (sent(pages, path.format(name), token, **fields) for name in (there, nothing))
        assert one.status_code == other.status_code == 404
        assert one.text.replace(there, "ID") == other.text.replace(nothing, "ID"), path
    assert "KX51" not in pages.ask("GET", "/alerts", cal).text


ENTRY = {
    "vrm": "KX51AAA",
    "action": "stop",
    "priority": "high",
    "reason": "theft",
    "owner": "desk",
    "why": "a report",
    "weed_day": "1",
    "weed_month": "12",
    "weed_year": "2026",
}


def test_an_open_entry_of_a_covert_mark_is_taken_as_if_that_were_not_there_and_the_named_hear_of_it(
    pages,
) -> None:
    world = pages.world
    hidden = covert("KX51AAA", "ivy")._replace(origin=Origin.HAND)
    world.list_(hidden)
    name = world.covert_list("ivy")
    before = world.stores.lists.find(name, hidden.key)
    done = sent(pages, "/lists/stolen/add", as_(pages, "lena", Role.LIST_OWNER), **ENTRY)
    assert done.headers["location"].startswith("/list-changes/")
    (waits,) = world.stores.lists.waiting()
    diff = waits.diff
    assert (diff.before, diff.added, diff.changed) == (0, 1, 0)
    world.stores.lists.apply(waits.number, by="Bob", at=world.now, decision="a test")
    assert world.stores.lists.find(name, hidden.key) == before, "it stays as it is"
    told = pages.ask("GET", f"/lists/{name}", as_(pages, "ivy", Role.LIST_OWNER)).text
    assert "1 of its marks stands on the open list too" in told
    assert "open list too" not in pages.ask("GET", "/lists/stolen", as_(pages, "lena", Role.LIST_OWNER)).text


def test_a_covert_entry_is_taken_off_and_corrected_by_its_mark_by_those_alone_whom_it_names(pages) -> None:
    world = pages.world
    world.list_(covert("KX51AAA", "ivy"))
    world.made.gate._founded = True
    world.token = token_of(world, person(pages, "lena", Role.LIST_OWNER), "socket")
    said = {"why": "a test", "action": "stop", "reason": "theft", "owner": "desk", "weed_on": "2026-12-01"}
    for mark in ("KX51AAA", "ZZ00ZZZ"):
        removal = world.refused("POST", "/lists/stolen/removals", {"why": "a test", "vrm": mark})
        form = {**said, "vrm": "AB99CDE", "of_vrm": mark}
        for told in (removal, world.refused("POST", "/lists/stolen/corrections", form)):
            assert told == (409, "there is no such entry on the list"), mark
    assert world.stores.lists.waiting() == ()


@contextmanager
def listening(pages, token: str, path: str = "/alerts/stream") -> Iterator[tuple[list[str], threading.Event]]:
    """Listen while the block lasts; yield what came, and what tells that the stream has ended."""
    lines: list[str] = []
    ended, stop = threading.Event(), threading.Event()

    def listen() -> None:
        headers = {"cookie": f"__Host-session={token}", "accept": "text/event-stream"}
        with (
            httpx.Client(timeout=20) as line,
            line.stream("GET", f"http://{pages.host}{path}", headers=headers) as told,
        ):
            for text in told.iter_lines():
                lines.append(text)
                if stop.is_set():
                    return
        ended.set()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not lines and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield lines, ended
    finally:
        stop.set()
        thread.join(5)


def test_a_live_screen_ends_with_the_right_to_see_places(pages, monkeypatch) -> None:
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.2)
    world = pages.world
    world.list_(covert("LB51AAA", "ned"))
    ned = person(pages, "ned", Role.INVESTIGATOR)
    with listening(pages, token_of(world, ned)) as (lines, ended):
        assert lines
        world.stores.people.withdraw("g-ned-investigator", Ended(world.now, "test", "moved"))
        assert ended.wait(5), "whoever may not see places any more hears on where cameras stand"
    with listening(pages, token_of(world, ned)) as (lines, ended):
        world.deliver(read("LB51AAA", at=world.now))
        world.pass_on("match", "store")
        until = time.monotonic() + 5
        while "LB51" not in "".join(lines) and time.monotonic() < until:
            time.sleep(0.05)
        told = "".join(lines)
        assert "LB51 AAA" in told, "the entry names them still"
        assert "Mill Street" not in told


def test_whoever_reads_slowly_while_more_and_more_happens_is_asked_again_too(pages, monkeypatch) -> None:
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.05)
    world = pages.world
    marks = [f"MB{number}CDE" for number in range(10, 40)]
    world.list_(*map(listed, marks))

    def refused() -> None:
        raise NotAllowedError("the role has ended")

    async def heard() -> int:
        cursor = world.desk.newest(CONTROL_ROOM)
        told = 0
        async for _ in listened(world.desk, Listener(CONTROL_ROOM, _AsJson(world.desk), refused), cursor):
            await asyncio.to_thread(world.deliver, read(marks[told], at=world.now))
            await asyncio.to_thread(world.pass_on, "match")
            await asyncio.sleep(0.06)
            told += 1
            if told == len(marks):
                break
        return told

    assert asyncio.run(heard()) < 5


def half_sent(pages, token: str) -> socket.socket:
    """Begin to send a picture, and do not go on."""
    line = socket.create_connection(("127.0.0.1", pages.port), 10)
    head = (
        f"POST /try HTTP/1.1\r\nhost: {pages.host}\r\ncookie: __Host-session={token}\r\n"
        "content-type: multipart/form-data; boundary=x\r\ncontent-length: 900000\r\n\r\n--x\r\n"
    )
    line.sendall(head.encode())
    time.sleep(1)  # so that it is there before whatever is asked next
    return line


def test_nobody_sends_two_pictures_at_once_and_keeps_others_from_sending_theirs(pages) -> None:
    tara, tom = as_(pages, "tara", Role.ANALYST), as_(pages, "tom", Role.ANALYST)

    def status(token: str) -> int:
        files = {"file": ("a.jpg", b"abc")}
        return pages.ask("POST", "/try", token, data={"csrf": "x"}, files=files).status_code

    def becomes(token: str, wanted: int) -> bool:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            if status(token) == wanted:
                return True
            time.sleep(0.05)
        return False

    with half_sent(pages, tara):
        assert becomes(tara, 429)
        assert status(as_(pages, "tara")) == 429, "another session is the same person"
        assert status(tom) == 403, "the form's own text is wrong, and nothing else"
    assert becomes(tara, 403), "the place is free again once the line broke off"


def test_nobody_hears_so_many_streams_that_others_have_no_room(pages, monkeypatch) -> None:
    monkeypatch.setattr(alert_listening, "BEAT_S", 0.2)  # whoever stops listening does so at a beat
    token, other = as_(pages, "nora"), as_(pages, "olga", Role.CONTROL_ROOM_OPERATOR)

    def status(one: str) -> int:
        headers = {"cookie": f"__Host-session={one}"}
        with httpx.stream("GET", f"http://{pages.host}/alerts/stream", headers=headers, timeout=10) as told:
            return told.status_code

    with ExitStack() as held:
        for path in ("/alerts/stream", "/patrol/stream") * 6:
            held.enter_context(listening(pages, token, path))
        assert status(token) == 429
        assert status(other) == 200
    until = time.monotonic() + 15
    while status(token) != 200 and time.monotonic() < until:
        time.sleep(0.2)
    assert status(token) == 200
