"""A reply to a request for access as it is read: the value, its page, and how it is set on paper."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from html import escape
from importlib import resources
from typing import Final, TypeAlias

import typst

Pairs: TypeAlias = tuple[tuple[str, str], ...]

_STANDARD: Final = "ua-1"
_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0}"
    "main{max-width:46rem;margin:0 auto;padding:1rem}dt{font-weight:600}dd{margin:0 0 .4rem}"
    "img{max-width:100%;height:auto}"
)


@dataclass(frozen=True, slots=True)
class ReplyItem:
    """One thing that is told: its heading, a note, its facts, and its pictures by their names in the pack."""

    head: str = field(repr=False)
    note: str
    facts: Pairs = field(repr=False)
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """All things of one kind."""

    title: str
    items: tuple[ReplyItem, ...]


@dataclass(frozen=True, slots=True)
class ReplyText:
    """A paragraph, with a title and points where it has any."""

    title: str
    body: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply. `none` is what a part without an item says."""

    title: str
    lead: str
    none: str
    picture: str
    facts: Pairs = field(repr=False)
    parts: tuple[ReplyPart, ...] = field(repr=False)
    texts: tuple[ReplyText, ...]


@lru_cache(maxsize=1)
def reply_words() -> Mapping[str, str]:
    """Return the words of a reply, by their ids in `reply.toml`."""
    text = resources.files("openanpr.rights").joinpath("reply.toml").read_text(encoding="utf-8")
    return {name: str(said) for name, said in tomllib.loads(text).items()}


def set_paper(reply: Reply, at: datetime) -> bytes:
    """Return the reply as PDF, tagged after PDF/UA-1; the same bytes for the same reply and time.

    What is in it comes in as text: no word is markup, no file and no address is opened. Raises RuntimeError,
    ValueError.
    """
    data = asdict(reply) | {"year": at.year, "month": at.month, "day": at.day}
    return typst.compile(
        resources.files("openanpr.rights").joinpath("reply.typ").read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=_STANDARD,
        timestamp=at,
    )


def page(reply: Reply) -> str:
    """Return the reply as one HTML page without a script; its pictures lie beside it."""
    title = escape(reply.title)
    body = [
        f"<h1>{title}</h1><p>{escape(reply.lead)}</p>{_listed(reply.facts)}",
        *(_part(one, reply.none) for one in reply.parts),
        *map(_text, reply.texts),
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    narrow = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    whole = f"<head>{head}{narrow}</head><body><main>{''.join(body)}</main></body>"
    return f'<!doctype html><html lang="en-GB">{whole}</html>\n'


def _part(part: ReplyPart, none: str) -> str:
    told = "".join(map(_item, part.items)) or f"<p>{escape(none)}</p>"
    return f"<section><h2>{escape(part.title)}</h2>{told}</section>"


def _item(one: ReplyItem) -> str:
    shown = "".join(f'<p><img src="{escape(name)}" alt="{_alt(name)}"></p>' for name in one.pictures)
    note = f"<p><em>{escape(one.note)}</em></p>" if one.note else ""
    return f"<h3>{escape(one.head)}</h3>{note}{_listed(one.facts)}{shown}"


def _alt(name: str) -> str:
    return "The number plate" if "plate" in name else "The vehicle; all else is blurred"


def _text(text: ReplyText) -> str:
    title = f"<h2>{escape(text.title)}</h2>" if text.title else ""
    points = "".join(f"<li>{escape(one)}</li>" for one in text.points)
    return f"{title}<p>{escape(text.body)}</p>{f'<ul>{points}</ul>' if points else ''}"


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in pairs)}</dl>"
