"""Attacks on the public site: what of places, confidential cameras and covert entries can be inferred."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import re
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.role import Role
from openanpr.publish.assessment.desk import look, sign
from openanpr.publish.assessment.desk import publish as publish_assessment
from openanpr.run.local.public_site import _inside, _put
from openanpr.store.engine import Statement
from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import Pressed
from tests.attack.pdf_text import texts
from tests.publish.scene import filled
from tests.run_node.conftest import open_world
from tests.run_node.test_public_site import SETTINGS, export
from tests.run_node.test_publishing import SETTLED
from tests.run_node.test_sites import SECRET, standing
from tests.run_node.world import World, covert, listed, read
from tests.web.site_office import WHOLE

__all__ = ["open_world"]
PLACES = ("Zanzibar Lane", "Quetzal Yard")
MARKS = (
    *PLACES,
    "Zanzibar",
    "Quetzal",
    "Xyloperson",
    "Yttriumperson",
    "ZZ99ZZZ",
    "YY98YYY",
    "53/1/8",
    "53/1/7",
)
"""Names of places, people, plates and cameras that the node has and nobody outside may see."""
DIFFERENT = ("places", "confidential", "covert", "person")
"""In what a county may differ from another without the public seeing it."""


@dataclass(frozen=True)
class County:
    """What the public was given of one."""

    files: Mapping[str, bytes]
    pressed: Pressed


def county(world: World, other: str) -> County:
    """A node over a month, with an assessment; `other` is in what it is another than `same`."""
    places = PLACES if other == "places" else ("Alder Lane", "Birch Yard")
    watched = [covert("ZZ99ZZZ", "Xyloperson", "Yttriumperson")] if other == "covert" else []
    world.list_(*(listed(f"AB{n:02}CDE") for n in range(10, 20)), *watched)
    for n, name in enumerate(places):
        world.add_camera(CameraId(53, 1, 8 + n), name)
    standing(world, SECRET if other == "confidential" else WHOLE)
    world.deliver(*(read(mark) for mark in [*(f"AB{n:02}CDE" for n in range(10, 20)), "ZZ99ZZZ", "YY98YYY"]))
    world.pass_on()
    world.now = SETTLED
    world.turn("publish figures")
    who = "Xyloperson" if other == "person" else "Somebody"
    desk = world.made.assessing.desk()
    filled(desk, by=who, now=world.now)
    code = look(desk, 1, now=world.now).code
    sign(desk, 1, code, by="Sue", role=Role.AUTHORISING_OFFICER, now=world.now)
    publish_assessment(desk, 1, by=who, now=world.now)
    world.turn("make the public site")
    _, files = export(world)
    pressed = world.made.public_site.shown()
    assert pressed is not None
    world.stores.engine.run(Statement("t", "TRUNCATE TABLE camera_day"), {})
    return County(files, pressed)


@pytest.fixture(scope="module")
def counties(tmp_path_factory, reads_url) -> dict[str, County]:
    found: dict[str, County] = {}
    for one in ("same", "again", *DIFFERENT):
        world = World(tmp_path_factory.mktemp(one) / "node", reads_url, SETTINGS)
        found[one] = county(world, one)
        world.last.close()
    return found


_HASH = re.compile(rb"\b[0-9a-f]{64}\b|[A-Za-z0-9+/]{42,}={0,2}|openanpr-node-[0-9a-f]{8}|\+[0-9a-f]{8}\+")


def plain(body: bytes, *, sizes: bool) -> bytes:
    """A file without hashes and keys, which are chance; with `sizes`, without the log's sizes too."""
    told = _HASH.sub(b"#", body)
    # How long ago the log signed itself is told by the machine's own clock, and not by the test's.
    told = re.sub(rb"T23:59:5[0-9]Z", rb"T23:59:5#Z", told)
    if sizes:  # a covert entry is an entry of the log, and one more among all that devices deliver
        told = re.sub(
            rb"(all |under the checkpoint of the log with |entries?[^0-9]{0,40})[0-9,]+", rb"\1#", told
        )
        told = re.sub(rb"[0-9,]+( entries)", rb"#\1", told)
        told = re.sub(rb'("(?:size|index)":|<dd>)[0-9,]+', rb"\1#", told)
        told = re.sub(rb"\\n[0-9]+\\n", rb"\\n#\\n", told)
    return told


@pytest.mark.parametrize("other", ["again", *DIFFERENT])
def test_two_counties_that_differ_in_what_is_secret_publish_the_same(counties, other) -> None:
    """Every file, to the byte; hashes and keys are chance. `again` shows that nothing else is."""
    same, found = counties["same"].files, counties[other].files
    assert list(found) == list(same)
    for path, body in same.items():
        if path.endswith((".pdf", "data.json", "checkpoint.txt")):
            continue
        if other == "covert" and "/figures/" in f"/{path}" and path.endswith(".json"):
            assert shown(found[path]) == shown(body), path
        elif other == "covert" and path == "assessment/self-assessment.json":
            continue  # it has the size of the log it was frozen under: see the pages
        else:
            sizes = other == "covert"
            one, beside = plain(found[path], sizes=sizes), plain(body, sizes=sizes)
            at = next((n for n, pair in enumerate(zip(one, beside, strict=False)) if len(set(pair)) > 1), 0)
            assert one == beside, (path, one[at - 80 : at + 80], beside[at - 80 : at + 80])


def shown(body: bytes) -> Any:
    """What a document tells, without where in the log it stands."""
    told = json.loads(body)["document"]
    return {name: value for name, value in told.items() if name not in {"under", "origin"}}


@pytest.mark.parametrize("other", DIFFERENT)
def test_no_file_name_header_or_page_bears_a_mark(counties, other) -> None:
    found = counties[other]
    told = [*found.files.values(), "\n".join(found.files).encode()]
    for answers in (found.pressed.plain, found.pressed.packed):
        told += [name + b": " + value for one in answers.values() for name, value in one.headers]
    whole = b"\n".join(told).lower()
    assert [mark for mark in MARKS if mark.lower().encode() in whole] == []


def test_the_paper_and_its_metadata_bear_no_mark_and_no_time_of_its_making(counties) -> None:
    for other in DIFFERENT:
        text = texts(counties[other].files["assessment/self-assessment.pdf"])
        assert "Self assessment" in text, "it can be read so"
        assert "Xylo" not in text
        assert [mark for mark in MARKS if mark.lower() in text.lower()] == []
        dates = set(re.findall(r"D:\d{14}", text)) | set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text))
        assert dates <= {f"D:{SETTLED:%Y%m%d}000000", f"{SETTLED:%Y-%m-%d}T00:00:00Z"}


@pytest.mark.parametrize("other", ["again", *DIFFERENT])
def test_answers_are_alike_in_order_size_and_state_of_their_headers(counties, other) -> None:
    """Names and order of headers, and lengths: packed sizes differ by the chance of hashes alone."""
    same, found = counties["same"].pressed, counties[other].pressed
    assert list(found.plain) == list(same.plain)
    for path, one in same.plain.items():
        beside = found.plain[path]
        assert [name for name, _ in beside.headers] == [name for name, _ in one.headers]
        assert (beside.status, len(beside.tag)) == (one.status, len(one.tag))
        if other != "covert" and not path.endswith(".pdf"):
            assert len(beside.body) == len(one.body), path
    for path, one in same.packed.items():
        if other != "covert" and not path.endswith(".pdf"):
            chance = len(_HASH.findall(same.plain[path].body)) * 12 + 24
            assert abs(len(found.packed[path].body) - len(one.body)) <= chance, path
    assert found.missing.body == same.missing.body or other != "again"


def test_a_mark_of_a_page_is_of_its_bytes_alone(counties) -> None:
    """Not of a time, an inode or a number of making, from which more could be learnt than from the page."""
    answers = [one for found in counties.values() for one in found.pressed.plain.values()]
    by_body: dict[bytes, set[bytes]] = {}
    for one in answers:
        by_body.setdefault(one.body, set()).add(one.tag)
    assert all(len(tags) == 1 for tags in by_body.values())
    assert len(by_body) < len(answers), "some pages are the same in two counties"
    assert not any(name in {b"last-modified", b"date", b"age"} for one in answers for name, _ in one.headers)


# Times. A request is answered from memory; whether it takes as long in both counties is asked pair by pair.

PAIRS = 1_500
SURE = 5.0
"""Deviations; one look in two million passes it by chance."""


async def seconds(app: Any, path: str) -> float:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", b"gzip")]}

    async def send(_: object) -> None: ...

    began = time.perf_counter()
    await app(scope, None, send)
    return time.perf_counter() - began


@dataclass(frozen=True)
class Compared:
    """How many deviations lie between half of the pairs and those in which the first took longer.

    About 0 if both are alike. `by_s`: by how much it took longer, in the middle.
    """

    deviations: float
    by_s: float


async def compared(one: Any, other: Any, path: str, pairs: int) -> Compared:
    chance, differences = random.Random(7), list[float]()
    for _ in range(pairs):
        first = chance.random() < 0.5
        # A text of its own each time: one that is a key of the one site's would be found there sooner.
        a = await seconds(one if first else other, path.encode().decode())
        b = await seconds(other if first else one, path.encode().decode())
        differences.append(a - b if first else b - a)
    told = [one for one in differences if one]
    longer = sum(one > 0 for one in told)
    return Compared((longer - len(told) / 2) / sqrt(len(told) / 4), median(differences))


def app_of(found: County) -> Any:
    return public_app(lambda: found.pressed)


def slower(app: Any, by_s: float) -> Any:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        until = time.perf_counter() + by_s
        while time.perf_counter() < until:
            pass
        await app(scope, receive, send)

    return slow


@pytest.mark.parametrize("other", ["again", *DIFFERENT])
def test_no_path_takes_longer_in_one_county_than_in_another(counties, other) -> None:
    """A sign test of pairs that are asked in turn, so that a busy machine slows both alike.

    Its power is tried each time: a tenth of the usual time must be found out by it. A difference that is less
    than that, such as of where two pages lie in memory, is of no line's length: `again` has it too.
    """
    same, found = app_of(counties["same"]), app_of(counties[other])
    paths = [*counties["same"].pressed.plain, "/nothing-here.html"]
    usual = median(asyncio.run(seconds(same, path)) for path in paths for _ in range(20))
    power = asyncio.run(compared(slower(same, usual / 10), same, "/index.html", PAIRS))
    if power.deviations < SURE:
        pytest.skip("the machine is too busy to find out a tenth of a request's time: it would find nothing")
    for path in paths:
        told = asyncio.run(compared(same, found, path, PAIRS // 5))
        if abs(told.deviations) > SURE:
            told = asyncio.run(compared(same, found, path, PAIRS))
            assert abs(told.deviations) < SURE or abs(told.by_s) < usual / 10, (path, told, usual)


# Time and the log: how big it is is told once a day.


def test_the_log_shows_its_size_once_a_day_whatever_is_done_in_it(open_world) -> None:
    world = open_world(SETTINGS)
    sizes: dict[str, set[int]] = {}
    for day in range(4):
        for hour in range(0, 24, 6):
            for n in range(3 * day + 1):
                world.deliver(read(f"AB{10 + n}CDE"))
            world.turn("make the public site")
            _, files = export(world)
            told = json.loads(files["data.json"])["log"]["size"]
            sizes.setdefault(f"{world.now:%Y-%m-%d}", set()).add(told)
            assert str(told).encode() in files["checkpoint.txt"]
            world.later(hours=6)
            del hour
    assert len(sizes) >= 4
    assert all(len(one) == 1 for one in sizes.values()), sizes
    rising = [min(one) for one in sizes.values()]
    assert rising == sorted(rising)
    assert len(set(rising)) == len(rising)


def test_nothing_on_the_site_tells_how_much_was_asked_of_it(open_world) -> None:
    world = open_world(SETTINGS)
    _, first = export(world)
    for path in ("/index.html", "/nothing.html"):
        world.made.public_site.visits.count(200, "page", 0.1)
        assert path
    _, again = export(world)
    assert again == first


# A folder that was exported: nothing of when, in what order or by whom it was written.


def test_an_exported_folder_tells_nothing_by_its_times_modes_or_order(counties, tmp_path) -> None:
    files = counties["same"].files
    before = os.umask(0o077)
    try:
        for name in ("one", "two"):
            shuffled = list(files)
            random.Random(name).shuffle(shuffled)
            _put(tmp_path / name, {_inside(path): files[path] for path in shuffled})
            time.sleep(0.02)
    finally:
        os.umask(before)
    one, two = (looked_at(tmp_path / name) for name in ("one", "two"))
    assert one == two
    assert {mode for mode, *_ in one.values()} == {0o755, 0o644}
    assert len({at for _, at, *_ in one.values()}) == 1, "all of one time: that which the index tells"
    made = json.loads(files["data.json"])["made_at"]
    assert time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(next(iter(one.values()))[1])) == made


def looked_at(folder: Path) -> dict[str, tuple[int, float, int]]:
    """Mode, time of change and links of each file and folder, the folder itself too."""
    every = [folder, *folder.rglob("*")]
    return {
        str(path.relative_to(folder)): (
            stat.S_IMODE(path.stat().st_mode),
            path.stat().st_mtime,
            path.stat().st_nlink if path.is_file() else 0,
        )
        for path in every
    }


# Requests that are hostile.


@pytest.mark.parametrize(
    "path",
    [
        *("/../key", "/%2e%2e/secrets/node.pem", "//", "/.", "/figures/..", "/index.html/", "/index.html%00"),
        *("/" + "a" * 100_000, "/\udcff", "/ŵ", "/?", "/figures/2026-09.json.bak", "/data.json/../key.txt"),
    ],
)
def test_any_other_path_is_the_page_of_what_is_not_there(counties, path) -> None:
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    asyncio.run(app_of(counties["same"])(scope, None, send))
    assert answers[0]["status"] == 404
    assert answers[1]["body"] == counties["same"].files["404.html"]


def test_what_a_kept_checkpoint_bears_out_is_borne_out_by_each_later_one(open_world) -> None:
    """The promise of the page: who keeps a checkpoint can hold the log to it."""
    from openanpr.audit.checkpoint import Checkpoint  # noqa: PLC0415 - for this alone
    from openanpr.audit.merkle import verify_consistency  # noqa: PLC0415 - as above

    world = open_world(SETTINGS)
    kept: list[Checkpoint] = []
    for _ in range(3):
        world.deliver(read("AB10CDE"))
        _, files = export(world)
        kept.append(Checkpoint.parse(files["checkpoint.txt"].decode().partition("\n\n")[0] + "\n"))
        world.now += timedelta(days=1)
    for old, new in pairwise(kept):
        verify_consistency(
            old_size=old.size,
            old_root=old.root,
            new_size=new.size,
            new_root=new.root,
            path=world.stores.log.grown(old.size, new.size),
        )
    assert base64.b64encode(kept[0].root)
