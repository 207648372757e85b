"""Every route of the API says who may ask it, and the document says the same."""

from __future__ import annotations

from openanpr.policy.ask import Act
from openanpr.web.api.openapi import document
from openanpr.web.api.route import Anybody
from tests.conventions.api import every_route

ROUTES = every_route()
PUBLIC = {
    "GET /openapi.json",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/passkey/begin",
    "POST /sign-in/passkey/finish",
    "POST /sign-in/provider/begin",
    "GET /sign-in/provider/{provider}/callback",
}
"""What anybody may ask. A route is not added here without a reason that stands in a decision."""


def test_every_route_has_an_act_of_the_policy_or_is_named_public() -> None:
    assert {f"{one.method} {one.path}" for one in ROUTES if one.who is Anybody.PUBLIC} == PUBLIC
    assert all(isinstance(one.who, Act | Anybody) for one in ROUTES)


def test_what_is_done_for_a_person_is_their_own_or_an_act_of_the_policy() -> None:
    own = {one.path for one in ROUTES if one.who is Anybody.SESSION}
    assert all(path.startswith(("/me", "/sign-out", "/step-up")) for path in own), own


def test_the_document_holds_every_route_with_who_may_ask_and_no_other() -> None:
    told = {
        f"{method.upper()} {path.removeprefix('/api')}": operation["x-openanpr-who"]
        for path, operations in document(ROUTES, version="0")["paths"].items()
        for method, operation in operations.items()
    }
    assert told == {f"{one.method} {one.path}": one.who.value for one in ROUTES}


def test_no_two_operations_share_an_id_and_what_is_secured_says_so() -> None:
    operations = [
        operation for path in document(ROUTES, version="0")["paths"].values() for operation in path.values()
    ]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(bool(one["security"]) == (one["x-openanpr-who"] != "public") for one in operations)
