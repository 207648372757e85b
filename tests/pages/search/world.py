"""A node with people who search: cameras, reads in the read store, a file of references."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.read import Candidate, Direction, Style
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.ingest.arrival import Arrival, ArrivedRead
from openanpr.ingest.keep import batch_key
from openanpr.store.reads_write import write_reads
from tests.pages.office import Office, comes
from tests.run_node.world import NOW

MARK = "AB12CDE"
PICTURED = "CD34EFG"
REFERENCE = "53/CR/1234/26"
REASON = "The van left the yard of the burgled shop; to find where it went, and nothing narrower will do."
WHY = "The victim is at risk tonight and the route is the one lead we have."
MILL = CameraId(53, 1, 7)
QUAY = CameraId(53, 1, 8)
FARM = CameraId(53, 1, 9)
_PLACES = {
    MILL: ("Mill Street", Place(51.4501, -2.5902)),
    QUAY: ("Quay Bridge", Place(51.4610, -2.5801)),
    FARM: ("Farm Lane", Place(51.4700, -2.6100)),
}


def search_office(open_office: Callable[..., Office], folder: Path, layer: bytes = b"") -> Office:
    """Return a node whose case system knows one open reference, with cameras and perhaps a map layer."""
    references = folder / "references.csv"
    references.write_text(f"reference,state,opened,closed\n{REFERENCE},open,2025-01-02,\n", "utf-8")
    ground = folder / "ground.geojson"
    ground.write_bytes(layer)
    pages = f'[pages]\nlayer = "{ground}"\n' if layer else ""
    office = open_office(f'[cases]\nfile = "{references}"\n[search]\nown_forces = [53]\n{pages}')
    office.world.stores.intake.cameras.put([standing(number, *_PLACES[number]) for number in _PLACES])
    return office


def standing(number: CameraId, name: str, place: Place) -> RegisteredCamera:
    """Return a camera that stands."""
    return RegisteredCamera(
        camera=number, name=name, area="north", moving=False, place=place, added_by="Ann",
        added_at=NOW - timedelta(days=900),
    )  # fmt: skip


def seen(
    at: datetime, camera: CameraId = MILL, mark: str = MARK, *, late: bool = False, doubtful: bool = False
) -> ArrivedRead:
    """Return a read of the past, as it arrived."""
    rivals = (Candidate(mark, 0.93), Candidate(mark[:-1] + "F", 0.06))
    record = CaptureRecord(
        camera, at, mark, mark, "gb_current", 0.93, rivals, direction=Direction.TOWARDS, style=Style.YELLOW
    )
    batch = uuid4()
    arrival = Arrival(
        key=batch_key("feed:test", batch),
        batch_id=batch,
        device="gate-1",
        signed=True,
        received_at=at + timedelta(seconds=1),
        sent_at=None,
        clock_offset_ms=12,
        clock_lag_ms=None,
        profile="test",
        released_from=None,
    )
    return ArrivedRead(record, arrival, late=late, clock_doubtful=doubtful, origin=None)


def store(office: Office, *reads: ArrivedRead) -> None:
    """Put reads of the past where the node keeps its reads."""
    group = str(UUID(int=len(reads))) + str(reads[0].arrival.batch_id)
    write_reads(office.world.stores.engine, reads, group=group, kept_from=date.min)


def a_journey(now: datetime = NOW) -> Sequence[ArrivedRead]:
    """Return reads of one vehicle: a leg, a gap of hours, a late one and one of a doubtful clock."""
    return (
        seen(now - timedelta(days=2, hours=5), MILL),
        seen(now - timedelta(days=2, hours=4, minutes=48), QUAY),
        seen(now - timedelta(days=1, hours=3), FARM, late=True),
        seen(now - timedelta(hours=6), MILL, doubtful=True),
    )


def traffic(count: int, camera: CameraId = MILL, *, ago: timedelta = timedelta(hours=2)) -> list[ArrivedRead]:
    """Return reads of other vehicles, some seconds apart."""
    letters = "ABCDEFGHJK"
    return [
        seen(NOW - ago + timedelta(seconds=9 * n), camera, f"XY{n % 90 + 10}{letters[n // 90 % 10]}ZZ")
        for n in range(count)
    ]


def pictured(office: Office) -> Sequence[ArrivedRead]:
    """Return a read whose picture of the plate the node keeps."""
    ok, jpeg = cv2.imencode(".jpg", np.full((60, 240, 3), 200, np.uint8))
    assert ok
    sha256 = hashlib.sha256(jpeg.tobytes()).hexdigest()
    at = NOW - timedelta(hours=3)
    office.world.stores.kept.keep(sha256, at.date(), jpeg.tobytes())
    read = seen(at, QUAY, PICTURED)
    return (replace(read, record=replace(read.record, patch=sha256)),)


def fill(
    page: Page, *, category: str = "Priority and volume crime", since: str = "", reason: str = REASON
) -> None:
    """Fill in what every search wants, for a known incident."""
    if since:
        page.get_by_role("group", name="From").get_by_label("Day").fill(since)
    page.get_by_label(category).check()
    page.get_by_label("A known incident is looked into").check()
    page.get_by_label("Reference").fill(REFERENCE)
    page.get_by_label("Reason").fill(reason)


def ask_of(page: Page, mark: str = "ab12 cde", **more: str) -> None:
    """Ask for one vehicle, by way of the meter."""
    page.goto("/search/new/one-vehicle")
    page.get_by_label("Number plate").fill(mark)
    fill(page, **more)
    page.get_by_role("button", name="See what this would sweep in").click()
    page.get_by_role("button", name=re.compile("^Ask(,| nevertheless|$)")).click()
    page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))


def look_again_until_rows(page: Page) -> None:
    """Without script: follow the link of a search that runs until it has run."""
    again = page.get_by_role("link", name="Look again now")
    rows = page.get_by_role("heading", name=re.compile(r"^\d+ rows?$"))

    def there() -> int:
        if again.count():
            again.click()
        return rows.count()

    comes(page, there)


def run_one(page: Page) -> None:
    """Ask for one vehicle and run it."""
    ask_of(page)
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
