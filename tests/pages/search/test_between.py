"""Cameras that should have seen a vehicle between two reads, in a browser: by roads, with what they did."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.role import Role
from tests.pages.office import looks_right
from tests.pages.search.world import (
    FARM,
    MARK,
    MILL,
    NOW,
    QUAY,
    REFERENCE,
    ask_of,
    look_again_until_rows,
    search_office,
    seen,
    standing,
    store,
    traffic,
)

CANAL, LANE, PARK = (CameraId(53, 1, n) for n in (20, 21, 22))
ON = {CANAL: Place(51.4560, -2.5845), LANE: Place(51.4580, -2.5880), PARK: Place(51.4520, -2.5870)}
MINUTE = timedelta(minutes=1)


def road(*places: Place, kind: str = "primary") -> dict[str, object]:
    line = {"type": "LineString", "coordinates": [[one.lon, one.lat] for one in places]}
    return {"type": "Feature", "properties": {"kind": "road", "class": kind, "name": "A1"}, "geometry": line}


@pytest.fixture
def town(open_office, tmp_path):
    """A node whose map has two ways from mill to quay, with a camera on what both share and on each."""
    mill, quay = Place(51.4501, -2.5902), Place(51.4610, -2.5801)
    roads = [
        road(mill, ON[PARK], quay_fork := Place(51.4530, -2.5860)),
        road(quay_fork, ON[CANAL], quay),
        road(quay_fork, ON[LANE], quay, kind="secondary"),
    ]
    layer = json.dumps({"type": "FeatureCollection", "features": roads}).encode()
    office = search_office(open_office, tmp_path, layer)
    names = {CANAL: "Canal Road", LANE: "Lock Lane", PARK: "Park Street"}
    office.world.stores.intake.cameras.put([standing(one, names[one], ON[one]) for one in names])
    days = [timedelta(days=n, hours=2) for n in range(1, 6)]
    past = [one for ago in days for camera in (CANAL, PARK) for one in traffic(20, camera, ago=ago)]
    store(office, *past, *traffic(19, PARK), seen(NOW - 110 * MINUTE, MILL), seen(NOW - 100 * MINUTE, QUAY))
    return office


def test_between_two_reads_each_camera_says_on_which_ways_and_whether_it_worked(town) -> None:
    with town.at(town.person("ivy", Role.INVESTIGATOR)) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        page.get_by_role("tab", name="Journey").click()
        page.locator("#journey-map[data-ready]").wait_for()
        page.get_by_text("3 cameras on likely ways have no read of it").click()
        told = [page.locator(".missed").nth(n) for n in range(3)]
        for row, words in zip(
            told,
            (
                ("Park Street", "every likely way", "Worked as usual"),
                ("Canal Road", "the quickest way", "Read nothing"),
                ("Lock Lane", "another likely way", "Too little is known"),
            ),
            strict=True,
        ):
            for word in words:
                expect(row).to_contain_text(word)
        page.get_by_text("How cameras between two reads are found").click()
        expect(page.get_by_text("proves nothing: it may look at another lane")).to_be_visible()
        looks_right(page, "search-between")


def test_where_the_map_has_no_roads_it_is_the_straight_line_and_the_page_says_so(yard, ivy) -> None:
    store(yard, seen(NOW - 20 * MINUTE, QUAY), seen(NOW - 10 * MINUTE, FARM), seen(NOW - 9 * MINUTE, FARM))
    between = standing(CANAL, "Canal Road", Place(51.4655, -2.5950))
    yard.world.stores.intake.cameras.put([between])
    with yard.at(ivy, java_script_enabled=False, size="phone") as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        look_again_until_rows(page)
        page.get_by_text("1 camera on the straight line has no read of it").click()
        expect(page.locator(".missed")).to_contain_text("the straight line")
        expect(page.get_by_text("It came back to the same place")).to_be_visible()
        expect(page.get_by_text("Too long apart: the way may have led anywhere").first).to_be_visible()
        assert MARK not in page.url
        assert REFERENCE not in page.url
