"""A whole node in this process, its clock and its turns in the hands of a test; only its reads lie elsewhere.

The read store is ClickHouse's HTTP front in a process of its own: chDB opens one folder a process, for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx

from openanpr.alert.alert import Alert
from openanpr.alert.routing import Viewer
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ChangeKind, Draft, ListKind, VoiList
from openanpr.ingest.device import Device
from openanpr.ingest.enrol import EnrolmentCode
from openanpr.ingest.prove import Proof
from openanpr.ingest.receive import Intake, take_batch
from openanpr.ingest.scope import Scope
from openanpr.run.node import build
from openanpr.run.node.addresses import control_url, lists_url
from openanpr.run.node.chores import housekeeping
from openanpr.run.node.logged_intake import LoggedJournal
from openanpr.run.node.profile_rules import ingest_limits, profile_of, retention_rule
from openanpr.run.node.read_settings import parse_settings
from openanpr.run.node.settings import NodeSettings
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.engine import Statement
from openanpr.voi.covert_part import circle_of, covert_part
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from openanpr.wire.signature import Request, sign
from tests.store_control.stand import put

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CAMERA = CameraId(53, 1, 7)
MARK = "AB12CDE"
CONTROL_ROOM = Viewer("Ann", roles=frozenset({"control-room"}))
STOLEN = VoiList(
    "stolen", "desk", "find", "s.163", ListKind.CRIME, timedelta(days=1), frozenset({"control-room"})
)
FILLED = Statement(
    "filled",
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 "
    "AND name != 'migrations'",
)
DEVICE = "gate-1"
JPEG = b"\xff\xd8\xff what a camera saw \xff\xd9"
_NONE: Mapping[str, str] = {}
_numbers = itertools.count(1)


@cache
def migrated() -> bytes:
    """Return a control database as all migrations leave it: run once for all nodes of a test run."""
    with TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/control.db")
        migrate(engine)
        engine.dispose()
        return Path(folder, "control.db").read_bytes()


def lay_databases(settings: NodeSettings) -> None:
    """Give a new node its databases, where they are files of its own."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for url in (control_url(settings), lists_url(settings)):
        path = Path(url.removeprefix("sqlite:///"))
        if path.parent == settings.data and not path.exists():
            path.write_bytes(migrated())


class World:
    """The parts of a node, made by its own wiring and not started."""

    def __init__(self, folder: Path, reads_url: str, settings: str = "", *, again: bool = False) -> None:
        """`again`: the node has run on this folder before; what it kept stays."""
        self.now, self.last = NOW, ExitStack()
        self.token = ""
        self.settings = parse_settings(f'{settings}\n[reads]\nurl = "{reads_url}"\n', folder=folder)
        if not again:
            lay_databases(self.settings)
        profile = profile_of(self.settings, on=NOW.date())
        self.made = build._made(
            self.settings,
            ingest_limits(profile, self.settings),
            retention_rule(profile),
            lambda: self.now,
            self.last,
        )
        self.stores = self.made.stores
        for (table,) in () if again else self.stores.engine.rows(FILLED, {}, tuple[str]):
            self.stores.engine.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
        self.keeping = housekeeping(
            self.stores, self.settings, self.made.forgetting, self.made.reviews, lambda: self.now
        )
        self.rounds = {one.name: one for one in build._rounds(self.made, self.keeping)}
        self.consumers = {one.name: one for one in build._consumers(self.made, self.rounds)}
        self.telling = build._telling(
            self.made,
            profile.label,
            tuple(self.consumers.values()),
            tuple(self.rounds.values()),
            self.keeping,
        )
        self.desk = self.made.alerting.desk
        self.app = build.local_of(self.made, self.telling)
        self.key = DeviceKey.generate()
        if not again:
            self._enrol()
            self.turn("look back")  # the first: notes where the lists stand

    def _enrol(self) -> None:
        code = EnrolmentCode("code-1", b"x", "gate", Scope.parse(["53/1"]), self.now, "Ann", self.now)
        self.stores.intake.codes.put(code)
        device = Device(DEVICE, "The gate", code.scope, self.key.public, self.now)
        assert self.stores.intake.codes.redeem("code-1", device)
        self.add_camera(CAMERA, "Mill Street")

    def add_camera(self, camera: CameraId, name: str) -> None:
        one = RegisteredCamera(
            camera=camera,
            name=name,
            area="north",
            moving=False,
            place=Place(51.5, -2.6),
            added_by="Ann",
            added_at=self.now,
        )
        self.stores.intake.cameras.put([one])

    def without_cases(self) -> None:
        """Have cameras deliver for as long as a test lasts, though nobody makes a case for them."""
        admitting = self.made.siting.admitting
        admitting.numbers = replace(admitting.numbers, uncased_days=100_000)
        admitting._table = None

    def later(self, **much: float) -> None:
        self.now += timedelta(**much)

    def turn(self, name: str) -> float:
        """Let one of the rounds have its turn."""
        return self.rounds[name]._turn()

    def list_(self, *entries: VoiEntry, of: VoiList = STOLEN, kind: ChangeKind = ChangeKind.FULL) -> None:
        """Fill a list, approved; matching has it when this returns."""
        self.approve(*entries, of=of, kind=kind)
        self.turn("follow lists")

    def approve(self, *entries: VoiEntry, of: VoiList = STOLEN, kind: ChangeKind = ChangeKind.FULL) -> None:
        """Fill a list and its covert parts, approved; matching does not have it yet."""
        lists = self.stores.lists
        lists.define(of)
        parts: dict[str, list[VoiEntry]] = {of.name: []}
        if kind is ChangeKind.FULL:
            parts |= {one.of.name: [] for one in lists.every_standing() if one.of.covert_of == of.name}
        for entry in entries:
            hidden = entry.covert and covert_part(of.name, circle_of(entry, of), by="Ann", store=lists)
            parts.setdefault(hidden or of.name, []).append(entry)
        for name, some in parts.items():
            number = lists.open(Draft(name, kind, "Ann", self.now, "a test", source_at=self.now))
            lists.stage(number, put(*some), ())
            lists.settle(number, on=self.now.date())
            lists.ready(number, ())
            lists.apply(number, by="Bob", at=self.now, decision="a test")

    def covert_list(self, *names: str, of: str = "stolen") -> str:
        """Return the name of the covert part of a list for these people, which is there."""
        found = self.stores.lists.covert_list(of, frozenset(names))
        assert found is not None
        return found

    def deliver(self, *records: CaptureRecord, sent_at: datetime | None = None) -> UUID:
        """Deliver a signed batch; it is in the journal when this returns. `answer`: what it was told."""
        batch = UUID(int=next(_numbers))
        reads = [encode_read(one, Encoding.MESSAGE_PACK) for one in records]
        body = encode_batch(BatchHead(batch, DEVICE, sent_at or self.now), reads, Encoding.MESSAGE_PACK)
        request = Request(
            "POST", "http://node/v1/batches", {"Content-Type": Encoding.MESSAGE_PACK.value}, body
        )
        added = sign(request, self.key, created=self.now, nonce=f"n-{batch}")
        kept = self.stores.intake
        intake = Intake(
            Proof(kept.devices, self.stores.nonces),
            self.made.siting.admitting,
            self.made.clocks,
            LoggedJournal(self.stores.journal, self.stores.log),
            self.made.tally,
        )
        signed = replace(request, headers={**request.headers, **added})
        self.answer = take_batch(signed, intake, received_at=self.now, limits=self.made.limits)
        return batch

    def pictured(self, record: CaptureRecord, jpeg: bytes = JPEG) -> CaptureRecord:
        """Keep a picture that has come before its read; return the read, which names it."""
        name = hashlib.sha256(jpeg).hexdigest()
        self.stores.kept.keep(name, record.captured_at.date(), jpeg)
        return replace(record, patch=name)

    def pass_on(self, *names: str) -> None:
        """Let consumers (all, where none is named) take all that waits."""
        for name in names or self.consumers:
            while self.consumers[name].once():
                pass

    def alerts(self) -> Sequence[Alert]:
        return self.stores.alerts.open_alerts()

    def request(
        self, method: str, path: str, *, query: Mapping[str, str] = _NONE, **more: Any
    ) -> httpx.Response:
        """Return what the local socket answers."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://node.local", headers=headers
            ) as client:
                return await client.request(method, path, params=query, **more)

        return asyncio.run(asked())

    def get(self, path: str, **query: str) -> Any:
        """Return the answer to a question that is well asked."""
        answer = self.request("GET", path, query=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, form: dict[str, Any], **query: str) -> Any:
        """Return the answer to a demand that is well asked."""
        answer = self.request("POST", path, query=query, json=form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, form: Any = None, **query: str) -> tuple[int, str]:
        """Return the status and the sentence of a refusal."""
        more = {} if form is None else {"json": form}
        answer = self.request(method, path, query=query, **more)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["message"]


def read(
    vrm: str = MARK, *, at: datetime = NOW, ago_s: float = 2.0, camera: CameraId = CAMERA
) -> CaptureRecord:
    return CaptureRecord(camera, at - timedelta(seconds=ago_s), vrm, vrm, "gb_current", 0.98)


def listed(vrm: str = MARK, **more: Any) -> VoiEntry:
    return VoiEntry(vrm, Action.STOP, reason="theft", **more)


def covert(vrm: str = MARK, *names: str) -> VoiEntry:
    return VoiEntry(vrm, Action.SILENT, reason="watch", covert=True, seen_by=tuple(sorted(names)) or ("Eve",))
