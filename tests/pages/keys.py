"""The keyboard alone, as somebody uses pages who has no mouse: from stop to stop, each by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

_MOST_STOPS = 120
_NAME = """() => {
  const at = document.activeElement;
  const label = at.labels?.length ? at.labels[0].innerText : "";
  return (at.getAttribute("aria-label") || label || at.innerText || at.value || "").trim();
}"""
_TELLS_TOUCH = """
  for (const kind of ["pointerdown", "mousedown", "touchstart"])
    addEventListener(kind, () => __touched(), true);
"""


class Keys:
    """The keyboard of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> None:
        """Go on by Tab until what bears this name has the focus."""
        passed: list[str] = []
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            passed.append(self.page.evaluate(_NAME))
            if passed[-1].startswith(name):
                return
        raise AssertionError(f"no Tab leads to {name}, only to {passed}")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def fill(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.to(name)
        self.page.keyboard.type(text)

    def choose(self, name: str) -> None:
        """Go to the first of a group, or to one box, and choose it."""
        self.to(name)
        self.page.keyboard.press("Space")

    def follow(self, name: str, url: str) -> None:
        """Go to a link or a button, press Enter, and wait for where it leads."""
        self.to(name)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(url)


@contextmanager
def keys_alone(page: Page) -> Iterator[Keys]:
    """Lend the keyboard; a mouse or a finger that touches a page meanwhile is a fault."""
    touched: list[int] = []
    page.expose_function("__touched", lambda: touched.append(1))
    page.add_init_script(_TELLS_TOUCH)
    yield Keys(page)
    assert not touched, "something was pointed at"
