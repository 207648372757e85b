"""Every route that does something says which act of law it logs; a new one without an act fails."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.routing import Route

from openanpr.audit.acts import Act
from openanpr.web import delivery
from openanpr.web.acts import NoAct, UnloggedRouteError, Within
from openanpr.web.delivery import DELIVERY_ACTS, DeliveryApp
from openanpr.web.local import acts as local
from openanpr.web.local.asking import answered
from openanpr.web.local.gate import Own
from tests.conventions.test_node_pages import local_routes_of_nothing

LOCAL = local_routes_of_nothing()


def doing(routes: list[Route]) -> set[str]:
    return {route.path for route in routes if (route.methods or set()) & {"POST", "PUT", "DELETE", "PATCH"}}


def test_every_route_of_the_socket_that_does_something_names_its_act_and_no_name_is_left_over() -> None:
    assert doing(LOCAL) == set(local.ACTS)
    assert set(local.LOOKS) <= {route.path for route in LOCAL if "GET" in (route.methods or set())}


def test_a_new_route_of_the_socket_without_an_act_cannot_be_made() -> None:
    with pytest.raises(UnloggedRouteError):
        answered("/something/new", lambda _: None, "POST", guard=Own.MACHINE)


def test_every_route_for_devices_that_does_something_names_its_act_and_no_name_is_left_over() -> None:
    app = cast(
        "Any",
        SimpleNamespace(**{name: None for name, _ in inspect.getmembers(DeliveryApp, inspect.isfunction)}),
    )
    for name in vars(app):
        setattr(app, name, lambda _: None)
    routes = DeliveryApp._routes(app)
    assert doing(routes) == set(DELIVERY_ACTS)
    with pytest.raises(UnloggedRouteError):
        delivery._acting("/v1/something/new", cast("Any", None))


def test_whatever_is_said_to_be_logged_within_is_logged_there() -> None:
    """The module that is named makes the event of the act."""
    made = {
        Act.COLLECTION: "Collection(",
        Act.ENROLMENT: "Enrolment(",
        Act.ALERT_HANDLING: "AlertHandling(",
        Act.LIST_CHANGE: "ListChange(",
        Act.ERASURE: "Erasure(",
        Act.DISCLOSURE: "Disclosure(",
        Act.PEOPLE_CHANGE: "PeopleChange(",
        Act.CONSULTATION: "Consultation(",
        Act.SITE: "SiteChange(",
        Act.PUBLICATION: "PublicationAct(",
        Act.ASSESSMENT: "Assessment(",
        Act.RIGHTS: "RightsChange(",
    }
    where = {"people": "run.node.people_log"}
    for one in (*local.ACTS.values(), *DELIVERY_ACTS.values()):
        if isinstance(one, Within):
            named = one.where.partition(":")[0]
            module = __import__(f"openanpr.{where.get(named, named)}", fromlist=["x"])
            assert made[one.act] in inspect.getsource(module)


def test_a_route_that_logs_nothing_says_why() -> None:
    said = [one for one in (*local.ACTS.values(), *DELIVERY_ACTS.values()) if isinstance(one, NoAct)]
    assert all(len(one.why) > 20 for one in said)
    assert len(said) == 5
