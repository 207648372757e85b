"""What a form brings: read once into a frozen value, with a sentence for each field that cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from openanpr.web.api.refusals import ApiError

_MOST_FIELDS: Final = 2_000
CSRF: Final = "csrf"
_KindT = TypeVar("_KindT", bound=Struct)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a form brought: the name that its sender gave it, and its bytes."""

    name: str = field(repr=False)
    body: bytes = field(repr=False)


class FormFaultsError(ValueError):
    """A form cannot be taken: for each field (its name, "" for the whole) a sentence that says what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("what was filled in cannot be taken")
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form as they came, and its files. A field that was left empty counts as not there."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], repr=False)
    files: Mapping[str, SentFile] = field(default_factory=dict[str, SentFile], repr=False)

    def text(self, name: str) -> str:
        """Return what stands in a field, "" where nothing does."""
        return self.fields.get(name, ("",))[0]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all that was chosen under a name."""
        return tuple(one for one in self.fields.get(name, ()) if one)

    def file(self, name: str) -> SentFile | None:
        """Return a file that was chosen; None where none was."""
        found = self.files.get(name)
        return found if found is not None and found.body else None

    def read(self, kind: type[_KindT], words: Mapping[str, str]) -> _KindT:
        """Return the form as `kind`; raises FormFaultsError with the sentence of each field that is wrong.

        `words` has the sentences, such as "Enter your sign-in name", by the names of the fields.
        """
        hints = get_type_hints(kind, include_extras=True)
        found: dict[str, object] = {}
        faults: dict[str, str] = {}
        for one in fields(kind):
            given = self.texts(one.name)
            if not given and not one.required:
                continue
            try:
                found[one.name] = _value(given, hints[one.name])
            except (msgspec.ValidationError, ValueError):
                faults[one.name] = words.get(one.name, "Look at this again")
        if faults:
            raise FormFaultsError(faults)
        return kind(**found)


def _value(given: tuple[str, ...], hint: Any) -> object:  # noqa: ANN401 - the type of any field
    many = getattr(hint, "__origin__", hint) in {list, tuple} or _annotated_list(hint)
    said: object = list(given) if many else (given[0] if given else "")
    return msgspec.convert(said, hint, strict=False)


def _annotated_list(hint: Any) -> bool:  # noqa: ANN401 - the type of any field
    inner = getattr(hint, "__origin__", None)
    return inner is not None and getattr(inner, "__origin__", inner) in {list, tuple}


def read_fields(body: bytes) -> Form:
    """Return what a form without files sent; raises ApiError."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise ApiError(400, "what was sent is no form that can be read", "send the page's own form") from None
    return Form(gathered(pairs))


def gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Return fields by their names; raises ApiError for a text that holds what is no character of a text."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        if "\x00" in text or len(text) > 100_000:
            raise ApiError(400, "a field holds what no field of ours takes", "send the page's own form")
        found.setdefault(name, []).append(text.replace("\r\n", "\n").strip())
    return {name: tuple(texts) for name, texts in found.items()}


def as_json(told: object) -> bytes:
    """Return a value as JSON, for a question that takes its body so."""
    return msgspec.json.encode(cast("Any", told))
