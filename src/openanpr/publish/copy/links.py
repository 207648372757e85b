"""The links of a site's pages, as a browser follows them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from typing import Final
from urllib.parse import unquote, urlsplit

_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:)]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page; `file` is the file of the site that it leads to, None for another place."""

    page: str
    href: str
    file: str | None
    fragment: str


@dataclass(slots=True)
class _Page:
    """What a page names and leads to."""

    hrefs: list[str] = field(default_factory=list[str])
    ids: set[str] = field(default_factory=set[str])
    addresses: set[str] = field(default_factory=set[str])


class _Reader(HTMLParser):
    """Reads one page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the tag names and leads to."""
        del tag
        told = {name: value for name, value in attrs if value is not None}
        self.page.hrefs += [told[name] for name in ("href", "src") if name in told]
        if "id" in told:
            self.page.ids.add(told["id"])

    def handle_data(self, data: str) -> None:
        """Take addresses that stand in the text."""
        self.page.addresses.update(_ADDRESS.findall(data))


@dataclass(frozen=True, slots=True)
class Linked:
    """What the pages of a site lead to: links that lead nowhere, and addresses elsewhere with their pages."""

    broken: tuple[Link, ...]
    elsewhere: Mapping[str, tuple[str, ...]]


def linked(files: Mapping[str, bytes]) -> Linked:
    """Return what the pages lead to; a page that is no UTF-8 text is read as far as it is one."""
    pages = {path: _read(body) for path, body in files.items() if path.endswith(".html")}
    links = [_link(path, href) for path, page in pages.items() for href in page.hrefs]
    broken = [one for one in links if one.file is not None and not _leads(one, files, pages)]
    found: dict[str, set[str]] = {}
    for address, path in _elsewhere(links, pages):
        found.setdefault(address, set()).add(path)
    return Linked(tuple(broken), {one: tuple(sorted(found[one])) for one in sorted(found)})


def _read(body: bytes) -> _Page:
    reader = _Reader()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    return reader.page


def _link(page: str, href: str) -> Link:
    try:
        parts = urlsplit(href)
    except ValueError:
        return Link(page, href, "", "")
    if parts.scheme or parts.netloc:
        return Link(page, href, None, "")
    path, fragment = unquote(parts.path), unquote(parts.fragment)
    if not path:
        return Link(page, href, page, fragment)
    place = normpath(join("/", dirname(page), path)).lstrip("/")
    file = f"{place}/index.html".lstrip("/") if path.endswith("/") else place
    return Link(page, href, file, fragment)


def _leads(one: Link, files: Mapping[str, bytes], pages: Mapping[str, _Page]) -> bool:
    if one.file is None or one.file not in files:
        return False
    return not one.fragment or one.file not in pages or one.fragment in pages[one.file].ids


def _elsewhere(links: list[Link], pages: Mapping[str, _Page]) -> Iterator[tuple[str, str]]:
    yield from ((one.href, one.page) for one in links if one.file is None)
    for path, page in pages.items():
        yield from ((address, path) for address in page.addresses)
