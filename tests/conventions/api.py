"""Every route of the API, made of nothing: none is asked."""

from __future__ import annotations

from typing import Any, cast

from openanpr.web.api.openapi import with_document
from openanpr.web.api.own import own_routes
from openanpr.web.api.reviews import ReviewRoutes, review_routes
from openanpr.web.api.route import ApiRoute
from openanpr.web.api.signing_in import SignInRoutes, sign_in_routes


def every_route() -> list[ApiRoute]:
    nothing = SignInRoutes(*cast("tuple[Any, Any, Any]", (None, None, None)))
    review = ReviewRoutes(*cast("tuple[Any, Any]", (None, None)))
    return with_document(
        [*sign_in_routes(nothing), *own_routes(nothing), *review_routes(review)], version="0"
    )
