"""The settings as they hold, written for people to read; and every key there is, with its default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit, urlunsplit

from openanpr.run.node.settings import NodeSettings


def effective_settings(settings: NodeSettings) -> str:
    """Return the whole tree, one `key = value` a line, sorted as in the file.

    It holds no secret: files are named, and of a webhook's URL only the host, as its path may admit anyone.
    """
    return "".join(f"{key} = {value}\n" for key, value in _told(settings, ""))


def every_setting() -> Iterator[tuple[str, str]]:
    """Yield the dotted name of each setting and its default as TOML, `none` or `required`.

    `[]` stands for the tables of a list, `NAME` for the name of a table that the operator chooses.
    """
    yield from _settings_of(NodeSettings, "")


def _settings_of(table: type[object], where: str) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(table)
    for field in _fields(table):
        key = f"{where}.{field.name}".removeprefix(".")
        inner, many = _table_in(hints[field.name])
        default: object = field.default
        if inner is None or (many == "[]" and default not in (None, ())):
            yield key, "required" if default is MISSING else _toml(default)
        if inner is not None:
            yield from _settings_of(inner, key + many)


def _table_in(hint: object) -> tuple[type[object] | None, str]:
    """Return the kind of table that a field holds, if any, and how its place in a key is written."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint, ""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _table_in(inner[0])
    if origin in {Union, UnionType}:
        return next((found for one in inner if (found := _table_in(one))[0] is not None), (None, ""))
    if origin is tuple:
        return _table_in(inner[0])[0], "[]"
    if origin is dict:
        return _table_in(inner[1])[0], ".NAME"
    return None, ""


def _told(table: object, where: str) -> Iterator[tuple[str, str]]:
    for name in (field.name for field in _fields(table)):
        value: object = getattr(table, name)
        key = f"{where}.{name}".removeprefix(".")
        if is_dataclass(value):
            yield from _told(value, key)
        elif isinstance(value, dict):
            for own, inner in cast("dict[str, object]", value).items():
                yield from _told(inner, f"{key}.{json.dumps(own)}")
        elif key == "webhooks":
            for number, hook in enumerate(cast("tuple[object, ...]", value)):
                yield from _told(hook, f"{key}[{number}]")
        else:
            yield key, _toml(_host_only(value) if key.startswith("webhooks[") and name == "url" else value)


def _fields(table: object) -> tuple[Field[object], ...]:
    return fields(cast("Any", table))


def _host_only(url: object) -> str:
    parts = urlsplit(str(url))
    return urlunsplit(
        (parts.scheme, parts.netloc, "/..." if parts.path.strip("/") or parts.query else "", "", "")
    )


def _toml(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case _ if is_dataclass(value):
            pairs = ((field.name, getattr(value, field.name)) for field in _fields(value))
            return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in pairs if v is not None) + " }"
        case frozenset():
            return _toml(tuple(sorted(cast("frozenset[str | int]", value), key=str)))
        case tuple():
            return "[" + ", ".join(_toml(one) for one in cast("tuple[object, ...]", value)) + "]"
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False)
        case _:
            return str(value)
