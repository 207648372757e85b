"""Attacks on the door for people: forged and stolen sessions, forged forms, other people's things."""

from __future__ import annotations

import json
import os
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from openanpr.core.role import Rank, Role
from openanpr.people import register
from openanpr.people.keys import PeopleKeys
from openanpr.people.password import HashCost, Passwords
from openanpr.people.service import Scope
from openanpr.people.service_acts import ServiceAsked, make_service
from openanpr.people.session import TOKEN_USE
from openanpr.web.api.machines import MachineRoutes, machine_routes
from openanpr.web.api.route import MOST_BODY_BYTES
from tests.people.scene import Person
from tests.search.scene import REFERENCE, WHY
from tests.web_api.conftest import ann, door, found
from tests.web_api.scene import HOST, ORIGIN

__all__ = ["ann", "door", "found"]

ELSEWHERE = "203.0.113.9"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


# Sessions.


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "../../etc", "null", "0" * 512, "A" * 513])
def test_a_forged_token_is_nobody(door, token) -> None:
    assert door.ask("GET", "/api/me", headers=bearer(token)).status_code in {400, 401}


def test_a_token_under_another_nodes_key_is_nobody(door, ann) -> None:
    who = door.token(ann)
    token = who["authorization"].removeprefix("Bearer ")
    other = PeopleKeys.derive(os.urandom(32))
    assert door.people.store.session(other.digest(TOKEN_USE, token)) is None
    assert door.ask("GET", "/api/me", headers=bearer(token[::-1])).status_code == 401


def test_a_token_that_was_given_up_ends_whoever_has_the_other(door, ann) -> None:
    old = door.token(ann)
    door.people.later(seconds=30)
    new = bearer(
        door.ask("POST", "/api/step-up", {"code": ann.code(door.people.now)}, headers=old).json()["token"]
    )
    door.people.later(seconds=11)
    assert door.ask("GET", "/api/me", headers=old).status_code == 401
    assert door.ask("GET", "/api/me", headers=new).status_code == 401


def test_a_stolen_token_does_no_grave_act_from_elsewhere(door, ann) -> None:
    who = door.token(ann)
    assert door.ask("POST", "/api/me/recovery-codes", headers=who, source=ELSEWHERE).status_code == 403
    assert door.ask("POST", "/api/me/passkeys/begin", headers=who, source=ELSEWHERE).status_code == 403
    assert door.ask("POST", "/api/me/recovery-codes", headers=who).status_code == 200


def test_whoever_stole_a_token_guesses_codes_no_faster_than_at_the_door(door, ann) -> None:
    who = door.token(ann)
    told = [
        door.ask("POST", "/api/step-up", {"code": f"{n:06}"}, headers=who, source=ELSEWHERE) for n in range(8)
    ]
    assert {403, 429} == {one.status_code for one in told}
    assert told[-1].status_code == 429
    assert int(told[-1].headers["retry-after"]) > 0


def test_a_session_ends_after_a_while_and_whatever_is_done_after_a_shift(door, ann) -> None:
    idle, busy = door.token(ann), door.token(ann)
    for _ in range(50):
        door.people.later(minutes=14)
        door.ask("GET", "/api/me", headers=busy)
    assert door.ask("GET", "/api/me", headers=idle).status_code == 401
    door.people.later(minutes=60)
    assert door.ask("GET", "/api/me", headers=busy).status_code == 401


def test_a_session_that_was_ended_elsewhere_is_over_at_once(door, ann) -> None:
    one, other = door.token(ann), door.token(ann)
    sessions = door.ask("GET", "/api/me/sessions", headers=one).json()["sessions"]
    wanted = next(s["session"] for s in sessions if not s["this"])
    assert door.ask("POST", f"/api/me/sessions/{wanted}/end", headers=one).json() == {"ended": 1}
    assert door.ask("GET", "/api/me", headers=other).status_code == 401


def test_an_account_that_is_disabled_is_out_at_once(door, ann) -> None:
    bob = door.people.founder("bob")
    who = door.token(bob)
    register.disable(door.people.desk, door.people.acting(ann), bob.id, "left", now=door.people.now)
    assert door.ask("GET", "/api/me", headers=who).status_code == 401


def test_signing_in_gives_a_token_that_nobody_knew_before(door, ann) -> None:
    planted = {"cookie": "__Host-session=planted-by-somebody", "origin": ORIGIN}
    answer = door.ask("POST", "/api/sign-in", door.form(ann, keep="cookie"), headers=planted)
    assert answer.status_code == 200
    given = answer.cookies["__Host-session"]
    assert given != "planted-by-somebody"
    assert door.ask("GET", "/api/me", headers={"cookie": planted["cookie"]}).status_code == 401
    assert door.cookies(ann)["cookie"] != f"__Host-session={given}"


def test_a_service_token_is_no_person(door, ann) -> None:
    asked = ServiceAsked("dispatch", ann.id, frozenset(Scope), door.people.now.replace(year=2027, month=1))
    made = make_service(door.people.desk, door.people.acting(ann), asked, now=door.people.now).value
    assert door.ask("GET", "/api/me", headers=bearer(made.token)).status_code == 401


def test_a_service_asks_what_its_scope_is_for_and_nothing_else(door, ann) -> None:
    routes = machine_routes(MachineRoutes(lambda: ()))
    machines = type(door)(door.people, door.line, more=tuple(routes))
    told = {}
    for scope in (Scope.LISTS_READ, Scope.METRICS_READ):
        ends_at = door.people.now + timedelta(days=30)
        asked = ServiceAsked(scope.value, ann.id, frozenset({scope}), ends_at)
        made = make_service(door.people.desk, door.people.acting(ann), asked, now=door.people.now).value
        told[scope] = machines.ask("GET", "/api/machine/lists", headers=bearer(made.token)).status_code
    assert told == {Scope.LISTS_READ: 200, Scope.METRICS_READ: 401}
    assert machines.ask("GET", "/api/machine/lists", headers=door.token(ann)).status_code == 401
    machines.threads.close()


# Browsers.


def test_a_form_without_its_text_or_with_another_sessions_is_refused(door, ann) -> None:
    mine, other = door.cookies(ann), door.cookies(ann)
    for csrf in ("", "x", other["x-csrf-token"]):
        forged = {**mine, "x-csrf-token": csrf}
        assert door.ask("POST", "/api/me/sessions/end", headers=forged).status_code == 403
    assert door.ask("GET", "/api/me", headers=mine).status_code == 200


def test_a_cookie_and_a_token_at_once_are_refused(door, ann) -> None:
    both = {**door.cookies(ann), **door.token(ann)}
    assert door.ask("GET", "/api/me", headers=both).status_code == 400


def test_two_cookies_of_one_name_are_refused(door, ann) -> None:
    mine = door.cookies(ann)["cookie"]
    assert (
        door.ask("GET", "/api/me", headers={"cookie": f"__Host-session=planted; {mine}"}).status_code == 400
    )


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}:8471", f"{HOST}.evil.example", "127.0.0.1", ""])
def test_another_host_is_not_answered(door, ann, host) -> None:
    who = door.token(ann)
    assert door.ask("GET", "/api/me", headers={**who, "host": host}).status_code == 421
    assert door.ask("GET", "/openapi.json", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"http://{HOST}", f"{ORIGIN}.evil.example", "null", f"{ORIGIN}:444"]
)
def test_a_page_of_another_origin_asks_nothing(door, ann, origin) -> None:
    mine = door.cookies(ann)
    assert door.ask("POST", "/api/me/sessions/end", headers={**mine, "origin": origin}).status_code == 403
    form = door.form(ann, keep="cookie")
    assert door.ask("POST", "/api/sign-in", form, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_says_it_comes_from_another_site_is_refused(door, ann, site) -> None:
    mine = door.cookies(ann)
    assert door.ask("GET", "/api/me", headers={**mine, "sec-fetch-site": site}).status_code == 403


def test_no_page_of_another_site_is_let_read_an_answer(door, ann) -> None:
    answer = door.ask("GET", "/api/me", headers=door.token(ann))
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert door.ask("OPTIONS", "/api/me", headers={"origin": "https://evil.example"}).status_code == 405


# What is sent.


def test_nothing_secret_is_taken_from_an_address(door, ann) -> None:
    token = door.token(ann)["authorization"].removeprefix("Bearer ")
    for query in (f"token={token}", f"access_token={token}", "mark=AB12CDE", "a=1&a=2"):
        answer = door.ask("GET", f"/api/me?{query}")
        assert answer.status_code == 400
        assert token not in answer.text
        assert "AB12CDE" not in answer.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"{", 422),
        (b'{"login": NaN}', 422),
        (b"[" * 100_000, 422),
        (b'{"login": "a", "password": "b", "code": "c", "admin": true}', 422),
        (b'{"login": "\\ud800", "password": "\\udfff", "code": "\\ud800"}', 422),
        (b'{"login": "a\\u0000b", "password": "b", "code": "c"}', 401),
        (b'{"login": ["ann"], "password": {"$ne": ""}, "code": 1}', 422),
        (b"\xff\xfe{}", 422),
        (b" " * (MOST_BODY_BYTES + 1), 413),
    ],
    ids=range(12),
)
def test_odd_json_is_refused_and_nothing_of_it_comes_back(door, content, status) -> None:
    answer = door.ask("POST", "/api/sign-in", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"message", "what_to_do"}
    assert "admin" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
    ids=range(4),
)
def test_what_is_not_json_is_not_read(door, ann, headers) -> None:
    content = json.dumps(door.form(ann)).encode()
    assert door.ask("POST", "/api/sign-in", content=content, headers=headers).status_code == 415


def test_a_wrong_value_is_not_repeated(found) -> None:
    who = found.door.token(found.person("ivy", Role.INVESTIGATOR))
    form = found.form(category="AB12CDE", AB12CDF=1)
    answer = found.ask(who, "/searches", form)
    assert answer.status_code == 422
    assert "AB12CD" not in answer.text


# Whether somebody is there.


def test_a_refusal_says_the_same_of_a_name_that_is_there_and_one_that_is_not(door, ann) -> None:
    told = set()
    for form in (
        door.form(ann, login="nobody"),
        door.form(ann, password="something else"),
        door.form(ann, code="000000"),
        door.form(ann, login="Robert'); DROP TABLE"),
        door.form(ann, login="*"),
    ):
        answer = door.ask("POST", "/api/sign-in", form)
        told.add((answer.status_code, answer.text, tuple(sorted(answer.headers))))
    assert len(told) == 1


def test_a_name_that_nobody_has_takes_as_long_as_one_that_is_there(door, ann) -> None:
    door.people.passwords = Passwords(HashCost(), os.urandom)
    costly = type(door)(door.people, door.line)
    # The first sign-in that succeeds has the password hashed anew at the cost that counts now.
    assert costly.ask("POST", "/api/sign-in", costly.form(ann)).status_code == 200

    def took(login: str) -> float:
        door.people.later(hours=25)  # whatever was slowed down is forgotten
        form = costly.form(ann, login=login, password="not the password")
        began = time.perf_counter()
        assert costly.ask("POST", "/api/sign-in", form).status_code == 401
        return time.perf_counter() - began

    pairs = [(took("ann"), took("nobody")) for _ in range(15)]
    there, not_there = (statistics.median(times) for times in zip(*pairs, strict=True))
    # A hash takes most of it: without one the other would be over in a third of the time.
    assert abs(there - not_there) < 0.4 * max(there, not_there), (there, not_there)
    costly.threads.close()


@pytest.mark.parametrize("login", ["ann", "nobody"])
@pytest.mark.usefixtures("ann")
def test_guessing_is_slowed_by_name_also_for_a_name_that_nobody_has(door, login) -> None:
    told = []
    for n in range(7):
        form = {"login": login, "password": f"guess {n}", "code": "000000"}
        told.append(door.ask("POST", "/api/sign-in", form, source=f"10.0.{n}.1").status_code)
    assert told == [401] * 5 + [429] * 2


def test_a_flood_of_sign_ins_does_not_keep_out_whoever_is_signed_in(door, ann) -> None:
    door.people.passwords = Passwords(HashCost(), os.urandom)
    flooded = type(door)(door.people, door.line)
    who = door.token(ann)
    stop, statuses = threading.Event(), []

    def flood(number: int) -> None:
        while not stop.is_set():
            form = {"login": f"n{number}", "password": "x", "code": "1"}
            answer = flooded.ask("POST", "/api/sign-in", form, source=f"10.1.{number}.1")
            statuses.append(answer.status_code)

    flooding = [threading.Thread(target=flood, args=(n,), daemon=True) for n in range(24)]
    for one in flooding:
        one.start()
    try:
        time.sleep(0.5)
        for _ in range(10):
            assert flooded.ask("GET", "/api/me", headers=who).status_code == 200
    finally:
        stop.set()
        for one in flooding:
            one.join(10)
    assert set(statuses) <= {401, 429, 503}
    flooded.threads.close()


# Other people's things.


def test_nobody_ends_or_sees_anothers_session_or_vehicle(door, ann) -> None:
    bob = door.people.founder("bob")
    mine, his = door.token(ann), door.token(bob)
    (one,) = [s for s in door.ask("GET", "/api/me/sessions", headers=his).json()["sessions"] if s["this"]]
    refused = door.ask("POST", f"/api/me/sessions/{one['session']}/end", headers=mine)
    missing = door.ask("POST", "/api/me/sessions/none/end", headers=mine)
    assert (refused.status_code, refused.text) == (404, missing.text)
    assert door.ask("GET", "/api/me", headers=his).status_code == 200


@pytest.fixture
def two(found) -> tuple[Person, Person]:
    return found.person("ivy", Role.INVESTIGATOR), found.person("ian", Role.INVESTIGATOR)


def test_anothers_search_and_case_are_as_if_they_were_not_there(found, two) -> None:
    ivy, ian = (found.door.token(one) for one in two)
    search = found.ask(ivy, "/searches", found.form()).json()["search"]
    until = str(found.door.people.now.date().replace(year=2027))
    case = found.ask(ivy, "/cases", {"reference": REFERENCE, "until": until}).json()["case"]
    found.ask(ivy, f"/searches/{search}/run")
    row, rows = {"run": 1, "number": 1}, {"run": 1, "numbers": [1]}
    asked = [
        ("GET", "/searches/{}", None),
        ("POST", "/searches/{}/run", {}),
        ("POST", "/searches/{}/results", {}),
        ("POST", "/searches/{}/cancel", {}),
        ("POST", "/searches/{}/withdraw", {}),
        ("POST", "/searches/{}/open-read", row),
        ("POST", "/searches/{}/open-place", row),
        ("POST", "/searches/{}/open-picture", row),
        ("POST", "/searches/{}/print", rows),
        ("POST", "/searches/{}/export", {**rows, "form": "csv", "recipient": "x"}),
    ]
    for method, path, form in asked:
        theirs = found.door.ask(method, f"/api{path.format(search)}", form, headers=ian)
        nobodys = found.door.ask(method, f"/api{path.format('none')}", form, headers=ian)
        assert (theirs.status_code, theirs.text) == (404, nobodys.text), path
    assert found.get(ian, f"/cases/{case}").status_code == 404
    held = found.ask(ian, f"/cases/{case}/hold", {**rows, "search": search, "reason": WHY})
    assert held.status_code == 404
    assert found.ask(ian, f"/cases/{case}/notes", {"text": "I was here."}).status_code == 404
    assert found.ask(ian, f"/approvals/{search}/look").status_code in {403, 404}


def test_nobody_approves_what_they_asked_for(found) -> None:
    both = found.person("ivy", Role.INVESTIGATOR, Role.AUTHORISING_OFFICER, rank=Rank.CHIEF_CONSTABLE)
    who = found.door.token(both)
    question = {"kind": "one-vehicle", "mark": "AB12CDE", **found.times(400)}
    search = found.ask(who, "/searches", found.form(question, category="serious")).json()
    assert search["state"] == "waiting"
    refused = found.ask(who, f"/approvals/{search['search']}/approve", {"reason": WHY})
    assert refused.status_code in {403, 404}
    assert found.get(who, f"/searches/{search['search']}").json()["state"] == "waiting"


def test_a_role_that_ends_ends_within_the_session(found) -> None:
    ivy = found.person("ivy", Role.INVESTIGATOR)
    who = found.door.token(ivy)
    search = found.ask(who, "/searches", found.form()).json()["search"]
    people = found.door.people
    grant = next(one for one in people.store.grants_of(ivy.id) if one.role is Role.INVESTIGATOR)
    register.withdraw_role(
        people.desk, people.acting(people.founders[0]), grant.grant_id, "moved", now=people.now
    )
    assert found.get(who, "/me").json()["roles"] == []
    assert found.ask(who, f"/searches/{search}/run").status_code == 403
    assert found.ask(who, "/searches/measure", {"question": found.form()["question"]}).status_code == 403


def test_training_that_runs_out_takes_searching_away_within_the_session(found) -> None:
    ivy, people = found.person("ivy", Role.INVESTIGATOR), found.door.people
    (course,) = people.store.trainings_of(ivy.id)
    people.give(people.founders[0], ivy, Role.INVESTIGATOR, days=700)
    people.now = datetime.combine(course.expires_on, datetime.min.time(), UTC) + timedelta(
        hours=23, minutes=50
    )
    who = found.door.token(ivy)
    assert found.get(who, "/me").json()["roles"] == ["investigator"]
    assert found.ask(who, "/searches", found.form()).json()["state"] == "ready"
    people.later(minutes=12)
    me = found.get(who, "/me").json()
    assert (me["roles"], me["untrained"]) == ([], ["investigator"])
    assert found.ask(who, "/searches", found.form()).json()["state"] == "refused"


def test_a_token_on_the_socket_is_another_place_than_a_browsers(door, ann) -> None:
    who = door.token(ann)
    assert door.ask("GET", "/me", headers=who, local=True).json()["fresh"] is False
    assert door.ask("POST", "/me/recovery-codes", headers=who, local=True).status_code == 403


def test_who_comes_back_from_a_provider_that_nobody_set_up_is_nobody(door) -> None:
    answer = door.ask("GET", "/api/sign-in/provider/force/callback?state=x&code=y")
    assert answer.status_code == 404
    assert door.ask("POST", "/api/sign-in/provider/begin", {"provider": "force"}).status_code == 404
