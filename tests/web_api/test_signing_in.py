"""Signing in over the API: by password and code, by passkey; stepping up; what is one's own."""

from __future__ import annotations

import json

from tests.people.authenticator import Authenticator
from tests.people.scene import PASSWORD


def test_a_password_and_a_code_give_a_token_that_says_who_it_is(door, ann) -> None:
    who = door.token(ann)
    me = door.ask("GET", "/api/me", headers=who).json()
    assert (me["login"], me["roles"], me["fresh"]) == ("ann", ["administrator"], True)
    assert door.ask("GET", "/api/me").status_code == 401


def test_a_browser_gets_cookies_and_never_sees_the_token(door, ann) -> None:
    answer = door.ask("POST", "/api/sign-in", door.form(ann, keep="cookie"))
    session, device = (
        next(line for line in answer.headers.get_list("set-cookie") if line.startswith(name))
        for name in ("__Host-session=", "__Host-device=")
    )
    for cookie in (session, device):
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; ")), cookie
        assert "Domain" not in cookie
    assert session.partition("=")[2].partition(";")[0] not in answer.text


def test_a_form_of_a_browser_needs_the_text_that_belongs_to_its_session(door, ann) -> None:
    who = door.cookies(ann)
    assert door.ask("GET", "/api/me", headers={"cookie": who["cookie"]}).status_code == 200
    bare = {name: value for name, value in who.items() if name != "x-csrf-token"}
    assert door.ask("POST", "/api/me/sessions/end", headers=bare).status_code == 403
    assert door.ask("POST", "/api/me/sessions/end", headers=who).json() == {"ended": 1}


def test_stepping_up_gives_another_token_and_the_old_one_is_worth_nothing(door, ann) -> None:
    who = door.token(ann)
    door.people.later(minutes=6)
    assert door.ask("GET", "/api/me", headers=who).json()["fresh"] is False
    refused = door.ask("POST", "/api/me/recovery-codes", headers=who)
    assert refused.status_code == 403
    assert "step-up" in refused.json()["what_to_do"]
    told = door.ask("POST", "/api/step-up", {"code": ann.code(door.people.now)}, headers=who).json()
    new = {"authorization": f"Bearer {told['token']}"}
    assert len(door.ask("POST", "/api/me/recovery-codes", headers=new).json()["recovery_codes"]) == 10
    door.people.later(seconds=11)
    assert door.ask("GET", "/api/me", headers=who).status_code == 401
    assert door.ask("GET", "/api/me", headers=new).status_code == 401, "a copy is about: all of them end"


def test_signing_out_ends_the_session_and_takes_the_cookie_away(door, ann) -> None:
    who = door.cookies(ann)
    answer = door.ask("POST", "/api/sign-out", headers=who)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert door.ask("GET", "/api/me", headers={"cookie": who["cookie"]}).status_code == 401


def test_a_passkey_is_added_and_signs_in_and_steps_up(door, ann) -> None:
    who, key = door.token(ann), Authenticator()
    options = door.ask("POST", "/api/me/passkeys/begin", headers=who).json()["options"]
    form = {"answer": json.loads(key.create(json.dumps(options))), "name": "desk"}
    added = door.ask("POST", "/api/me/passkeys/finish", form, headers=who)
    assert added.status_code == 200, added.text
    options = door.ask("POST", "/api/sign-in/passkey/begin").json()["options"]
    form = {"answer": json.loads(key.get(json.dumps(options))), "keep": "token"}
    answer = door.ask("POST", "/api/sign-in/passkey/finish", form)
    assert answer.json()["way"] == "passkey", answer.text
    new = {"authorization": f"Bearer {answer.json()['token']}"}
    options = door.ask("POST", "/api/step-up/passkey/begin", headers=new).json()["options"]
    form = {"answer": json.loads(key.get(json.dumps(options)))}
    assert door.ask("POST", "/api/step-up/passkey/finish", form, headers=new).status_code == 200
    passkey = added.json()["passkey"]
    assert door.ask("POST", f"/api/me/passkeys/{passkey}/remove", headers=who).json() == {"removed": True}
    assert door.ask("GET", "/api/me/passkeys", headers=who).json() == {"passkeys": []}


def test_one_declares_ones_own_vehicles_and_sees_no_other(door, ann) -> None:
    who = door.token(ann)
    made = door.ask("POST", "/api/me/vehicles", {"mark": "ab12 cde", "relation": "own"}, headers=who)
    assert made.status_code == 200, made.text
    (mine,) = door.ask("GET", "/api/me/vehicles", headers=who).json()["vehicles"]
    assert mine["mark"] == "AB12CDE"
    bob = door.token(door.people.founder("bob"))
    assert door.ask("GET", "/api/me/vehicles", headers=bob).json() == {"vehicles": []}
    at = f"/api/me/vehicles/{mine['vehicle']}/withdraw"
    assert door.ask("POST", at, headers=bob).json() == {"removed": False}
    assert door.ask("POST", at, headers=who).json() == {"removed": True}


def test_the_socket_takes_tokens_and_no_cookie(door, ann) -> None:
    refused = door.ask("POST", "/sign-in", door.form(ann, keep="cookie"), local=True)
    assert refused.status_code == 409
    told = door.ask("POST", "/sign-in", door.form(ann), local=True).json()
    who = {"authorization": f"Bearer {told['token']}"}
    assert door.ask("GET", "/me", headers=who, local=True).json()["login"] == "ann"
    cookie = {"cookie": f"__Host-session={told['token']}"}
    assert door.ask("GET", "/me", headers=cookie, local=True).status_code == 401


def test_every_answer_says_that_a_browser_keeps_nothing_of_it(door) -> None:
    for answer in (door.ask("GET", "/api/me"), door.ask("GET", "/none"), door.ask("GET", "/openapi.json")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "strict-transport-security" in answer.headers


def test_a_wrong_name_password_and_code_are_answered_alike(door, ann) -> None:
    wrong = [
        door.form(ann, login="nobody"),
        door.form(ann, password=f"{PASSWORD} not"),
        door.form(ann, code="000000"),
    ]
    told = {
        (answer.status_code, answer.text)
        for answer in (door.ask("POST", "/api/sign-in", form) for form in wrong)
    }
    assert len(told) == 1
    assert next(iter(told))[0] == 401
