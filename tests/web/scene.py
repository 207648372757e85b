"""A node's network face for tests: the real app on a real server, over stores in memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from openanpr.core.voi_delta import Page
from openanpr.core.voi_list import ListKind, ListStanding, VoiList
from openanpr.deliver.line import Fresh, Line, LineSettings
from openanpr.ingest import secret_text
from openanpr.ingest.enrol import CodeRequest, EnrolmentDesk, make_code
from openanpr.ingest.feed import Feed, FeedIntake, make_token
from openanpr.ingest.feed_message import FeedDesk
from openanpr.ingest.limits import Limits
from openanpr.ingest.picture import Announcement, PictureIntake, PictureLimits
from openanpr.ingest.preview import Previews
from openanpr.ingest.rotate import RotationDesk
from openanpr.ingest.scope import Scope
from openanpr.web.delivery import DeliveryDesks, DeliverySettings, delivery_app
from openanpr.web.device_lists import ListDesk
from openanpr.web.device_previews import PreviewDesk
from openanpr.web.serve import Served, ServeLimits, serve_tcp
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.signature import Request, sign
from tests.audit.kept_log import KeptLog
from tests.ingest.pictures import Shelf, Store
from tests.ingest.world import HASH_KEY, LIMITS, NOW, Journal, World
from tests.ports import free_port
from tests.wire.vendors.messages import ALL

TOKEN, TOKEN_NAME, TOKEN_DIGEST = make_token(HASH_KEY, chance=bytes(range(secret_text.CHANCE_BYTES)))
FEED = Feed(
    "feed-1", "North gate", Scope.parse(["53/1"]), TOKEN_NAME, TOKEN_DIGEST, most_message_bytes=60_000
)
_numbers = itertools.count()


@dataclass
class Announced:
    """Which journalled reads name a picture."""

    journal: Journal

    def find(self, sha256) -> tuple[Announcement, ...]:
        reads = [read.record for entry in self.journal.read() for read in entry.accepted]
        return tuple(Announcement(r.camera, r.captured_at) for r in reads if sha256 in {r.patch, r.overview})


class Feeds:
    """Feeds by the names of their tokens; and each has the cameras of the example messages."""

    def __init__(self) -> None:
        self.feeds = {FEED.token_name: FEED}

    def by_token(self, token_name) -> Feed | None:
        return self.feeds.get(token_name)

    def of(self, feed_id) -> Any:
        return ALL


class Lists:
    """Lists with one revision: all that is on them."""

    def __init__(self) -> None:
        self.contents = {}
        self.receipts = []
        self.given = []

    def add(self, name, *entries, visible_to=("devices",)) -> None:
        about = VoiList(
            name, "Force 53", "find", "s.163", ListKind.CRIME, timedelta(days=1), frozenset(visible_to)
        )
        self.contents[name] = (ListStanding(about, 1, len(entries), NOW, oldest=1), entries)

    def standing(self, list_name) -> ListStanding:
        return self.contents[list_name][0]

    def standings(self) -> tuple[ListStanding, ...]:
        return tuple(standing for _, (standing, _) in sorted(self.contents.items()))

    def was_at(self, list_name, revision) -> bool:
        return self.contents[list_name][0].revision == revision

    def still_true(self, list_name, *, as_of, feed_revision) -> None:
        raise AssertionError("a device's question changes no list")

    def removals(self, list_name, *, since, to, after, limit) -> Page:
        return Page((), (), None)

    def upserts(self, list_name, *, since, to, after, limit) -> Page:
        shown = [e for e in self.contents[list_name][1] if not e.covert]
        page = tuple(shown[after : after + limit])
        return Page(page, (), after + limit if len(page) == limit else None)

    def note(self, receipt) -> None:
        self.receipts.append(receipt)

    def served(self, served) -> None:
        self.given.append(served)


@dataclass
class Scene:
    """One node with one enrolled device (`world.key`), and what its app is made of."""

    world: World = field(default_factory=World)
    now: datetime = NOW
    limits: Limits = LIMITS
    ready: bool = True
    page_entries: int = 5000
    shelf: Shelf = field(default_factory=Shelf)
    pictures: Store = field(default_factory=Store)
    feeds: Feeds = field(default_factory=Feeds)
    lists: Lists = field(default_factory=Lists)
    log: KeptLog = field(default_factory=KeptLog)
    passed_s: float = 0.0
    previews: Previews = field(init=False)
    port: int = 0
    url: str = ""
    server: Served | None = None

    def __post_init__(self) -> None:
        self.previews = Previews(lambda: self.passed_s)

    def desks(self) -> DeliveryDesks:
        world, intake = self.world, self.world.intake
        pictures = PictureIntake(
            intake.proof, Announced(world.journal), self.pictures, self.shelf, world.tally
        )
        feeds = FeedIntake(self.feeds, HASH_KEY, world.register, world.journal, world.tally)
        return DeliveryDesks(
            batches=intake,
            pictures=pictures,
            enrolment=EnrolmentDesk(world.ledger, world.nonces, HASH_KEY, world.tally),
            rotation=RotationDesk(intake.proof, world.book, world.tally),
            feeds=FeedDesk(feeds, pictures, self.feeds),
            previews=PreviewDesk(intake.proof, self.previews, world.tally),
            lists=ListDesk(intake.proof, self.lists, world.tally, self.log, self.page_entries),
            limits=lambda: self.limits,
            picture_limits=PictureLimits(most_bytes=50_000, most_pixels=100_000),
            clock=lambda: self.now,
            fresh_device_id=lambda: f"device-{next(_numbers)}",
            ready=lambda: self.ready,
        )

    def code(self, name="The van") -> str:
        asked = CodeRequest(name, Scope.parse(["53/1"]), "ann", timedelta(hours=1))
        chance = next(_numbers).to_bytes(secret_text.CHANCE_BYTES, "big")
        return make_code(asked, self.world.ledger, hash_key=HASH_KEY, chance=chance, now=self.now)

    def fresh(self) -> Fresh:
        return Fresh(lambda: self.now, lambda: f"nonce-{next(_numbers)}", lambda: 0.0)

    def line(self, key: DeviceKey | None = None, *, ca_file: Path | None = None) -> Line:
        return Line.open(LineSettings(self.url, ca_file=ca_file), key or self.world.key, self.fresh())

    def signed(self, method, path, body=b"", *, authority="", **beside) -> Request:
        """A request that the device has signed, for `ask`; `authority` other than the true one if given."""
        headers = {"Content-Type": beside.get("content_type", "application/json")}
        headers |= beside.get("headers", {})
        url = (f"http://{authority}" if authority else self.url) + path
        request = Request(method, url, headers, body)
        nonce = beside.get("nonce", f"own-{next(_numbers)}")
        added = sign(request, beside.get("key", self.world.key), created=self.now, nonce=nonce)
        return Request(method, self.url + path, headers | added, body)

    def batch(self, records, **head) -> Request:
        head.setdefault("batch_id", UUID(int=1_000_000 + next(_numbers)))
        encoding = head.pop("content_type", "application/vnd.msgpack")
        return self.signed("POST", "/v1/batches", self.world.body(records, **head), content_type=encoding)

    def ask(self, request: Request, **headers: str) -> httpx.Response:
        return plain(request.method, request.url, request.body, {**request.headers, **headers})


def plain(method, url, body=b"", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Ask without a signature."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        return client.request(method, url, content=body, headers=headers)


def said(response: httpx.Response) -> dict[str, Any]:
    found = json.loads(response.content)
    assert isinstance(found, dict)
    return found


@contextmanager
def standing(
    scene: Scene | None = None,
    *,
    serve: ServeLimits | None = None,
    tls: tuple[Path, Path] | None = None,
    **settings,
) -> Iterator[Scene]:
    """Run the app of a scene on a port of this machine."""
    made = scene or Scene()
    made.port = free_port()
    made.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{made.port}"
    names = settings.pop("names", frozenset({f"127.0.0.1:{made.port}"}))
    app = delivery_app(made.desks(), replace(DeliverySettings(names), **settings))
    certificate, key = tls or (None, None)
    made.server = serve_tcp(app, "127.0.0.1", made.port, certificate, key, limits=serve)
    try:
        with made.server:
            yield made
    finally:
        app.close()
