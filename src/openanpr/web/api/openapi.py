"""The document of the API (OpenAPI 3.1), made of the routes themselves: it cannot say another thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from openanpr.web.api.refusals import Refusal
from openanpr.web.api.route import ID_PATTERN, Anybody, ApiRoute, File, get

_Schema = dict[str, Any]
_ID_SCHEMA: _Schema = {"type": "string", "pattern": f"^{ID_PATTERN}$"}
_REFS = "#/components/schemas/{name}"
_PATH_NAME = re.compile(r"\{(\w+)\}")
_REFUSALS: Mapping[int, str] = {
    400: "What was asked does not belong together",
    403: "Whoever asks may not do it, or must give a second factor once more",
    404: "There is nothing of this id, or nothing that whoever asks may see",
    409: "Not possible as things stand",
    410: "What a run found is not kept any more",
    413: "Too much at once",
    415: "No JSON",
    421: "Not a name of this node",
    422: "What was asked cannot be read",
    429: "Too many tries",
    503: "The node cannot do it at this moment",
}


class Document(Struct, frozen=True):
    """The document of the API itself."""

    openapi: str
    info: msgspec.Raw
    servers: msgspec.Raw
    paths: msgspec.Raw
    components: msgspec.Raw


def with_document(routes: Sequence[ApiRoute], *, version: str) -> list[ApiRoute]:
    """Return the routes and one more, which tells of them all and of itself: made when first asked for."""

    @cache
    def told() -> Document:
        return msgspec.json.decode(msgspec.json.encode(document(every, version=version)), type=Document)

    every = [*routes, get("/openapi.json", "This document", Anybody.PUBLIC, Document, lambda _: told())]
    return every


def document(routes: Sequence[ApiRoute], *, version: str) -> _Schema:
    """Return the document of these routes."""
    kinds = [Refusal, *(kind for one in routes for kind in (one.takes, one.gives) if _is_struct(kind))]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFS)
    paths: dict[str, _Schema] = {}
    for one in routes:
        at = one.path if one.path == "/openapi.json" else f"/api{one.path}"
        paths.setdefault(at, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenANPR: the door for people",
            "version": version,
            "description": "Every route says who may ask. A refusal says why, and what to do.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _SCHEMES},
    }


_SCHEMES: _Schema = {
    "token": {"type": "http", "scheme": "bearer", "description": "The token of a session or a service"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
    "form": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "Beside the cookie, for whatever changes something",
    },
}


def _operation(one: ApiRoute) -> _Schema:
    told: _Schema = {
        "operationId": _id_of(one),
        "summary": one.summary,
        "x-openanpr-who": one.who.value,
        "security": _security(one),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _ID_SCHEMA}
            for name in _PATH_NAME.findall(one.path)
        ]
        + [{"name": name, "in": "query", "schema": {"type": "string"}} for name in one.asks],
        "responses": {"200": _gives(one), **_refusals(one)},
    }
    if one.takes is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(one.takes)}}}
    return told


def _security(one: ApiRoute) -> list[_Schema]:
    if one.who is Anybody.PUBLIC:
        return []
    if one.who is Anybody.MACHINE:
        return [{"token": []}]
    cookie: _Schema = {"cookie": []} if one.method == "GET" else {"cookie": [], "form": []}
    return [{"token": []}, cookie]


def _gives(one: ApiRoute) -> _Schema:
    if one.gives is File:
        binary: _Schema = {"schema": {"type": "string", "contentMediaType": one.media_type}}
        return {"description": "The file", "content": {one.media_type: binary}}
    return {"description": "Done", "content": {"application/json": {"schema": _ref(one.gives)}}}


def _refusals(one: ApiRoute) -> _Schema:
    # Whoever signs in is told 401 too, where the name, the password and the code are not taken together.
    told = {**_REFUSALS, 401: "Not signed in, or not taken"}
    content = {"application/json": {"schema": _ref(Refusal)}}
    skipped = {413, 415, 422} if one.takes is None and not one.asks else set[int]()
    return {
        str(status): {"description": words, "content": content}
        for status, words in sorted(told.items())
        if status not in skipped
    }


def _id_of(one: ApiRoute) -> str:
    words = re.sub(r"[{}]", "", one.path).strip("/").replace("/", "_").replace("-", "_").replace(".", "_")
    return f"{one.method.lower()}_{words}"


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _ref(kind: type[Struct]) -> _Schema:
    (found,), _ = msgspec.json.schema_components([kind], ref_template=_REFS)
    return found
