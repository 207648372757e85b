"""Maps: the ground of the settings is drawn, points can be picked, an area can be drawn."""

from __future__ import annotations

import json

import pytest

from openanpr.core.role import Role
from tests.pages.office import screenshot

LAND = [[-6.6, 49.9], [-6.0, 49.9], [-6.0, 50.2], [-6.6, 50.2], [-6.6, 49.9]]
GROUND = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "land"},
            "geometry": {"type": "Polygon", "coordinates": [LAND]},
        },
        {
            "type": "Feature",
            "properties": {"kind": "road", "class": "motorway", "name": "M99"},
            "geometry": {"type": "LineString", "coordinates": [[-6.5, 50.0], [-6.1, 50.1]]},
        },
        {
            "type": "Feature",
            "properties": {"kind": "place", "class": "town", "name": "Lowenick"},
            "geometry": {"type": "Point", "coordinates": [-6.3, 50.05]},
        },
    ],
}
POINTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": "1", "kind": "camera", "label": "Mill Street"},
            "geometry": {"type": "Point", "coordinates": [-6.3, 50.05]},
        }
    ],
}
OPEN = """async ([start, points]) => {
  const at = document.createElement("div");
  at.className = "map";
  at.dataset.ground = "/map/ground";
  document.querySelector("main").prepend(at);
  const { openMap } = await import(start.replace("start.js", "map.js"));
  window.map = await openMap(at);
  map.show(points);
  map.onPick((id) => (window.picked = id));
  await map.drawn.once("idle");
}"""


@pytest.fixture
def with_ground(open_office, tmp_path):
    layer = tmp_path / "ground.geojson"
    layer.write_text(json.dumps(GROUND), "utf-8")
    return open_office(f'[pages]\nlayer = "{layer}"\n')


def opened(page) -> None:
    page.goto("/look")
    page.evaluate(OPEN, [page.evaluate("document.querySelector('script[type=module]').src"), POINTS])


def colours(page) -> set[tuple[int, ...]]:
    """The colours of a map at a lattice of places, as it is drawn."""
    return {
        tuple(one)
        for one in page.evaluate(
            """async () => {
          map.drawn.triggerRepaint();
          await map.drawn.once("render");
          const gl = map.drawn.getCanvas().getContext("webgl2");
          const [w, h, found] = [gl.drawingBufferWidth, gl.drawingBufferHeight, []];
          for (let x = 1; x < 20; x++) for (let y = 1; y < 20; y++) {
            const one = new Uint8Array(4);
            gl.readPixels((w * x) / 20, (h * y) / 20, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, one);
            found.push([...one.slice(0, 3)]);
          }
          return found;
        }"""
        )
    }


def test_the_ground_is_drawn_by_day_and_by_night_and_a_point_can_be_picked(with_ground) -> None:
    ann = with_ground.person("ann", Role.ANPR_MANAGER)
    for light in ("light", "dark"):
        with with_ground.at(ann, color_scheme=light) as page:
            opened(page)
            page.evaluate("map.fit()")
            page.wait_for_timeout(300)
            screenshot(page, f"map-{light}")
            box = page.locator(".map").bounding_box()
            page.evaluate(
                """() => new Promise((drawn) => {
                  map.drawn.once("idle", drawn);
                  map.drawn.jumpTo({center: [-6.3, 50.05], zoom: 10});
                })"""
            )
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            assert page.evaluate("window.picked") == "1"
            assert len(colours(page)) > 2, "sea, land and a road"


def test_an_area_is_drawn_corner_by_corner_and_taken_back(with_ground) -> None:
    ann = with_ground.person("ann", Role.ANPR_MANAGER)
    with with_ground.at(ann) as page:
        opened(page)
        page.evaluate(
            "window.drawing = map.drawArea((ring) => (window.ring = [...ring])); map.drawing = true"
        )
        box = page.locator(".map").bounding_box()
        for x, y in ((100, 100), (300, 100), (200, 250)):
            page.mouse.click(box["x"] + x, box["y"] + y)
            page.wait_for_timeout(350)  # two clicks that follow at once are one that zooms
        assert page.evaluate("ring.length") == 3
        page.evaluate("drawing.undo()")
        assert page.evaluate("ring.length") == 2
        page.evaluate("drawing.clear()")
        assert page.evaluate("ring.length") == 0


def test_a_page_with_a_map_weighs_less_than_700_kilobytes(with_ground) -> None:
    ann = with_ground.person("ann", Role.ANPR_MANAGER)
    with with_ground.at(ann) as page:
        opened(page)
        sent = page.evaluate(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
            ".reduce((sum, one) => sum + one.transferSize, 0)"
        )
        assert 300_000 < sent < 700_000


LONG = "Wolverhampton Ring Road St Andrews northbound"
EDGE = """async (points) => {
  map.show(points);
  map.fit();
  await map.drawn.once("idle");
  const gl = map.drawn.getCanvas().getContext("webgl2");
  map.drawn.triggerRepaint();
  await map.drawn.once("render");
  const [w, h] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const kinds = new Set();
  for (const x of [0, w - 1]) for (let y = 0; y < h; y++) {
    const one = new Uint8Array(4);
    gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, one);
    kinds.add(one.join());
  }
  return kinds.size;
}"""


@pytest.mark.parametrize("width", [1366, 390, 320])
def test_no_words_beside_a_point_are_cut_at_an_edge(office, width) -> None:
    def point(number: int, lon: float, lat: float) -> dict[str, object]:
        told = {"id": str(number), "kind": "camera", "label": f"{LONG} {number}"}
        return {
            "type": "Feature",
            "properties": told,
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }

    places = [(-6.6, 49.95), (-6.1, 50.2), (-6.11, 49.9), (-6.59, 50.15), (-6.3, 50.05)]
    points = [point(number, *place) for number, place in enumerate(places)]
    with office.at(office.person("ann", Role.ANPR_MANAGER)) as page:
        page.set_viewport_size({"width": width, "height": 800})
        opened(page)
        kinds = page.evaluate(EDGE, {"type": "FeatureCollection", "features": points})
        screenshot(page, f"map-words-{width}")
        assert kinds == 1, "beside the edges is nothing but the ground"
