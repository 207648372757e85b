"""Every page, made of nothing: none is opened."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, cast

from openanpr.run.node.pages import PageParts, node_pages
from openanpr.run.node.settings import NodeSettings
from openanpr.web.pages.route import PageRoute


class _Anything:
    """Stands in for a part that is handed on and not asked."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything()

    def __call__(self, *args: object, **named: object) -> Any:
        return _Anything()


def every_page() -> list[PageRoute]:
    parts = {one.name: cast("Any", _Anything()) for one in fields(PageParts)}
    told = {"settings": NodeSettings(), "clock": lambda: datetime.now(UTC)}
    return node_pages(PageParts(**{**parts, **told}), cast("Any", _Anything()))
