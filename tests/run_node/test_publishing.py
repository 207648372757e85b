"""A node publishes a month by itself; each figure is what a plain reading of log and stores gives."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openanpr.audit.acts import Act
from openanpr.audit.export import export_log
from openanpr.audit.note import NoteKey
from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.voi_list import ListKind
from openanpr.publish.proof import verify
from openanpr.publish.publication import read_publication
from openanpr.publish.recount_log import Agreement
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.store.engine import Statement, StoreError
from openanpr.store.read_figures import ReadFigures
from tests.publish.logs import Scribe
from tests.run_node.world import CAMERA, NOW, STOLEN, covert, listed, read

MONTH = "2026-11"
SETTLED = datetime(2027, 1, 1, tzinfo=UTC)
SEEN = {"as": "Ann", "roles": "control-room"}
UNTAXED = replace(STOLEN, name="untaxed", kind=ListKind.MASS)
CLOSINGS = (
    [],
    [{"do": "see"}],
    [{"do": "see"}, {"do": "close", "outcome": "not_responded", "reason": "no_unit"}],
    [
        {"do": "see"},
        {"do": "check", "check": "cannot_check"},
        {"do": "close", "outcome": "intelligence"},
    ],
)
AT_ONCE = Statement(
    "at once", "SELECT toInt64(count()) FROM reads WHERE toStartOfMonth(captured_at) = '2026-11-01'"
)


def step_on(world, alert, forms) -> None:
    for form in forms:
        world.post(f"/alerts/{alert.id}/steps", {**form, "shown": alert.tally.count}, **SEEN)


def populated(world) -> None:
    """Reads of listed, covertly listed and other vehicles, what came of alerts, searches, findings, lists."""
    world.add_camera(CameraId(53, 1, 8), "Back Lane")
    world.stores.intake.cameras.put(
        [
            RegisteredCamera(
                camera=CameraId(53, 9, 1),
                name="Car",
                area="",
                moving=True,
                added_by="Ann",
                added_at=world.now,
            )
        ]
    )
    marks = [f"AB{n:02}CDE" for n in range(10, 34)]
    watched = [f"CD{n:02}EFG" for n in range(10, 16)]
    untaxed = [f"EF{n:02}GHJ" for n in range(10, 17)]
    review = NOW.date() + timedelta(days=2)
    world.list_(
        *(listed(mark, review_on=review if n < 3 else None) for n, mark in enumerate(marks)),
        *(covert(mark, "Eve", "Ian") for mark in watched),
    )
    world.list_(*(listed(mark) for mark in untaxed), of=UNTAXED)
    others = [f"KX{n:02}AAA" for n in range(10, 60)]
    world.deliver(*(read(mark) for mark in [*marks, *watched, *untaxed, *others]))
    world.pass_on()
    shown = [one for one in world.alerts() if not one.key.covert]
    for n, one in enumerate(sorted(shown, key=lambda one: (one.list_kind, one.key.vehicle))):
        step_on(world, one, CLOSINGS[n % len(CLOSINGS)])
    write = Scribe(world.stores.log)
    for n in range(7):
        write.search(NOW + timedelta(hours=n), "run", "answered")
    for n in range(3):
        write.search(NOW + timedelta(hours=n), "refused", purpose="major", days=200)
    for n in range(6):
        write.search(NOW + timedelta(hours=n), "approved", "run", days=400)
    for outcome in ["proper"] * 8 + ["improper"] * 2:
        write.finding(NOW + timedelta(hours=9), outcome)


def small(count: int) -> tuple[int, int] | None:
    """What the rule shows of a count, written down a second time: None for one that is told by a band."""
    if count == 0:
        return (0, 0)
    return (1, 4) if count < 5 else None


def told_cells(document: Any, population: str) -> dict[tuple[str, ...], tuple[int, int]]:
    (found,) = (one for one in document["populations"] if one["id"] == population)
    return {tuple(cell["of"]): (cell["least"], cell["most"]) for cell in found["cells"]}


def check(document: Any, population: str, counts: Counter[tuple[str, ...]], step: int = 1) -> None:
    """Compare what is published of a population with counts that were made plainly."""
    cells = told_cells(document, population)
    assert set(counts) <= set(cells), "something is counted nowhere"
    for place, shown in cells.items():
        count = counts[place]
        wide = (max(5, count // step * step), count // step * step + step - 1)
        assert shown == (small(count) or wide), (population, place, count)


def exported(world, folder: Path) -> list[dict[str, Any]]:
    """Every entry of the log, read from an export of it by nothing of ours but the layout of a bundle."""
    world.stores.log.checkpoint()
    export_log(world.stores.log.folder, folder, log_key=world.stores.log.key)
    files = (path for path in (folder / "tile" / "entries").rglob("*") if path.is_file())
    whole = {path: path.parent.name for path in files}
    found: list[dict[str, Any]] = []
    for path in sorted(whole, key=lambda one: str(one).replace(".p/", "/~")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            found.append(json.loads(data[at + 2 : end]))
            at = end
    return found


@pytest.fixture
def published(world) -> Any:
    populated(world)
    world.now = SETTLED
    world.turn("publish figures")
    (file,) = world.get(f"/figures/{MONTH}")["files"]
    return json.loads(file["file"])["document"]


def test_figures_are_what_a_plain_reading_of_log_and_stores_gives(world, published, tmp_path) -> None:
    entries = exported(world, tmp_path / "export")
    assert len(entries) == world.stores.log.size
    within = [(n, one) for n, one in enumerate(entries) if one["at"].startswith(MONTH)]
    searches: Counter[tuple[str, ...]] = Counter()
    for n, one in within:
        public = one["public"]
        if one["act"] == "consultation" and public["stage"] == "asked" and "oldest_days" in public:
            age = public["oldest_days"]
            words = ["to-90-days", "91-to-365-days", "366-to-730-days", "over-730-days"]
            band = next(w for w, most in zip(words, (90, 365, 730, 10**9), strict=True) if age <= most)
            acts = [e for e in entries if e["public"].get("regards") == n]
            decision = (
                "refused"
                if any(e["act"] == "refusal" for e in acts)
                else "approved"
                if any(e["act"] == "approval" for e in acts)
                else "allowed"
            )
            searches[public["purpose"], band, decision] += 1
    check(published, "searches", searches)
    assert sum(searches.values()) == 16
    findings = Counter(
        (one["public"]["outcome"],)
        for _, one in within
        if one["act"] == "review" and one["public"]["step"] == "finding"
    )
    check(published, "findings", findings)
    check(published, "deletions", Counter())

    alerts: Counter[tuple[str, ...]] = Counter()
    for one in world.stores.alerts.every_alert():
        if not one.key.covert:
            result = "not-closed" if one.closure is None else one.closure.outcome.value.replace("_", "-")
            alerts[one.list_kind.value, "no", result] += 1
    assert sum(alerts.values()) == 24 + 7
    check(published, "alerts", alerts, step=5)

    ((stored,),) = world.stores.engine.rows(AT_ONCE, {}, tuple[int])
    assert stored == 24 + 6 + 7 + 50
    check(published, "reads", Counter({(): stored}))
    register = world.stores.intake.cameras.every()
    kinds = Counter(("moving" if one.moving else "fixed", "not-tested") for one in register)
    check(published, "cameras", kinds, step=5)
    lists = world.stores.lists
    entries_of = Counter(
        (one.of.kind.value, "due" if entry.review_on and entry.review_on.month == 11 else "not-due")
        for one in lists.standings()
        for _, entry in lists.entries(one.of.name)
    )
    assert sum(entries_of.values()) == 24 + 7
    check(published, "entries", entries_of, step=100)


def test_every_figure_is_made_of_its_cells_by_plain_sums(published) -> None:
    for figure in published["figures"]:
        cells = told_cells(published, figure["population"])
        (population,) = (one for one in published["populations"] if one["id"] == figure["population"])
        axes = [axis["name"] for axis in population["axes"]]
        chosen = [
            shown
            for place, shown in cells.items()
            if all(place[axes.index(axis)] in words for axis, words in figure["where"].items())
        ]
        if figure["unit"] == "count":
            told = figure["value"]["least"], figure["value"]["most"]
            assert told == (sum(a for a, _ in chosen), sum(b for _, b in chosen)), figure["id"]


def test_what_is_published_is_proved_and_agrees_when_counted_anew(world, published) -> None:
    answer = world.get(f"/figures/{MONTH}")
    proved = verify(answer["files"][0]["file"].encode(), log_key=NoteKey.parse(answer["key"]))
    assert proved.read == read_publication(json.dumps(published, sort_keys=True, separators=(",", ":"),
                                                       ensure_ascii=False).encode())  # fmt: skip
    told = world.post(f"/figures/{MONTH}/recount", {"by": "Ann", "why": "a check"})
    assert {one["agreement"] for one in told["populations"]} == {Agreement.AGREES}
    assert len(told["populations"]) == 8
    (note,) = [
        entry
        for entry in world.stores.log.entries_from(world.stores.log.size - 1, 1)
        if entry.public.get("kind") == "figures-recount"
    ]
    assert note.public["purpose"] == "verification"


@pytest.mark.usefixtures("published")
def test_a_record_that_is_changed_after_the_settling_is_found(world) -> None:
    world.deliver(read("KX51AAA", at=world.now))
    one = next(one for one in world.alerts() if not one.key.covert)
    world.post(
        f"/alerts/{one.id}/steps", {"do": "see", "shown": one.tally.count}, **SEEN
    )  # later than the settling: it changes nothing
    told = world.post(f"/figures/{MONTH}/recount", {"by": "Ann", "why": "a check"})
    assert {one["agreement"] for one in told["populations"]} == {Agreement.AGREES}
    camera = RegisteredCamera(
        camera=CameraId(53, 9, 2), name="Car 2", area="", moving=True, added_by="Ann", added_at=NOW
    )
    many = [replace(camera, camera=CameraId(53, 9, n)) for n in range(2, 8)]
    world.stores.intake.cameras.put(many)
    told = world.post(f"/figures/{MONTH}/recount", {"by": "Ann", "why": "a check"})
    (found,) = (one for one in told["populations"] if one["agreement"] == Agreement.DIFFERS)
    assert (found["population"], found["differing"]) == (
        "cameras",
        ["moving not-tested: published 1 to 4, now 5 to 9"],
    )


def test_two_nodes_that_differ_by_what_is_covert_publish_the_same_cells(open_world) -> None:
    told = []
    for hidden in (0, 6):
        world = open_world(folder=f"node-{hidden}")
        marks = [f"AB{n:02}CDE" for n in range(10, 20)]
        watched = [f"CD{n:02}EFG" for n in range(10, 10 + hidden)]
        world.list_(*(listed(one) for one in marks), *(covert(one, "Eve", "Ian") for one in watched))
        world.deliver(*(read(one) for one in [*marks, *[f"CD{n:02}EFG" for n in range(10, 16)]]))
        world.pass_on()
        assert len(world.stores.alerts.every_alert()) == 10 + hidden
        world.now = SETTLED
        world.turn("publish figures")
        document = json.loads(world.get(f"/figures/{MONTH}")["files"][0]["file"])["document"]
        told.append({name: document[name] for name in ("populations", "figures", "facts")})
        world.stores.engine.run(Statement("t", "TRUNCATE TABLE camera_day"), {})
    assert told[0] == told[1]


def test_nothing_is_shown_before_the_month_is_settled_and_a_fault_is_told_as_late(world, monkeypatch) -> None:
    world.deliver(read())
    world.now = SETTLED - timedelta(seconds=1)
    world.turn("publish figures")
    assert world.get("/figures")["published"] == []
    assert world.refused("GET", f"/figures/{MONTH}")[0] == 404
    assert world.refused("GET", "/figures/2026-13")[0] == 422

    def broken(*_) -> None:
        raise StoreError("the read store is away")

    with monkeypatch.context() as away:
        away.setattr(ReadFigures, "count", broken)
        world.now = SETTLED + timedelta(days=7, seconds=1)
        with pytest.raises(StoreError):
            world.turn("publish figures")
        assert AlarmName.FIGURES_LATE in [one.name for one in alarms(world.telling.standing())]
        assert world.get("/figures")["published"] == []
        assert world.refused("POST", "/figures/publish", {})[0] == 503
    assert world.post("/figures/publish", {})["published"] == [MONTH]
    world.turn("publish figures")
    assert AlarmName.FIGURES_LATE not in [one.name for one in alarms(world.telling.standing())]


def test_the_clock_and_people_at_once_publish_one_document_with_one_entry(world) -> None:
    world.deliver(read())
    world.now = SETTLED
    publishing = world.made.publishing
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(publishing.publish_due, SETTLED) for _ in range(4)]
    assert sorted(len(one.result()) for one in done) == [0, 0, 0, 1]
    log = world.stores.log
    acts = [one.act for one in log.entries_from(0, log.size)]
    assert acts.count(Act.PUBLICATION) == 1


def test_a_note_stands_beside_the_figures_and_who_wrote_it_is_not_told(world) -> None:
    world.deliver(read())
    world.now = SETTLED
    form = {"note": "Camera 8 was out of order for a week.", "by": "Ann"}
    assert world.refused("POST", f"/figures/{MONTH}/notes", form)[0] == 404
    world.turn("publish figures")
    before = world.get(f"/figures/{MONTH}")["files"]
    assert world.post(f"/figures/{MONTH}/notes", form)["number"] == 1
    figures, note = world.get(f"/figures/{MONTH}")["files"]
    assert [figures] == before
    assert "Camera 8" in note["file"]
    assert "Ann" not in note["file"]
    assert world.refused("POST", f"/figures/{MONTH}/notes", {"note": "x" * 2001, "by": "Ann"})[0] == 422
    assert str(CAMERA) not in figures["file"]
