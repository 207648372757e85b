"""Hits, with pictures and without, for pages that show them live."""

from __future__ import annotations

import cv2
import numpy as np
from playwright.sync_api import expect

from tests.run_node.world import read


def seen(office, *records) -> None:
    office.world.deliver(*records)
    office.world.pass_on("match", "store")


def hit(office, mark: str, **more) -> None:
    seen(office, read(mark, at=office.world.now, **more))


def hit_with_picture(office, mark: str) -> None:
    seen(office, office.world.pictured(read(mark, at=office.world.now), drawn(mark, 320, 80)))


def live(page) -> None:
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def drawn(text: str, width: int, height: int) -> bytes:
    picture = np.full((height, width, 3), (70, 190, 230), np.uint8)
    cv2.putText(picture, text, (12, height - 20), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (20, 20, 20), 5)
    done, coded = cv2.imencode(".jpg", picture)
    assert done
    return coded.tobytes()


def logged(office) -> list[str]:
    """Return the kinds of the looks that the audit log has."""
    log = office.world.stores.log
    return [one.public.get("kind", "") for one in log.entries_from(0, log.size)]
