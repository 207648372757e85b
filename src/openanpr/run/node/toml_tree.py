"""A TOML table as a tree of dataclasses: every key known, every value of its type, or a sentence why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
_WORDS: dict[type[object], str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "some text",
    Path: "a path",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a number may be, both allowed; of a text, its length."""

    least: float
    most: float | None = None


Count = Annotated[int, Bounds(1)]
Name = Annotated[str, Bounds(1)]


def tree_of(kind: type[_T], table: Mapping[str, object], where: str = "") -> _T:
    """Return the `kind`, a dataclass, that a table spells; `where` is the table's dotted name.

    Raises ValueError for a key that is not known or is missing, a value of another type or out of bounds.
    """
    hints = get_type_hints(kind, include_extras=True)
    of_kind = fields(cast("Any", kind))
    names = {field.name for field in of_kind}
    for key in table:
        if key not in names:
            raise ValueError(
                f"{_dotted(where, key)} is no setting: take it out, or look for its name in "
                "docs/reference/node-settings.md"
            )
    for field in of_kind:
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and field.name not in table:
            raise ValueError(f"{_dotted(where, field.name)} is missing")
    return kind(**{key: _value(hints[key], found, _dotted(where, key)) for key, found in table.items()})


def _value(hint: object, found: object, where: str) -> object:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(_value(inner[0], found, where), inner[1], where)
    if origin in {Union, UnionType}:
        return _value(inner[0], found, where)  # TOML has no None: what is written is of the first kind
    if origin is Literal:
        if found not in inner:
            raise ValueError(f"{where} must be one of {', '.join(map(str, inner))}")
        return found
    if origin in {tuple, frozenset}:
        each = [_value(inner[0], one, f"{where}[{n}]") for n, one in enumerate(_of_kind(list, found, where))]
        return frozenset(each) if origin is frozenset else tuple(each)
    if origin is dict:
        table = _of_kind(dict, found, where)
        return {key: _value(inner[1], one, f'{where}."{key}"') for key, one in table.items()}
    if is_dataclass(hint):
        return tree_of(cast("type[object]", hint), _of_kind(dict, found, where), where)
    return _plain(cast("type[object]", hint), found, where)


def _plain(kind: type[object], found: object, where: str) -> object:
    if kind is Path:
        if not isinstance(found, str) or not found:
            raise ValueError(f"{where} must be a path")
        return Path(found).expanduser()
    if kind is float and type(found) is int:
        return float(found)
    return _of_kind(kind, found, where)


def _of_kind(kind: type[_T], found: object, where: str) -> Any:  # noqa: ANN401 - checked here, used by its kind
    # Not isinstance: in Python true is a whole number.
    if type(found) is not kind:
        told = _WORDS.get(type(found), "something else")
        raise ValueError(f"{where} must be {_WORDS[kind]}, not {told}")
    return found


def _bounded(value: Any, bounds: Bounds, where: str) -> object:  # noqa: ANN401 - a number or a text
    text = isinstance(value, str)
    size = len(value) if text else value
    if size >= bounds.least and (bounds.most is None or size <= bounds.most):
        return value
    upper = "" if bounds.most is None else f" and at most {bounds.most}"
    wanted = "not be empty" if text else f"be at least {bounds.least}{upper}"
    raise ValueError(f"{where} must {wanted}")


def _dotted(where: str, key: str) -> str:
    return f"{where}.{key}".removeprefix(".")
