"""The county's ground and its map layer."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter

import pytest

from demonstration.county.cameras import FILMED, PATROLS, POSTS
from demonstration.county.chart import chart, write_chart
from demonstration.county.ground import GroundError, read_ground

GROUND = read_ground()


def signed_area(ring):
    """Positive where the ring runs against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def inside(point, ring):
    x, y = point
    crossed = False
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            crossed = not crossed
    return crossed


def test_the_map_has_land_water_roads_and_places_each_with_its_name_and_class() -> None:
    features = chart(GROUND)["features"]
    kinds = Counter(one["properties"]["kind"] for one in features)
    assert list(dict.fromkeys(one["properties"]["kind"] for one in features)) == [
        "land", "water", "road", "place",
    ]  # fmt: skip
    assert kinds["land"] >= 1
    assert kinds["water"] >= 2
    assert 25 <= kinds["road"] <= 45
    assert 8 <= kinds["place"] <= 13
    assert all(one["properties"]["name"] for one in features)
    classes = {
        kind: {one["properties"].get("class") for one in features if one["properties"]["kind"] == kind}
        for kind in kinds
    }
    assert classes["road"] == {"motorway", "primary", "secondary", "street"}
    assert classes["place"] == {"town", "village"}
    assert classes["water"] == {"lake", "river"}


def test_rings_are_closed_and_run_against_the_clock_as_rfc_7946_wants() -> None:
    rings = [
        ring
        for one in chart(GROUND)["features"]
        if one["geometry"]["type"] == "Polygon"
        for ring in one["geometry"]["coordinates"]
    ]
    assert rings
    assert all(ring[0] == ring[-1] for ring in rings)
    assert all(signed_area(ring) > 0 for ring in rings)


def test_the_county_lies_in_the_sea_where_no_road_is() -> None:
    for one in chart(GROUND)["features"]:
        flat = json.dumps(one["geometry"]["coordinates"]).replace("[", "").replace("]", "").split(",")
        lons, lats = [float(x) for x in flat[::2]], [float(x) for x in flat[1::2]]
        assert -6.5 <= min(lons) <= max(lons) <= -5.85
        assert 49.94 <= min(lats) <= max(lats) <= 50.21


def test_places_cameras_and_roads_are_on_land() -> None:
    points = [place.at for place in GROUND.places.values()]
    points += [post.at(GROUND) for post in POSTS]
    points += [point for leg in GROUND.legs for point in leg.line]
    assert all(inside(point, GROUND.land[0]) for point in points)


def test_every_road_meets_another_so_that_all_nodes_can_be_reached() -> None:
    reached, waiting = set(), [next(iter(GROUND.nodes))]
    while waiting:
        node = waiting.pop()
        reached.add(node)
        for leg in GROUND.legs:
            if node in {leg.start, leg.end}:
                waiting += {leg.start, leg.end} - reached
    assert reached == set(GROUND.nodes)


def test_a_point_along_a_leg_is_where_its_length_says() -> None:
    leg = max(GROUND.legs, key=lambda one: one.km)
    half = leg.at(0.5)
    gone = 0.0
    for a, b in zip(leg.line, leg.line[1:], strict=False):
        if math.dist(a, half) + math.dist(half, b) == pytest.approx(math.dist(a, b), abs=1e-9):
            gone += math.dist(a, half)
            break
        gone += math.dist(a, b)
    assert gone == pytest.approx(leg.km / 2)
    assert leg.at(0.0) == leg.line[0]
    assert leg.at(1.0) == pytest.approx(leg.line[-1])


def test_cameras_have_numbers_and_names_of_their_own_and_two_of_them_are_filmed() -> None:
    cameras = [*POSTS, *PATROLS]
    assert len({one.camera for one in cameras}) == len({one.name for one in cameras}) == len(cameras) == 16
    assert set(FILMED) < {post.camera for post in POSTS}
    assert {post.area for post in POSTS} == {"central", "north", "south", "east", "west"}


def test_a_road_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(GroundError, match="leonis and mordrake"):
        GROUND.leg("leonis", "mordrake")


def test_a_drawing_with_a_road_of_no_class_is_refused(tmp_path) -> None:
    drawing = tmp_path / "roads.toml"
    text = (read_ground.__globals__["DRAWING"]).read_text("utf-8")
    drawing.write_text(text.replace('class = "motorway"', 'class = "track"'), "utf-8")
    with pytest.raises(GroundError, match="M99: there is no class track"):
        read_ground(drawing)


def test_the_map_is_written_as_one_small_file(tmp_path) -> None:
    write_chart(GROUND, tmp_path / "map.geojson")
    text = (tmp_path / "map.geojson").read_text("utf-8")
    assert json.loads(text) == json.loads(json.dumps(chart(GROUND)))
    assert len(text) < 80_000
