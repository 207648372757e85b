"""Attacks on cases of the public: to lose one, to read one, to flood, to get further into the node."""

from __future__ import annotations

import random
import re
import shutil
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pytest

from openanpr.rights.flood import Buckets, side_of
from openanpr.rights.form import FormTokens, WrittenForm
from openanpr.run.node import build
from openanpr.web.public import intake as web_intake
from tests.begun import Begun
from tests.ports import free_port
from tests.rights.scene import NOW
from tests.run_node.conftest import open_world

__all__ = ["open_world"]

SETTINGS = '[public]\nport = {port}\n[public.intake]\nurl = "http://localhost:{port}"\ncases_an_hour = 1000\n'
SETTINGS += "cases_an_hour_each = 1000\n"
SAID = {
    "kind": "complaint",
    "text": "What happened",
    "name": "Jo Mills",
    "contact": "jo@example.org",
    "lang": "en",
}
CODE = re.compile(r'<dt>(?:Reference|Code)</dt><dd class="code">([^<]+)</dd>')
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')


def checked(client: httpx.Client, **more: str) -> dict[str, str]:
    page = client.post("/ask", data={**SAID, **more})
    assert page.status_code == 200, page.status_code
    return {name: unescape(value) for name, value in HIDDEN.findall(page.text.partition("</form>")[0])}


@pytest.fixture
def served(open_world, monkeypatch):
    """A node in this process whose public listener takes forms; nobody needs to wait before sending."""
    monkeypatch.setattr(web_intake, "_LOOK_S", 0.0)
    world = open_world(SETTINGS.format(port=free_port()))
    door = build._public_door(world.made)
    assert door is not None
    # Made of the settings, it took the node's own address; the tests ask there.
    with door, httpx.Client(base_url=f"http://127.0.0.1:{door.port}", timeout=30) as client:
        world.turn("make the public site")
        yield world, client


def sent(world, client, **more: str) -> tuple[str, str]:
    form = checked(client, **more)
    world.later(seconds=5)
    reference, code = CODE.findall(client.post("/ask/send", data=form).text)
    return reference, code


def test_a_form_that_many_send_at_once_opens_one_case(served) -> None:
    world, client = served
    form = checked(client)
    world.later(seconds=5)
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: client.post("/ask/send", data=form), range(8)))
    told = {tuple(CODE.findall(one.text)) for one in pages if one.status_code == 200}
    assert len(told) == 1
    assert len(world.stores.rights.every()) == 1


def test_a_case_that_was_acknowledged_is_there_after_a_kill() -> None:
    """A real node, killed the moment that the page with the reference is here."""
    folder, port = Path(mkdtemp(prefix="anpr-")), free_port()
    data = folder / "node"
    data.mkdir(mode=0o700)
    listen = f"[listen]\nport = {free_port()}\n[people]\nport = 0\n"
    (data / "node.toml").write_text(SETTINGS.format(port=port) + listen)
    try:
        node = _started(data, port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            forms = [checked(client, text=f"what happened, {n}") for n in range(3)]
            time.sleep(3.1)
            told = [CODE.findall(client.post("/ask/send", data=one).text) for one in forms]
            node.send_signal(signal.SIGKILL)
            node.wait()
        node = _started(data, port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            for reference, code in told:
                page = client.post("/ask/status", data={"reference": reference, "code": code})
                assert "We have it and are working on it" in page.text
            again = client.post("/ask/send", data=forms[0])
            assert CODE.findall(again.text) == told[0], "a token outlives the node, and opens one case"
        node.send_signal(signal.SIGTERM)
        assert node.wait(60) == 0
    finally:
        node.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _started(data: Path, port: int) -> Begun:
    node = Begun(["node", "--data", data], data.parent / "log")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/", timeout=1).status_code == 200:
                return node
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    node.kill()
    raise AssertionError("the node did not come up")


def test_without_the_log_no_case_is_opened_and_the_public_is_told_so(served, monkeypatch) -> None:
    from openanpr.audit.faults import AuditError  # noqa: PLC0415 - for this test alone

    world, client = served
    form = checked(client)
    world.later(seconds=5)

    def refuses(*_: object) -> None:
        raise AuditError("full")

    monkeypatch.setattr(type(world.stores.log), "append_all", refuses)
    page = client.post("/ask/send", data=form)
    assert (page.status_code, "nothing was kept" in page.text) == (503, True)
    assert world.stores.rights.every() == ()
    monkeypatch.undo()
    assert len(CODE.findall(client.post("/ask/send", data=form).text)) == 2, "the same form can be sent later"


def test_the_log_has_the_case_before_the_store_and_not_a_word_of_it(served) -> None:
    world, client = served
    before = world.stores.log.size
    reference, _ = sent(world, client, kind="challenge", vrm="AB12 CDE")
    (entry,) = world.stores.log.entries_from(before, 10)
    told = repr(entry.public)
    assert entry.act.value == "rights"
    assert all(word not in told for word in (reference, "challenge", "opened", "Mills", "AB12"))


@pytest.mark.parametrize(
    "words",
    [
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "\x1b[2J\x00\u202eevil",
        "=HYPERLINK(1)",
        "a\r\nSet-Cookie: x=1",
        "\ud7ff\U0010ffff" * 500,
    ],
)
def test_words_are_words_wherever_they_are_shown(served, words) -> None:
    world, client = served
    page = client.post("/ask", data={**SAID, "text": words, "name": words[:100]})
    assert "<script>" not in page.text
    assert "49" not in re.sub(r"<[^>]*>", "", page.text).partition("Nothing has been sent")[2][:400]
    assert "set-cookie" not in page.headers
    reference, _ = sent(world, client, text=words, name=words[:100])
    kept = world.stores.rights.find(reference).words
    assert not set(kept.text + kept.name) & {"\x1b", "\x00", "\u202e", "\r"}
    assert client.post("/ask/status", data={"reference": words, "code": words}).status_code in {400, 422}


def test_a_token_of_another_node_or_another_form_opens_nothing(served) -> None:
    world, client = served
    form = WrittenForm.read(SAID)
    forged = FormTokens(bytes(32)).make(form, bytes(16), world.now)
    world.later(seconds=5)
    assert CODE.findall(client.post("/ask/send", data={**SAID, "token": forged}).text) == []
    own = checked(client)
    for changed in ({"kind": "access"}, {"text": "other"}, {"name": "Other"}, {"contact": "x"}):
        world.later(seconds=5)
        assert CODE.findall(client.post("/ask/send", data={**own, **changed}).text) == []
    assert world.stores.rights.every() == ()


def test_every_changed_bit_of_a_token_is_noticed() -> None:
    form, tokens = WrittenForm.read(SAID), FormTokens(bytes(range(32)))
    token = tokens.make(form, bytes(16), NOW)
    dice = random.Random(5)
    for _ in range(300):
        at = dice.randrange(len(token))
        other = token[:at] + dice.choice("ABCDEFabcdef0123_-") + token[at + 1 :]
        if other[:-1] != token[:-1]:  # the last letter has bits that stand for nothing
            assert tokens.read(other, form, NOW)[1] == b""


def test_codes_are_of_one_case_and_cannot_be_had_of_a_copy_of_the_database(served) -> None:
    world, client = served
    one, other = sent(world, client), sent(world, client, text="another")
    page = client.post("/ask/status", data={"reference": one[0], "code": other[1]})
    assert page.status_code == 422
    raw = Path(world.stores.rights._engine.url.database).read_bytes()
    wal = Path(f"{world.stores.rights._engine.url.database}-wal")
    raw += wal.read_bytes() if wal.exists() else b""
    for secret in (one[1], one[1].replace("-", ""), "Mills", "What happened", "jo@example.org"):
        assert secret.encode() not in raw


def test_references_tell_neither_how_many_nor_in_which_order(served) -> None:
    world, client = served
    found = [sent(world, client, text=f"number {n}")[0] for n in range(12)]
    assert len(set(found)) == 12
    assert found not in (sorted(found), sorted(found, reverse=True))
    assert len({one[:2] for one in found}) > 6


def test_somebody_who_sends_slowly_keeps_nobody_out(served) -> None:
    _, client = served
    port = client.base_url.port
    slow = []
    for _ in range(20):
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(
            b"POST /ask HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            b"content-length: 60000\r\n\r\nkind="
        )
        slow.append(one)
    begun = time.monotonic()
    assert client.get("/").status_code == 200
    assert checked(client)["token"]
    assert time.monotonic() - begun < 5
    for one in slow:
        one.close()


def test_what_the_listener_holds_opens_cases_and_looks_them_up_and_nothing_else(served) -> None:
    world, _ = served
    app = web_intake.IntakeApp.__annotations__
    assert "Intake" in app["intake"]
    reached = {
        name for name in app if name not in {"pages", "limits", "clock", "origin", "proxies", "chance"}
    }
    assert reached == {"intake", "tokens", "workers", "waiting", "told"}
    assert set(web_intake.Intake.__annotations__) == {"open", "look_up"}
    assert world.stores.rights.every() == ()


def test_limits_hold_no_address_and_no_more_memory_for_more_of_them() -> None:
    buckets = Buckets(b"k" * 32, an_hour=10, at_once=2, slots=64)
    before = buckets._level.itemsize * len(buckets._level)
    for number in range(5000):
        buckets.take(side_of(f"10.{number >> 8 & 255}.{number & 255}.7"), 0.0)
    assert buckets._level.itemsize * len(buckets._level) == before
    assert "10." not in repr([getattr(buckets, name) for name in Buckets.__slots__ if name != "_lock"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("x; DROP", "", True),
    ],
)
def test_a_side_is_an_address_or_a_network_of_64_bits(one, other, same) -> None:
    assert (side_of(one) == side_of(other)) is same


def test_a_bucket_gives_so_many_at_once_and_then_so_many_an_hour() -> None:
    buckets = Buckets(b"k" * 32, an_hour=60, at_once=3)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert [buckets.take("a", 60.0 * n) for n in (1, 2, 2)] == [True, True, False]
    assert buckets.take("b", 0.0)
