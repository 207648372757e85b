"""The catalogue of public text: every sentence by its id, in each language that is whole.

A language is one file, `words/LANGUAGE.toml`: tables of texts, or of forms by number where a text counts
something. `{name}` marks what is put in. English is the measure: a language with a text too few, too many, or
with other marks does not load, so that no page is half in one language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Final, TypeAlias, cast

ENGLISH: Final = "en"
_MARK = re.compile(r"\{([a-z_]+)\}")
_FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
"""The plural categories of Unicode CLDR. A table with `other` is one text by its forms."""

Text: TypeAlias = str | Mapping[str, str]


class WordsError(Exception):
    """A catalogue cannot be used, or a text was asked for that it does not have."""


def _english_form(number: int) -> str:
    return "one" if number == 1 else "other"


def _welsh_form(number: int) -> str:
    """Return the form of a number in Welsh (Unicode CLDR, plural rules of cy)."""
    return {0: "zero", 1: "one", 2: "two", 3: "few", 6: "many"}.get(number, "other")


_FORM_OF: Final[Mapping[str, Callable[[int], str]]] = {"en": _english_form, "cy": _welsh_form}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language, by ids such as `assessment.verdict.red`."""

    language: str
    texts: Mapping[str, Text] = field(repr=False)

    def say(self, text_id: str, /, **given: str | int) -> str:
        """Return a text with what is given put in; `count` chooses the form where there are several.

        Raises WordsError for an id that is not there, and for a mark too few or too many.
        """
        found = self.texts.get(text_id)
        if found is None:
            raise WordsError(f"there is no text {text_id} in the catalogue of {self.language}")
        text, wanted = self._form(found, given.get("count", 0)), marks(found)
        allowed = wanted if isinstance(found, str) else wanted | {"count"}
        if not wanted <= given.keys() <= allowed:
            raise WordsError(f"the text {text_id} takes {', '.join(sorted(wanted)) or 'nothing'}")
        return _MARK.sub(lambda mark: str(given[mark.group(1)]), text)

    def has(self, text_id: str) -> bool:
        """Whether there is such a text."""
        return text_id in self.texts

    def number(self, number: int) -> str:
        """Return a whole number as people write it, such as 99,000."""
        return f"{number:,}".replace(",", self.say("number.thousands"))

    def day(self, on: date) -> str:
        """Return a day as people write it, such as 30 November 2026; of a moment its UTC day."""
        return self.say("date.day", day=on.day, month=self.say(f"date.month.{on.month}"), year=on.year)

    def moment(self, at: datetime) -> str:
        """Return a moment (aware, UTC) as people write it, to the minute."""
        return self.say("date.moment", day=self.day(at), clock=f"{at:%H:%M}")

    def _form(self, found: Text, number: str | int) -> str:
        if isinstance(found, str):
            return found
        if not isinstance(number, int):
            return found["other"]
        return found.get(_FORM_OF[self.language](number), found["other"])


def marks(text: Text) -> frozenset[str]:
    """Return the names of what is put into a text, in all its forms together."""
    forms = (text,) if isinstance(text, str) else text.values()
    return frozenset(name for form in forms for name in _MARK.findall(form))


def shipped_languages() -> tuple[str, ...]:
    """Return the languages that the program has, English first."""
    folder = resources.files("openanpr.publish").joinpath("words")
    found = sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))
    return (ENGLISH, *(one for one in found if one != ENGLISH))


@lru_cache(maxsize=8)
def catalogue(language: str = ENGLISH) -> Catalogue:
    """Return the catalogue of a language that the program has. Raises WordsError."""
    if language not in shipped_languages():
        raise WordsError(f"the program speaks {', '.join(shipped_languages())}: ask for one of these")
    path = resources.files("openanpr.publish").joinpath("words", f"{language}.toml")
    found = parse_catalogue(path.read_text(encoding="utf-8"), language=language)
    if language != ENGLISH:
        verify_same(found, catalogue(ENGLISH))
    return found


def parse_catalogue(text: str, *, language: str) -> Catalogue:
    """Return the catalogue that a TOML text spells. Raises WordsError for anything that is no text."""
    if language not in _FORM_OF:
        raise WordsError(f"the plural forms of {language} are not known: add its rule to words.py")
    try:
        return Catalogue(language, dict(_texts(tomllib.loads(text), "")))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as fault:
        raise WordsError(f"the catalogue of {language} cannot be used: {fault}") from fault


def verify_same(one: Catalogue, measure: Catalogue) -> None:
    """Raise WordsError unless a catalogue has the texts of another, each with the same marks."""
    if missing := sorted(measure.texts.keys() - one.texts.keys()):
        raise WordsError(f"the catalogue of {one.language} lacks {missing[0]}, and {len(missing) - 1} more")
    if strange := sorted(one.texts.keys() - measure.texts.keys()):
        raise WordsError(f"the catalogue of {one.language} has {strange[0]}, which nothing asks for")
    for name, text in measure.texts.items():
        if marks(one.texts[name]) != marks(text):
            raise WordsError(f"the text {name} of {one.language} puts in something else than the English one")


def _texts(found: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Text]]:
    for name, said in found.items():
        text_id = f"{prefix}{name}"
        if isinstance(said, str):
            if not said.strip():
                raise ValueError(f"{text_id} is empty")
            yield text_id, said
        elif not isinstance(said, dict):
            raise TypeError(f"{text_id} must be a text, or a table of texts")
        elif "other" in (table := cast("dict[str, object]", said)):
            yield text_id, _forms(text_id, table)
        else:
            yield from _texts(table, f"{text_id}.")


def _forms(text_id: str, table: Mapping[str, object]) -> Mapping[str, str]:
    if strange := sorted(table.keys() - _FORMS):
        raise ValueError(f"{text_id} has forms by number, and {strange[0]} is none")
    forms: dict[str, str] = {}
    for name, said in table.items():
        if not isinstance(said, str) or not said.strip():
            raise TypeError(f"{text_id}.{name} must be a text")
        forms[name] = said
    return forms
