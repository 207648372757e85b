"""Review through the door: an officer looks up a neighbour twice, an auditor of another team reviews it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from openanpr.core.role import Role
from openanpr.people import founding, register
from openanpr.people.account import Post
from openanpr.people.declared import digest_of_shape
from openanpr.people.oidc_line import HttpLine
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.decide import decide
from openanpr.review.desk import ReviewDesk
from openanpr.review.item import Item, Origin
from openanpr.review.opened import opened_from
from openanpr.review.round import RoundDesk, review_round
from openanpr.review.sampling import SamplingKey
from openanpr.search.desk import SearchDesk
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.people_store import PeopleRecords
from openanpr.store.control.review_store import ReviewStore
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from openanpr.web.api.reviews import ReviewRoutes, review_routes
from openanpr.web.api.searches import SearchRoutes, search_routes
from tests.people.scene import Scene as People
from tests.review.scene import NUMBERS, PROFILE
from tests.search.scene import MARK, REASON
from tests.search.scene import Scene as Searches
from tests.web_api.scene import DoorScene
from tests.web_api.searching import PeopleNow, SearchScene


@dataclass(slots=True)
class ReviewScene:
    """Searches and reviews behind one door, over one database and one log."""

    found: SearchScene
    desk: RoundDesk
    asked: list[int]

    def night(self) -> None:
        """Do a round."""
        people = self.found.door.people
        people.later(minutes=1)
        review_round(self.desk, now=people.now)

    def look_up(self, who: dict[str, str], mark: str = "ab12 cde") -> None:
        """Ask a search and run it."""
        form = self.found.form({"kind": "one-vehicle", "mark": mark, **self.found.times()})
        asked = self.found.ask(who, "/searches", form).json()
        assert asked["state"] == "ready", asked
        assert self.found.ask(who, f"/searches/{asked['search']}/run").status_code == 200


@pytest.fixture
def scene(tmp_path) -> Iterator[ReviewScene]:
    engine, line = open_database(f"sqlite:///{tmp_path / 'control.db'}"), HttpLine()
    migrate(engine)
    people = People(PeopleRecords(engine))
    searches = Searches(tmp_path, searches=SearchRows(engine), cases=CaseRows(engine))
    ids = iter(range(1_000))
    store = ReviewStore(engine, lambda: f"item{next(ids)}")
    keys, log = people.desk.keys, searches.log
    past = store.past(partial(digest_of_shape, keys=keys), partial(opened_from, log))
    judge = partial(decide, rules=shipped_rules(), profile=PROFILE)
    desk = ReviewDesk(store.items, store.rounds, past, log, judge, NUMBERS)
    world = replace(searches.parts.world, persons=PeopleNow(people.desk, lambda: people.now))
    parts = replace(searches.parts, world=world, clock=lambda: people.now)
    rounds: list[int] = []
    routes = [
        *search_routes(SearchRoutes(people.desk, SearchDesk(parts))),
        *review_routes(ReviewRoutes(people.desk, desk, lambda: rounds.append(1))),
    ]
    found = SearchScene(DoorScene(people, line, more=tuple(routes)), searches)
    known = store.items, store.references, store.rounds, store.declared
    key = SamplingKey.derive(b"k" * 32)
    round_desk = RoundDesk(past, *known, world.case_system, None, log, key, NUMBERS, PROFILE.search)
    yield ReviewScene(found, round_desk, rounds)
    found.door.threads.close()
    log.close()
    line.close()
    engine.dispose()


@pytest.fixture
def dan(scene) -> dict[str, str]:
    return scene.found.door.token(scene.found.person("dan", Role.INVESTIGATOR))


@pytest.fixture
def ada(scene) -> dict[str, str]:
    """An auditor of another team."""
    people = scene.found.door.people
    ann = people.founders[0] if people.founders else people.founder("ann")
    newcomer = founding.Newcomer("ada", "Ada", Post(53, "Standards", "Standards"))
    made = register.add_person(people.desk, people.acting(ann), newcomer, now=people.now)
    one = people.accept(made.value.token)
    people.give(ann, one, Role.AUDITOR)
    people.train(ann, one, "anpr-auditor")
    people.later(minutes=10)
    return scene.found.door.token(one)


def twice(scene, dan) -> Item:
    """Dan looks up a neighbour twice, and a night passes; returns what came up."""
    # Have the read be of now, however long it took people to come.
    scene.found.searches.now = scene.found.door.people.now
    scene.found.searches.read()
    for _ in range(2):
        scene.look_up(dan)
    scene.night()
    return next(one for one in scene.desk.items.undecided(most=9) if one.raised.origin is Origin.SIGNAL)


def test_a_neighbour_looked_up_twice_is_reviewed_and_the_officer_hears_of_the_finding(
    scene, dan, ada
) -> None:
    found = scene.found
    twice(scene, dan)
    assert found.get(dan, "/me/findings").json() == {"findings": []}
    queue = found.get(ada, "/review").json()
    (item,) = (one for one in queue["items"] if one["origin"] == "signal")
    assert (item["kinds"], item["about"]["login"]) == (["repeated-look-ups"], "dan")
    assert "2 look-ups of one vehicle" in item["why"]
    assert item["innocent"]
    assert {one["kind"] for one in queue["last_round"]["not_computed"]} >= {"off-duty"}
    at = f"/review/{item['item']}"
    taken = found.ask(ada, f"{at}/take").json()
    assert [one["asked_by"]["login"] for one in taken["searches"]] == ["dan", "dan"]
    assert (taken["searches"][0]["rows"], taken["searches"][0]["opened"]) == (1, 0)
    assert taken["searches"][0]["reason"] == REASON
    assert MARK not in str(taken)
    opened = found.ask(ada, f"{at}/searches/{taken['searches'][0]['search']}/open").json()
    assert opened["marks"] == [MARK]
    said = {"outcome": "improper", "text": "nothing in the case has to do with it", "remedy": "advice"}
    assert found.ask(ada, f"{at}/finding", said).json()["finding"]["outcome"] == "improper"
    assert found.ask(ada, f"{at}/finding", said).status_code == 409
    assert {one["outcome"] for one in found.get(dan, "/me/findings").json()["findings"]} == {"improper"}
    assert found.ask(ada, f"{at}/refer", {"why": "it was his neighbour"}).status_code == 200
    assert found.get(dan, "/me/findings").json() == {"findings": []}


def test_who_may_not_review_is_told_that_there_is_no_such_item(scene, dan, ada) -> None:
    found = scene.found
    item = twice(scene, dan)
    first = item.raised.concerns[0].search_id
    for path in ("take", "look", "give-back", f"searches/{first}/open"):
        theirs = found.ask(dan, f"/review/{item.item_id}/{path}")
        nobodys = found.ask(dan, f"/review/item99/{path}")
        assert (theirs.status_code, theirs.text) == (404, nobodys.text)
    assert found.get(dan, "/review").json() == {"items": [], "last_round": None}
    assert found.ask(ada, f"/review/{item.item_id}/searches/{first}/open").status_code == 409


def test_a_form_with_a_word_that_is_not_known_is_refused(scene, dan, ada) -> None:
    found = scene.found
    item = twice(scene, dan)
    at = f"/review/{item.item_id}"
    found.ask(ada, f"{at}/take")
    for said in (
        {"outcome": "fine", "text": "x"},
        {"outcome": "proper", "text": ""},
        {"outcome": "proper", "text": "x", "remedy": "advice"},
        {"outcome": "proper", "text": "x", "more": 1},
    ):
        assert found.ask(ada, f"{at}/finding", said).status_code == 422
    assert scene.desk.items.item(item.item_id).finding is None


def test_a_declared_vehicle_meets_the_search_that_its_owner_makes(scene, dan, ada) -> None:
    """Declared after the search; the search before it ran, since nobody knew then."""
    found = scene.found
    scene.found.searches.read()
    scene.look_up(dan)
    found.door.people.later(minutes=2)
    assert found.ask(dan, "/me/vehicles", {"mark": "AB12 CDE", "relation": "own"}).status_code == 200
    scene.night()
    queue = found.get(ada, "/review").json()["items"]
    (item,) = (one for one in queue if one["origin"] == "signal")
    assert (item["kinds"], item["strength"]) == (["own-vehicle"], "strong")
    assert "1 before it was declared" in item["why"]


def test_a_reviewer_has_a_round_done_and_nobody_else(scene, dan, ada) -> None:
    assert scene.found.ask(dan, "/review/round").status_code == 403
    assert scene.asked == []
    assert scene.found.ask(ada, "/review/round").status_code == 200
    assert scene.asked == [1]
