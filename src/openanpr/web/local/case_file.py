"""A case as people write it, in TOML or in the forms of pages: read once, here, and a value from then on.

The keys are the fields of `sites.case.Case`: what the domain knows of can be written, and nothing else. What
is wrong is told by where it stands. What an empty text or a missing key means the domain says.
"""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, Final, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.sites.case import Case, Dpia, SiteCamera
from openanpr.sites.ground import CaseError


class WrittenCamera(Struct, frozen=True, forbid_unknown_fields=True):
    """A camera of a case: its number as text, and its place in degrees."""

    camera: str
    lat: float | None = None
    lon: float | None = None
    error_m: Annotated[float, Meta(ge=0)] | None = None
    looks: str = ""


_LATER: Final[Mapping[type, frozenset[str]]] = {Dpia: frozenset({"reviews"})}
"""What is added by steps of its own, and never written."""
_VALUES: Final[dict[type, type]] = {}
"""The value that each written struct stands for."""


def _written(kind: type) -> type[Struct]:
    """Return a struct with the fields of a value that takes no other key."""
    hints, later = get_type_hints(kind), _LATER.get(kind, frozenset[str]())
    told: list[Any] = []
    for one in fields(kind):
        if one.name not in later:
            hint = _hint(hints[one.name])
            told.append((one.name, hint) if one.default is MISSING else (one.name, hint, one.default))
    made = msgspec.defstruct(kind.__name__, told, frozen=True, forbid_unknown_fields=True, kw_only=True)
    _VALUES[made] = kind
    return made


def _hint(hint: Any) -> Any:  # noqa: ANN401 - the type of any field
    if hint is SiteCamera:
        return WrittenCamera
    if isinstance(hint, type) and is_dataclass(hint):
        return _written(cast("type", hint))
    if get_origin(hint) is tuple:
        return cast("Any", tuple[_hint(get_args(hint)[0]), ...])
    if get_origin(hint) in {Union, types.UnionType}:
        of_any: Any = Union
        return of_any[tuple(_hint(one) for one in get_args(hint))]
    return cast("Any", hint)


CaseFile: Final = _written(Case)
"""The keys of a file."""
CASE_KEYS: Final = tuple(CaseFile.__struct_fields__)


def case_of(text: str) -> Case:
    """Return the case that a file's text spells; raises CaseError that says where it cannot be read."""
    try:
        return _case(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise CaseError(f"the file is no TOML: {fault}") from None


def changed_case(
    case: Case, change: Mapping[str, object], *, put: WrittenCamera | None = None, without: str = ""
) -> Case:
    """Return a case of which some keys say something else; raises CaseError and what its parts raise.

    `put` is a camera, in the place of the one with its number; `without` is one that is left out. So that
    whoever changes one has not to be told where the others stand.
    """
    if not change.keys() <= set(CASE_KEYS):
        raise CaseError("a key is named that a case does not have")
    told = cast("dict[str, Any]", msgspec.to_builtins(case))
    told["cameras"] = [_camera_told(one) for one in case.cameras]
    for part, later in (("dpia", _LATER[Dpia]),):
        if told[part] is not None:
            told[part] = {name: value for name, value in told[part].items() if name not in later}
    if put is not None:
        told["cameras"] = [one for one in told["cameras"] if one["camera"] != put.camera]
        told["cameras"].append(msgspec.to_builtins(put))
    if without:
        told["cameras"] = [one for one in told["cameras"] if one["camera"] != without]
    return _case({**told, **change})


def _case(told: object) -> Case:
    try:
        said = msgspec.convert(told, CaseFile)
    except msgspec.ValidationError as fault:
        raise CaseError(f"the file does not say what a case says: {_where(str(fault))}") from None
    return cast("Case", _value(said))


def _value(said: object) -> Any:  # noqa: ANN401 - the value of any part
    """Return the value that a written part stands for."""
    if isinstance(said, WrittenCamera):
        return camera_of(said)
    if isinstance(said, tuple):
        return tuple(_value(one) for one in cast("tuple[object, ...]", said))
    kind = _VALUES.get(type(said))
    if kind is None or not isinstance(said, Struct):
        return said
    return kind(**{name: _value(getattr(said, name)) for name in said.__struct_fields__})


def camera_of(said: WrittenCamera) -> SiteCamera:
    """Return a camera of a site; raises CaseError and ValueError."""
    if (said.lat is None) != (said.lon is None):
        raise CaseError("a place has lat and lon, or neither")
    place = None if said.lat is None or said.lon is None else Place(said.lat, said.lon, said.error_m)
    return SiteCamera(CameraId.parse(said.camera), place, said.looks)


def _camera_told(one: SiteCamera) -> dict[str, object]:
    place = one.place
    return {
        "camera": str(one.camera),
        "lat": None if place is None else place.lat,
        "lon": None if place is None else place.lon,
        "error_m": None if place is None else place.error_m,
        "looks": one.looks,
    }


def _where(fault: str) -> str:
    """Return a fault without the word that stood there, which may be anything."""
    said, mark, path = fault.rpartition(" - at `")
    if not mark:
        return fault
    reason = "has a word that is not known" if said.startswith("Invalid enum") else said
    return f"{path.rstrip('`').removeprefix('$.')}: {reason}"
