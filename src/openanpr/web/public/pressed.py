"""A site pressed into answers: bytes and headers made once, before anybody asks."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, TypeAlias

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

MISSING: Final = "404.html"
FRESH_S: Final = 300
"""For so long a browser, or a cache between, may show a page without asking again."""

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".pyz": "application/zip",
}
_SAVED: Final = frozenset({".pdf", ".pyz"})
"""What is handed over as a file: a viewer within the browser would need more than the pages may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One file in one encoding: its status, its headers, the mark by which it is asked for again."""

    status: int
    tag: bytes
    headers: Headers
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """Every answer by the path that is asked for, plain and packed; `missing` is for any other path."""

    plain: Mapping[str, Answer] = field(repr=False)
    packed: Mapping[str, Answer] = field(repr=False)
    missing: Answer


def press(
    files: Mapping[str, bytes], *, inline: Mapping[str, str], posting: Mapping[str, str] | None = None
) -> Pressed:
    """Return the answers of a site's files; `inline` has the style that a file has within itself.

    `posting` has the origin to which the form of a file is sent.

    Raises ValueError for a file of a kind that is not known, and for a site without its page for what is not
    there.
    """
    if MISSING not in files:
        raise ValueError("the site has no page for what is not there")
    to = posting or {}
    plain = {path: _answer(path, body, inline.get(path), to.get(path)) for path, body in files.items()}
    packed = {path: _packed(path, files[path], one) for path, one in plain.items()}
    missing = plain[MISSING]
    return Pressed(
        dict(_asked(plain)),
        dict(_asked(packed)),
        Answer(404, missing.tag, missing.headers, missing.body),
    )


def _asked(answers: Mapping[str, Answer]) -> Iterator[tuple[str, Answer]]:
    """Each answer by its path, and the page of a folder by the folder's."""
    for path, one in answers.items():
        yield f"/{path}", one
        if path == "index.html" or path.endswith("/index.html"):
            yield f"/{path.removesuffix('index.html')}", one


def _answer(path: str, body: bytes, inline: str | None, posting: str | None) -> Answer:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode("ascii")
    return Answer(200, tag, _headers(path, body, tag, _policy(inline, posting)), body)


def _packed(path: str, body: bytes, plain: Answer) -> Answer:
    small = gzip.compress(body, 9, mtime=0)
    if PurePosixPath(path).suffix in _SAVED or len(small) >= len(body):
        return plain
    tag = plain.tag[:-1] + b'-gz"'
    replaced = {b"etag": tag, b"content-length": str(len(small)).encode("ascii")}
    headers = tuple((name, replaced.get(name, value)) for name, value in plain.headers)
    return Answer(plain.status, tag, (*headers, (b"content-encoding", b"gzip")), small)


def _headers(path: str, body: bytes, tag: bytes, policy: str) -> Headers:
    kind = PurePosixPath(path).suffix
    if kind not in _TYPES:
        raise ValueError(f"the site has a file of the kind {kind or 'without a name'}, which is not served")
    told = {
        "content-type": _TYPES[kind],
        "content-length": str(len(body)),
        "cache-control": f"public, max-age={FRESH_S}",
        "vary": "accept-encoding",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if kind in _SAVED:
        told["content-disposition"] = f'attachment; filename="{PurePosixPath(path).name}"'
    return (*((name.encode(), value.encode()) for name, value in told.items()), (b"etag", tag))


def _policy(inline: str | None, posting: str | None) -> str:
    style = "'self'"
    if inline is not None:
        style = f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode('utf-8')).digest()).decode()}'"
    to = "'none'" if posting is None else posting
    return f"default-src 'none'; style-src {style}; base-uri 'none'; form-action {to}; frame-ancestors 'none'"
