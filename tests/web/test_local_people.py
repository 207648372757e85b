"""People over the local socket: from the first link to roles, grave acts and services, and who is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest

from tests.run_node.world import NOW, World

PASSWORD = "four random words do"
DAN = {"login": "dan", "name": "Dan Dale", "force": 53, "unit": "Crime", "team": "North"}


@dataclass(slots=True)
class Person:
    """Somebody on the socket, with their app."""

    world: World
    login: str
    secret: str
    recovery: list[str]

    def proof(self, **form: object) -> dict[str, object]:
        """Their name and a code that was not used yet."""
        self.world.later(seconds=30)
        return {"by": self.login, "code": pyotp.TOTP(self.secret).at(self.world.now), **form}


def accept(world: World, link: str) -> Person:
    shown = world.post("/people/links/look", {"link": link})
    assert shown["app_address"].startswith("otpauth://totp/OpenANPR:")
    code = pyotp.TOTP(shown["app_secret"]).at(world.now)
    form = {"link": link, "password": PASSWORD, "code": code}
    done = world.post("/people/links/accept", form)
    assert len(done["recovery_codes"]) == 10
    return Person(world, done["login"], shown["app_secret"], done["recovery_codes"])


def founder(world: World, login: str) -> Person:
    made = world.post("/people/first-link", {**DAN, "login": login, "name": login.title()})
    return accept(world, made["link"])


@pytest.fixture
def two(world) -> tuple[Person, Person]:
    assert world.get("/people") == []
    ann, bob = founder(world, "ann"), founder(world, "bob")
    assert world.refused("GET", "/people")[0] == 401, "names are proved from now on"
    form = {"login": "ann", "password": PASSWORD, "code": ann.recovery.pop()}
    world.token = world.post("/api/sign-in", form)["token"]
    return ann, bob


@pytest.fixture
def dan(world, two) -> Person:
    return accept(world, world.post("/people", two[0].proof(**DAN))["link"])


@pytest.mark.usefixtures("two")
def test_two_first_administrators_are_made_on_the_socket_and_no_third(world) -> None:
    status, why = world.refused("POST", "/people/first-link", DAN)
    assert (status, "there are 2 administrators" in why) == (409, True)
    ann = world.get("/people/accounts/ann")
    assert (ann["roles"], ann["credentials"], ann["passkeys"]) == (["administrator"], True, 0)
    assert [one["login"] for one in world.get("/people")] == ["ann", "bob"]


@pytest.mark.usefixtures("dan")
def test_a_person_gets_a_role_and_training_and_loses_them(world, two) -> None:
    ann, bob = two
    path = "/people/accounts/dan"
    form = {"role": "investigator", "days": 30, "why": "posted"}
    status, why = world.refused("POST", f"{path}/roles", ann.proof(**form))
    assert (status, "ask another administrator" in why) == (409, True), "ann has added dan"
    grant = world.post(f"{path}/roles", bob.proof(role="investigator", days=30, why="posted"))
    assert world.get(path)["untrained"] == ["investigator"]
    days = {"passed_on": str(NOW.date()), "expires_on": str(NOW.date() + timedelta(days=300))}
    assert world.post(f"{path}/training", ann.proof(course="anpr-user", **days))["course"] == "anpr-user"
    shown = world.get(path)
    assert (shown["roles"], len(shown["grants"]), len(shown["training"])) == (["investigator"], 1, 1)
    world.post(f"/people/roles/{grant['grant']}/withdraw", ann.proof(why="moved"))
    assert world.get(path)["roles"] == []
    assert world.post(f"{path}/disable", ann.proof(why="left"))["disabled"]["why"] == "left"


@pytest.mark.usefixtures("dan")
def test_a_rank_is_given_by_two_administrators(world, two) -> None:
    ann, bob = two
    form = {"role": "authorising-officer", "rank": "superintendent", "days": 30, "why": "posted"}
    waits = world.post("/people/accounts/dan/roles", ann.proof(**form))
    assert [one["proposal"] for one in world.get("/people/proposals")] == [waits["proposal"]]
    path = f"/people/proposals/{waits['proposal']}"
    assert world.refused("POST", f"{path}/approve", ann.proof())[0] == 409
    assert world.post(f"{path}/approve", bob.proof())["role"] == "authorising-officer"
    assert world.refused("POST", f"{path}/approve", bob.proof())[0] == 409
    assert world.get("/people/accounts/dan")["untrained"] == ["authorising-officer"]


def test_lost_credentials_are_renewed_and_a_disabled_account_enabled_by_two(world, two, dan) -> None:
    ann, bob = two
    path = "/people/accounts/dan"
    waits = world.post(f"{path}/renew", ann.proof(why="phone lost"))
    done = world.post(f"/people/proposals/{waits['proposal']}/approve", bob.proof())
    assert accept(world, done["link"]).secret != dan.secret
    world.post(f"{path}/disable", ann.proof(why="left"))
    waits = world.post(f"{path}/enable", ann.proof(why="back"))
    world.post(f"/people/proposals/{waits['proposal']}/refuse", bob.proof(why="no"))
    waits = world.post(f"{path}/enable", bob.proof(why="back"))
    world.post(f"/people/proposals/{waits['proposal']}/approve", ann.proof())
    assert world.get(path)["disabled"] is None


def test_a_link_is_made_again_and_sessions_are_ended(world, two) -> None:
    ann, _ = two
    first = world.post("/people", ann.proof(**DAN))
    again = world.post("/people/accounts/dan/link", ann.proof())
    assert world.refused("POST", "/people/links/look", {"link": first["link"]})[0] == 409
    accept(world, again["link"])
    assert [one["login"] for one in world.get("/people/sessions")] == ["ann"]
    assert world.post("/people/accounts/dan/sessions/revoke", ann.proof(why="x"))["ended"] == 0


@pytest.mark.usefixtures("dan")
def test_a_service_is_made_and_revoked(world, two) -> None:
    ann, _ = two
    form = {"name": "dispatch", "owner": "dan", "scope": ["alerts:read"], "days": 30}
    made = world.post("/services", ann.proof(**form))
    assert len(made["token"]) == 43
    (kept,) = world.get("/services")
    assert (kept["owner"], kept["scopes"], "token" in kept) == ("dan", ["alerts:read"], False)
    assert world.post(f"/services/{made['service']}/revoke", ann.proof(why="done"))["revoked"]
    assert world.refused("POST", "/services", ann.proof(**form, life="for ever"))[0] == 422


def test_whoever_proves_nothing_or_holds_no_role_changes_nothing(world, two, dan) -> None:
    ann, _ = two
    form = {"role": "list-owner", "rank": "none", "days": 30, "why": "posted"}
    path = "/people/accounts/dan/roles"
    used = ann.proof(**form)
    assert world.post(path, used)["rank"] is None
    for wrong in ({**form, "by": "ann", "code": "000000"}, used, {**used, "by": "nobody"}):
        status, why = world.refused("POST", path, wrong)
        assert (status, "not taken" in why) == (409, True)
    assert world.refused("POST", path, dan.proof(**form))[0] == 409, "dan is no administrator"
    assert world.refused("POST", "/people/accounts/ann/roles", ann.proof(**form))[0] == 409, "not oneself"
    assert world.refused("POST", "/people/accounts/eve/roles", ann.proof(**form))[0] == 404
    assert world.refused("GET", "/people/accounts/no name")[0] == 404
    assert world.refused("POST", path, ann.proof(**{**form, "role": "king"}))[0] == 422
    for short in ("short", "dan dan dan dan"):
        made = world.post("/people", ann.proof(**{**DAN, "login": f"new{len(short)}"}))
        bad = {"link": made["link"], "password": short, "code": "0"}
        assert world.refused("POST", "/people/links/accept", bad)[0] in {409, 422}


def test_a_recovery_code_proves_a_name_too_and_is_written_into_no_answer(world, two) -> None:
    ann, _ = two
    proof = {"by": "ann", "code": ann.recovery[0]}
    made = world.request("POST", "/people", json={**DAN, **proof})
    assert made.status_code == 200
    assert ann.recovery[0] not in made.text
    assert world.refused("POST", "/people/accounts/dan/link", proof)[0] == 409
