"""A node's public site: true to what was published, handed over as it is served, and silent on all else."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import replace

import pytest

from openanpr.core.camera import CameraId
from openanpr.publish.copy.look import Kind
from openanpr.run.exit_code import RefusedError
from openanpr.run.local.public_site import _inside, _put, _verify_ours
from openanpr.run.node import build
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.store.engine import Statement
from tests.run_node.test_publishing import SETTLED, populated
from tests.run_node.world import World, covert, listed, read

SETTINGS = """
[public]
port = 8472
name = "Aldshire Police"
contact.question = "anpr@police.example"
"""
MARKED = ("Zanzibarlane", "Quetzalyard", "Xyloperson", "Yttriumperson", "ZZ99ZZZ", "YY98YYY")
"""Names of places, people and plates that the node has and nobody outside may see."""


def export(world):
    answer = world.post("/public/export", {"by": "Xyloperson"})
    return answer["digest"], {path: base64.b64decode(body) for path, body in answer["files"].items()}


def test_a_site_is_made_by_the_clock_when_what_it_shows_changed(open_world) -> None:
    world = open_world(SETTINGS)
    world.turn("make the public site")
    site = world.made.public_site
    first = site.shown()
    assert first is not None
    assert b"No month of figures is published yet" in first.plain["/"].body
    assert b"Aldshire Police" in first.plain["/"].body
    assert b"anpr@police.example" in first.plain["/contact.html"].body
    world.turn("make the public site")
    assert site.shown() is first
    populated(world)
    world.turn("make the public site")
    assert site.shown() is first, "what a node does is not shown before it is published"
    world.now = SETTLED
    world.turn("publish figures")
    world.turn("make the public site")
    second = site.shown()
    assert second is not None
    assert "/figures/2026-11.html" in second.plain
    assert b"No month of figures" not in second.plain["/"].body


def test_what_is_handed_over_is_what_is_served_and_the_log_has_its_digest(open_world) -> None:
    world = open_world(SETTINGS)
    digest, files = export(world)
    served = world.made.public_site.shown()
    assert served is not None
    assert files == {path: served.plain[f"/{path}"].body for path in files}
    assert files == {
        path: gzip.decompress(one.body) if (b"content-encoding", b"gzip") in one.headers else one.body
        for path in files
        for one in [served.packed[f"/{path}"]]
    }
    (entry,) = world.stores.log.entries_from(world.stores.log.size - 1, 1)
    assert (entry.public["what"], entry.public["digest"]) == ("site", digest)
    assert "Xyloperson" not in json.dumps(dict(entry.public), default=str)
    told = {path: hashlib.sha256(body).hexdigest() for path, body in sorted(files.items())}
    spelt = json.dumps(told, separators=(",", ":"), sort_keys=True)
    assert hashlib.sha256(spelt.encode()).hexdigest() == digest


def test_a_node_without_a_port_listens_nowhere_and_hands_its_site_over_all_the_same(world) -> None:
    assert "make the public site" not in world.rounds
    assert build._public_door(world.made) is None
    assert "index.html" in export(world)[1]


def test_nothing_covert_no_place_no_person_and_no_plate_reaches_the_public(open_world) -> None:
    """Two nodes, one of which has marked cameras, people, plates and covert entries: no byte has a mark."""
    sizes = []
    for hidden in (False, True):
        world = open_world(SETTINGS, folder=f"node-{hidden}")
        watched = [covert("ZZ99ZZZ", "Xyloperson", "Yttriumperson")] if hidden else []
        world.list_(*(listed(f"AB{n:02}CDE") for n in range(10, 20)), *watched)
        world.add_camera(CameraId(53, 1, 8), MARKED[0] if hidden else "Lane")
        world.add_camera(CameraId(53, 1, 9), MARKED[1] if hidden else "Yard")
        world.deliver(
            *(read(mark) for mark in [*(f"AB{n:02}CDE" for n in range(10, 20)), "ZZ99ZZZ", "YY98YYY"])
        )
        world.pass_on()
        world.now = SETTLED
        world.turn("publish figures")
        world.turn("make the public site")
        _, files = export(world)
        shown = world.made.public_site.shown()
        assert shown is not None
        told = [*files.values(), "\n".join(files).encode()]
        told += [name + b": " + value for one in shown.plain.values() for name, value in one.headers]
        whole = b"\n".join(told).lower()
        assert not [mark for mark in MARKED if mark.lower().encode() in whole]
        assert b"53/1/8" not in whole
        world.stores.engine.run(Statement("t", "TRUNCATE TABLE camera_day"), {})
        sizes.append({path: len(body) for path, body in files.items() if path.endswith(".html")})
    assert sizes[0].keys() == sizes[1].keys()
    # The numbers of entries of the two logs differ, and with them a digit or two; nothing else does.
    assert {
        path: size - sizes[1][path] for path, size in sizes[0].items() if abs(size - sizes[1][path]) > 6
    } == {}


def test_an_export_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path) -> None:
    folder = tmp_path / "site"
    _put(folder, {_inside("data.json"): b"{}", _inside("figures/a.html"): b"old"})
    _verify_ours(folder)
    _put(folder, {_inside("data.json"): b"{}", _inside("index.html"): b"new"})
    assert sorted(path.name for path in folder.rglob("*")) == ["data.json", "index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    other = tmp_path / "letters"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RefusedError, match="holds something else"):
        _verify_ours(other)
    for path in ("../a", "/a", "a/../../b", ""):
        with pytest.raises(RefusedError, match="outside"):
            _inside(path)


def of_the_public(world) -> list[AlarmName]:
    told = alarms(world.telling.standing())
    return [one.name for one in told if one.name.value.startswith("public")]


def test_a_document_that_was_changed_in_the_database_raises_an_alarm(open_world, monkeypatch) -> None:
    world = open_world(SETTINGS)
    populated(world)
    world.now = SETTLED
    world.turn("publish figures")
    world.turn("make the public site")
    assert of_the_public(world) == []
    (kept,) = world.made.publishing.shown()
    changed = replace(kept, body=kept.body.replace(b"Reads that are stored", b"Reads that were stored"))
    assert changed != kept
    monkeypatch.setattr(type(world.made.publishing), "shown", lambda _: [changed])
    world.turn("make the public site")
    assert of_the_public(world) == [AlarmName.PUBLIC_SITE_WRONG]
    (fault,) = world.made.public_site.faults
    assert (fault.kind, fault.file) == (Kind.UNPROVED, "figures/2026-11.json")


def test_where_pages_cannot_be_made_the_earlier_ones_stay_and_an_alarm_comes(open_world, monkeypatch) -> None:
    world = open_world(SETTINGS)
    world.turn("make the public site")
    shown = world.made.public_site.shown()

    def broken(_) -> None:
        raise OSError(5, "the disk of ZZ99ZZZ")

    monkeypatch.setattr(type(world.made.publishing), "shown", broken)
    for minutes in (1, 20):
        world.later(minutes=minutes)
        with pytest.raises(OSError, match="ZZ99ZZZ"):
            world.turn("make the public site")
    assert world.made.public_site.shown() is shown
    assert of_the_public(world) == [AlarmName.PUBLIC_SITE_OLD]
    standing = world.telling.standing().public
    assert standing is not None
    assert standing.failed == 2
    assert "ZZ99ZZZ" not in str(alarms(world.telling.standing()))
    monkeypatch.undo()
    world.turn("make the public site")
    assert of_the_public(world) == []


def test_a_second_start_goes_on_from_the_kept_history_of_rules(open_world, tmp_path, reads_url) -> None:
    world = open_world(SETTINGS)
    world.deliver(read())
    world.turn("make the public site")
    path = world.settings.rule_history
    assert path.stat().st_mode & 0o077 == 0
    kept = path.read_bytes()
    world.last.close()
    again = World(tmp_path / "node", reads_url, SETTINGS, again=True)
    try:
        again.turn("make the public site")
        assert again.made.public_site.history._kept_to > 0
        assert again.made.public_site.history._found == world.made.public_site.history._found
        assert kept
    finally:
        again.last.close()
