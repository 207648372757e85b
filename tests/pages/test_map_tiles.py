"""Tiles over the ground of maps: a map server's, the node's own, and the ground where they do not come."""

from __future__ import annotations

import json
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from tests.pages.map_server import NIGHT_BGR, TILE_BGR, MapServer, map_server, pmtiles, style_of, tile
from tests.pages.office import Office, looks_right, screenshot
from tests.ports import free_port

LAND = [[-3.2, 51.2], [-2.0, 51.2], [-2.0, 51.8], [-3.2, 51.8], [-3.2, 51.2]]
GROUND = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "land"},
            "geometry": {"type": "Polygon", "coordinates": [LAND]},
        }
    ],
}
LAND_BGR = (234, 241, 243)
SOONER = """() => {
  const later = window.setTimeout;
  window.setTimeout = (does, ms, ...rest) => later(does, { 8000: 400, 30000: 400 }[ms] ?? ms, ...rest);
}"""
AWAY = "The map server does not answer"


@pytest.fixture
def server() -> Iterator[MapServer]:
    with map_server() as made:
        yield made


@pytest.fixture
def with_map(open_office, tmp_path):
    """Opens a node whose maps have a ground, and tiles by these settings."""

    def open_(**said: str) -> Office:
        layer = tmp_path / "ground.geojson"
        layer.write_text(json.dumps(GROUND), "utf-8")
        told = "".join(f'{key} = "{value}"\n' for key, value in said.items())
        return open_office(f'[pages]\nlayer = "{layer}"\n[pages.map]\n{told}')

    return open_


def drawn(page: Page) -> Page:
    page.goto("/cameras")
    expect(page.locator("[data-cameras-map][data-ready]")).to_be_visible()
    return page


def share(page: Page, bgr: tuple[int, int, int]) -> float:
    """The share of the map, as a person sees it, that is of a colour."""
    picture = cv2.imdecode(np.frombuffer(page.locator(".map").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return float((np.abs(picture.astype(int) - bgr).max(axis=2) < 6).mean())


def shows(page: Page, what: str) -> None:
    expect(page.locator(f"[data-cameras-map][data-shown={what}]")).to_be_visible(timeout=20_000)


def test_tiles_of_a_map_server_are_drawn_and_it_learns_nobodys_session(with_map, server) -> None:
    office = with_map(style=server.style)
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        answer = page.goto("/cameras")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert f"connect-src 'self' {server.home};" in policy
        assert f"img-src 'self' blob: data: {server.home};" in policy
        assert policy.count(server.home) == 2
        shows(page, "tiles")
        assert share(page, TILE_BGR) > 0.7
        words = page.locator(".map__words")
        expect(words).to_have_text("© Invented")
        expect(words.locator("a")).to_have_count(0)
        looks_right(page, "map-tiles")
    assert len(server.heard) > 2
    assert not any({"cookie", "referer", "authorization"} & set(headers) for _, headers in server.heard)


def test_without_a_map_server_a_page_may_ask_its_node_alone(with_map) -> None:
    office = with_map()
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        answer = page.goto("/cameras")
        assert answer is not None
        assert "connect-src 'self';" in answer.headers["content-security-policy"]
        assert "img-src 'self' blob: data:;" in answer.headers["content-security-policy"]


def test_the_ground_is_drawn_and_said_to_be_where_the_map_server_is_away(with_map) -> None:
    office = with_map(style=f"http://127.0.0.1:{free_port()}/style.json")
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        drawn(page)
        shows(page, "ground")
        expect(page.locator(".map__words")).to_contain_text(AWAY)
        page.wait_for_timeout(300)
        assert share(page, LAND_BGR) > 0.7
        looks_right(page, "map-away")


@pytest.mark.parametrize("mood", ["failing", "silent"])
def test_a_map_server_that_goes_away_and_comes_again_is_followed(with_map, server, mood) -> None:
    office = with_map(style=server.style)
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        page.add_init_script(f"({SOONER})()")
        drawn(page)
        shows(page, "tiles")
        server.mood = mood
        page.locator(".map canvas").focus()
        for _ in range(12):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(120)
        shows(page, "ground")
        expect(page.locator(".map__words")).to_contain_text(AWAY)
        server.mood = "well"
        server.ended.set()
        shows(page, "tiles")
        page.wait_for_timeout(300)
        assert share(page, TILE_BGR) > 0.7


def test_tiles_of_the_nodes_own_file_need_no_map_server(with_map, tmp_path) -> None:
    (tmp_path / "day.json").write_text(style_of(url="pmtiles://tiles"))
    (tmp_path / "world.pmtiles").write_bytes(pmtiles(tile()))
    office = with_map(style=str(tmp_path / "day.json"), tiles=str(tmp_path / "world.pmtiles"))
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        drawn(page)
        shows(page, "tiles")
        assert share(page, TILE_BGR) > 0.7
        for asked, status in (
            ("from=0&length=16", 200),
            ("from=0&length=9000000", 400),
            ("from=-1&length=1", 400),
            ("from=0", 400),
            ("from=1e3&length=1", 400),
        ):
            assert page.request.get(f"/map/tiles?{asked}").status == status, asked
        assert page.request.get("/map/style/night").status == 404


def test_by_night_the_style_for_the_night_is_drawn_and_else_the_days_darkened(with_map, tmp_path) -> None:
    for name, bgr in (("day", TILE_BGR), ("night", NIGHT_BGR)):
        (tmp_path / f"{name}.png").write_bytes(tile(bgr))
    (tmp_path / "world.pmtiles").write_bytes(pmtiles(tile()))
    (tmp_path / "day.json").write_text(style_of(url="pmtiles://tiles"))
    night = {"version": 8, "sources": {"land": {"type": "geojson", "data": GROUND}}}
    paint = {"fill-color": "#{:02x}{:02x}{:02x}".format(*reversed(NIGHT_BGR))}
    layers = [{"id": "land", "type": "fill", "source": "land", "paint": paint}]
    (tmp_path / "night.json").write_text(json.dumps({**night, "layers": layers}))
    files = {"style": str(tmp_path / "day.json"), "tiles": str(tmp_path / "world.pmtiles")}
    for more, of_night in (({"night_style": str(tmp_path / "night.json")}, True), ({}, False)):
        office = with_map(**files, **more)
        with office.at(office.person("max", Role.ANPR_MANAGER), color_scheme="dark") as page:
            drawn(page)
            shows(page, "tiles")
            screenshot(page, f"map-tiles-night-{of_night}")
            assert (share(page, NIGHT_BGR) > 0.7) is of_night
            assert share(page, TILE_BGR) < 0.1
