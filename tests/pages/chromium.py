"""Which Chromium of this machine is used: one without a window of its own, where there is one."""

from __future__ import annotations

import shutil

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of the program; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)
