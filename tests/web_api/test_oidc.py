"""A force's own sign-in through the door: the settings, the browser's way to a real provider and back."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from openanpr.people.oidc_line import HttpLine
from openanpr.run.node.settings import People, PeopleProvider
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.people_store import PeopleRecords
from tests.people.oidc_server import CLIENT, SECRET, Provider, serving
from tests.people.scene import Scene
from tests.web_api.scene import HOST, ORIGIN, DoorScene


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    made.claims = {"sub": "pc-1234", "name": "Dan Dale", "groups": ["ANPR-OWN"], "amr": ["pwd", "mfa"]}
    with serving(made):
        yield made


@pytest.fixture
def door(tmp_path, provider) -> Iterator[DoorScene]:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, "utf-8")
    county = PeopleProvider(
        name="county", issuer=provider.issuer, client_id=CLIENT, secret_file=secret,
        role_claim="groups", roles={"ANPR-OWN": "list-owner"},
        ranks={}, strong=frozenset({"mfa"}),
        force=53, unit="Crime", team="North",
    )  # fmt: skip
    engine, line = open_database(f"sqlite:///{tmp_path / 'control.db'}"), HttpLine()
    migrate(engine)
    people = Scene(PeopleRecords(engine))
    provider.now = lambda: int(people.now.timestamp())
    made = DoorScene(people, line, People(names=(HOST,), providers=(county,)))
    yield made
    made.threads.close()
    line.close()
    engine.dispose()


def began(door: DoorScene) -> httpx.Response:
    told = {"origin": ORIGIN}
    return door.ask("POST", "/api/sign-in/provider/begin", {"provider": "county"}, headers=told)


def gone_and_come_back(door: DoorScene) -> tuple[str, str]:
    """What the browser is sent back to, and the cookie that it has kept meanwhile."""
    begun = door.ask(
        "POST", "/api/sign-in/provider/begin", {"provider": "county"}, headers={"origin": ORIGIN}
    )
    assert begun.status_code == 200, begun.text
    sent = httpx.get(begun.json()["address"], follow_redirects=False, trust_env=False)
    back = urlsplit(sent.headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == ORIGIN
    return f"{back.path}?{back.query}", "; ".join(f"{n}={v}" for n, v in begun.cookies.items())


def test_a_person_of_the_force_comes_in_by_their_own_sign_in(door) -> None:
    assert door.ask("GET", "/api/sign-in").json()["providers"] == ["county"]
    address, cookie = gone_and_come_back(door)
    told = door.ask("GET", address, headers={"cookie": cookie, "sec-fetch-site": "cross-site"})
    assert (told.status_code, told.json()["name"], told.json()["token"]) == (200, "Dan Dale", None)
    kept = "; ".join(f"{name}={value}" for name, value in told.cookies.items() if value)
    me = door.ask("GET", "/api/me", headers={"cookie": kept}).json()
    assert (me["name"], me["roles"], me["way"]) == ("Dan Dale", ["list-owner"], "provider")


def test_another_browser_and_a_second_time_get_nothing(door) -> None:
    address, cookie = gone_and_come_back(door)
    assert door.ask("GET", address).status_code == 401
    address, cookie = gone_and_come_back(door)
    first, second = (door.ask("GET", address, headers={"cookie": cookie}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 401)
    assert "county" not in second.text


def test_a_sign_in_by_password_alone_is_not_enough(door, provider) -> None:
    provider.claims["amr"] = ["pwd"]
    address, cookie = gone_and_come_back(door)
    refused = door.ask("GET", address, headers={"cookie": cookie})
    assert refused.status_code == 403
    assert "__Host-session" not in refused.cookies


def test_a_provider_that_is_away_is_told_and_the_rest_goes_on(door, provider) -> None:
    provider.discovery["issuer"] = "https://elsewhere.example"
    begun = door.ask(
        "POST", "/api/sign-in/provider/begin", {"provider": "county"}, headers={"origin": ORIGIN}
    )
    assert begun.status_code == 503
    assert door.ask("GET", "/api/sign-in").status_code == 200
