"""The page of an assessment: one HTML file by itself, without a script, in the words of one language."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from openanpr.publish.assessment.shown import Shown
from openanpr.publish.assessment.verdict import Colour
from openanpr.publish.assessment.version import State, Version
from openanpr.publish.words import Catalogue


def page(shown: Shown) -> str:
    """Return the page of a version: what was frozen, and marked as such what came after."""
    words, looked_at = shown.words, shown.looked_at

    def say(name: str, **given: str | int) -> str:
        return words.say(f"assessment.page.{name}", **given)

    def text(kind: str, name: str) -> str:
        return words.say(f"assessment.{kind}.{name}")

    return _template().render(
        of=shown.document,
        say=say,
        text=text,
        style=style(),
        colours=[colour.value for colour in Colour],
        state=state_said(shown.version, words),
        drift=shown.drift,
        looked_at=None if looked_at is None else words.moment(looked_at.astimezone(UTC)),
        actions=shown.actions,
    )


def state_said(version: Version, words: Catalogue) -> str:
    """Return where a version stands now, with the day on which it came there."""
    since = {State.PUBLISHED: version.published_at, State.SUPERSEDED: version.superseded_at}.get(
        version.state
    )
    name = f"assessment.page.state-{version.state.value}"
    return words.say(name) if since is None else words.say(name, day=words.day(since.astimezone(UTC)))


@lru_cache(maxsize=1)
def style() -> str:
    """Return the page's style, the only one that it has: for a rule of what a browser may load."""
    return resources.files("openanpr.publish.assessment").joinpath("page.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    text = resources.files("openanpr.publish.assessment").joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False).from_string(text)
