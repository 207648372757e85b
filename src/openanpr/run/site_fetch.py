"""A copy of the public site that is served over HTTP(S), fetched to be looked at as a folder is.

Nothing of it is believed: what its index names is fetched within its own address, bounded in number and size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote, urlsplit

from openanpr.publish.copy.look import INDEX
from openanpr.publish.copy.verify import MOST_BYTES, MOST_FILES, MOST_IN_ALL
from openanpr.run.audit_fetch import FetchError, get


def fetched_site(url: str) -> dict[str, bytes]:
    """Return the files of the site whose first page is at `url`, by their paths; raises FetchError.

    What is not there is left out: whoever looks at the files finds that it is missing.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise FetchError("the address of a site begins with https:// or http:// and names a host")
    base = url[: -len("index.html")] if url.endswith("/index.html") else url.rstrip("/") + "/"
    index = get(base + INDEX, MOST_BYTES)
    found = {} if index is None else {INDEX: index}
    for path in _named(index):
        body = get(base + quote(path), MOST_BYTES)
        if body is not None:
            found[path] = body
        if sum(map(len, found.values())) > MOST_IN_ALL:
            raise FetchError("the site is larger than such a site can be")
    return found


def _named(index: bytes | None) -> Iterator[str]:
    """The paths that an index names, each within the site."""
    if index is None:
        raise FetchError(f"there is no {INDEX} at that address: it is no copy of a public site")
    try:
        names = list(cast("dict[str, Any]", json.loads(index)["files"]))
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise FetchError(f"the {INDEX} at that address cannot be read") from fault
    if len(names) > MOST_FILES:
        raise FetchError("the site has more files than such a site can have")
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or not name.isprintable():
            raise FetchError(f"the {INDEX} at that address names a file outside the site")
        yield name
