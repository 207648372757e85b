"""Every route of the API, made of nothing: none is asked."""

from __future__ import annotations

from typing import Any, cast

from openanpr.search.desk import SearchDesk
from openanpr.web.api.cases import case_routes
from openanpr.web.api.machines import MachineRoutes, machine_routes
from openanpr.web.api.openapi import with_document
from openanpr.web.api.own import own_routes
from openanpr.web.api.past_decisions import PastRoutes, past_routes
from openanpr.web.api.reviews import ReviewRoutes, review_routes
from openanpr.web.api.route import ApiRoute
from openanpr.web.api.searches import SearchRoutes, search_routes
from openanpr.web.api.signing_in import SignInRoutes, sign_in_routes


def every_route() -> list[ApiRoute]:
    nothing = SignInRoutes(*cast("tuple[Any, Any, Any]", (None, None, None)))
    searching = SearchRoutes(*cast("tuple[Any, Any]", (None, SearchDesk(cast("Any", None)))))
    machines = machine_routes(MachineRoutes(cast("Any", None)))
    reviews = review_routes(ReviewRoutes(*cast("tuple[Any, Any, Any]", (None, None, None))))
    past = past_routes(PastRoutes(*cast("tuple[Any, Any, Any, Any]", (None, None, None, None))))
    people = [*sign_in_routes(nothing), *own_routes(nothing)]
    routes = [*people, *search_routes(searching), *case_routes(searching), *reviews, *past, *machines]
    return with_document(routes, version="0")
