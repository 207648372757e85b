"""A device fetches the lists that it may hold, page by page, and says what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from openanpr.core.voi_delta import DeltaKind, Page
from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ChangeKind, Receipt
from openanpr.deliver.line import Message
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from openanpr.voi.covert_part import covert_part
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.list_delta import decode_delta, decode_lists
from openanpr.wire.read_batch import Encoding
from tests.ingest.world import NOW
from tests.store_control.stand import STOLEN, covert, entry, filled, put
from tests.web.scene import Scene, said, standing

PACKED = {"Accept": str(Encoding.MESSAGE_PACK)}


@pytest.fixture
def node() -> Iterator[Scene]:
    scene = Scene(page_entries=2)
    scene.lists.add("stolen", *(VoiEntry(f"AA{n}", Action.STOP) for n in range(5)))
    scene.lists.add("covert names/1", VoiEntry("BB1", Action.SILENT, covert=True, seen_by=("Ann",)))
    scene.lists.add("inner", VoiEntry("CC1", Action.STOP), visible_to=("ops",))
    with standing(scene):
        yield scene


def get(node, path, **headers):
    return node.ask(node.signed("GET", path), **headers)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_device_is_told_of_the_lists_that_devices_may_hold(node, encoding) -> None:
    answer = get(node, "/v1/lists", Accept=str(encoding))
    offers = decode_lists(answer.content, encoding)
    assert answer.headers["content-type"] == encoding
    assert [(o.name, o.revision, o.as_of, o.max_age_s) for o in offers] == [
        ("covert names/1", 1, NOW, 86_400),
        ("stolen", 1, NOW, 86_400),
    ]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_list_comes_page_by_page(node, encoding) -> None:
    got, cursor = [], ""
    for _ in range(10):
        answer = get(node, f"/v1/lists/stolen?since=0{cursor}", Accept=str(encoding))
        page = decode_delta(answer.content, encoding)
        got += [e.vrm for e in page.upserts]
        if page.more is None:
            break
        cursor = f"&cursor={page.more.revision}.{int(page.more.removals_done)}.{page.more.after}"
    assert (page.kind, page.revision, got) == (DeltaKind.FULL, 1, ["AA0", "AA1", "AA2", "AA3", "AA4"])


def test_who_holds_the_newest_gets_nothing_new(node) -> None:
    page = decode_delta(get(node, "/v1/lists/stolen?since=1").content, Encoding.JSON)
    assert (page.kind, page.upserts, page.more) == (DeltaKind.UNCHANGED, (), None)


def test_covert_entries_never_leave_for_a_device(node) -> None:
    answer = get(node, "/v1/lists/covert%20names%2F1", **PACKED)
    assert decode_delta(answer.content, Encoding.MESSAGE_PACK).upserts == ()
    assert b"BB1" not in answer.content


def test_a_store_that_gives_a_covert_entry_out_is_stopped_at_the_door(node) -> None:
    node.lists.add("stolen", VoiEntry("BB1", Action.SILENT, covert=True, seen_by=("Ann",)))
    (_, given_out) = node.lists.contents["stolen"]
    node.lists.upserts = lambda *_, **__: Page(given_out, (), None)
    answer = get(node, "/v1/lists/stolen")
    assert (answer.status_code, said(answer)) == (503, {"error": "internal"})


@pytest.mark.parametrize("name", ["inner", "none", "inner%00", "%FF", "stolen%2F..%2Finner"])
def test_a_list_that_is_not_for_devices_is_not_there(node, name) -> None:
    for answer in (
        get(node, f"/v1/lists/{name}"),
        node.ask(node.signed("POST", f"/v1/lists/{name}/receipt", b'{"revision":1}')),
    ):
        assert (answer.status_code, said(answer)) == (404, {"error": "unknown_list"})
    assert node.lists.receipts == []


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=-1",
        "since=1&since=2",
        "cursor=1",
        "cursor=1.2.3",
        "since=" + "9" * 19,
        "a=1",
        "since=",
    ],
)
def test_a_question_that_is_none_is_refused(node, query) -> None:
    answer = get(node, f"/v1/lists/stolen?{query}")
    assert (answer.status_code, said(answer)["error"]) == (422, "unreadable")


def test_a_cursor_that_leads_nowhere_says_begin_again(node) -> None:
    answer = get(node, "/v1/lists/stolen?cursor=7.1.0")
    assert (answer.status_code, said(answer)) == (409, {"error": "begin_again"})


def test_a_device_says_what_it_holds(node) -> None:
    with node.line() as line:
        answer = line.send(Message("POST", "/v1/lists/stolen/receipt", "application/json", b'{"revision":1}'))
    assert (answer.status, answer.body) == (200, b'{"revision":1,"list":"stolen"}')
    assert node.lists.receipts == [Receipt("gate-1", "stolen", 1, NOW)]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"revision":-1}', b'{"revision":"1"}', b"[1]"])
def test_a_receipt_that_is_none_is_refused(node, body) -> None:
    answer = node.ask(node.signed("POST", "/v1/lists/stolen/receipt", body))
    assert (answer.status_code, said(answer)["error"]) == (422, "unreadable")


def test_lists_are_for_enrolled_devices_alone(node) -> None:
    stranger = {"key": DeviceKey.generate()}
    for request in (
        node.signed("GET", "/v1/lists", **stranger),
        node.signed("GET", "/v1/lists/stolen", **stranger),
        node.signed("POST", "/v1/lists/stolen/receipt", b'{"revision":1}', **stranger),
    ):
        assert said(node.ask(request)) == {"error": "unknown_key"}


def test_the_real_store_serves_what_changed_and_takes_the_receipt(tmp_path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(engine)
    store = ListStore(engine)
    store.define(STOLEN.__class__(**{**_fields(STOLEN), "visible_to": frozenset({"devices"})}))
    filled(
        store,
        put(entry("AA11AAA"), entry("BB22BBB")),
        ChangeKind.FULL,
    )
    hidden = covert_part("stolen", ("devices",), by="Ann", store=store)
    filled(store, put(covert(entry("HH1"), "devices")), ChangeKind.FULL, of=hidden)
    filled(store, put(entry("AA11AAA", "SEAT"), entry("CC33CCC")), ChangeKind.FULL)
    scene = Scene()
    scene.lists = store
    with standing(scene):
        first = decode_delta(get(scene, "/v1/lists/stolen?since=1").content, Encoding.JSON)
        assert first.more is not None
        cursor = f"{first.more.revision}.{int(first.more.removals_done)}.{first.more.after}"
        last = decode_delta(get(scene, f"/v1/lists/stolen?since=1&cursor={cursor}").content, Encoding.JSON)
        assert [one.name for one in decode_lists(get(scene, "/v1/lists").content, Encoding.JSON)] == [
            "stolen"
        ]
        assert get(scene, f"/v1/lists/{hidden}").status_code == 404, "though it names the devices"
        scene.now += timedelta(seconds=1)
        scene.ask(scene.signed("POST", "/v1/lists/stolen/receipt", b'{"revision":2}'))
    assert [key.vrm for key in first.removals] == ["BB22BBB"]
    assert {(e.vrm, e.make) for e in last.upserts} == {("AA11AAA", "SEAT"), ("CC33CCC", "")}
    assert [(one.device, one.revision) for one in store.holders("stolen")] == [("gate-1", 2)]
    engine.dispose()


def _fields(one) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
