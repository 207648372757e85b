"""A whole catalogue of no language, for what must hold of any second one: longer, and in Welsh letters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from openanpr.publish.words import Catalogue, Text, catalogue, parse_catalogue, verify_same

LETTERS = "ŵŷâêîôûï"
_LONGER = 1.4
_OTHERWISE = {"number.thousands": ".", "date.day": "{year} {month} {day}"}
"""What another language may do otherwise than English."""


def pseudo() -> Catalogue:
    """Return it, read from a file as a real one is: every letter another one, each text longer by 40 %."""
    english = catalogue()
    found = parse_catalogue(as_toml(english.texts), language="cy")
    verify_same(found, english)
    return found


def as_toml(texts: Mapping[str, Text]) -> str:
    """Return the file of a catalogue with these texts."""
    return "\n".join(f"{name} = {_spelt(name, text)}" for name, text in texts.items())


def _spelt(name: str, text: Text) -> str:
    if not isinstance(text, str):
        forms = ", ".join(f"{form} = {json.dumps(_marked(said))}" for form, said in text.items())
        return f"{{ {forms} }}"
    return json.dumps(_OTHERWISE.get(name) or _marked(text), ensure_ascii=False)


def _marked(text: str) -> str:
    """The text with no letter of before; its marks stay, and words grow so that it is longer by 40 %."""
    parts = re.split(r"(\{[a-z_]+\})", text)
    return "".join(part if part.startswith("{") else re.sub(r"[A-Za-z]+", _word, part) for part in parts)


def _word(found: re.Match[str]) -> str:
    word = found.group()
    length = max(len(word) + 1, round(len(word) * _LONGER))
    return "".join(LETTERS[(ord(word[n % len(word)]) + n) % len(LETTERS)] for n in range(length))
