"""The world around ingest, in memory: every port, and a device that signs."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.span import Span
from openanpr.ingest.accept import Mount
from openanpr.ingest.clock import RecentClocks
from openanpr.ingest.device import Device
from openanpr.ingest.journal import Kept, read_entry
from openanpr.ingest.limits import Limits
from openanpr.ingest.prove import Proof
from openanpr.ingest.quarantine import ChangedMeanwhileError, State
from openanpr.ingest.receive import Intake
from openanpr.ingest.scope import Scope
from openanpr.ingest.secret_text import HashKey
from openanpr.ingest.tally import Tally
from openanpr.wire.device_key import DeviceKey
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, encode_read
from openanpr.wire.signature import Request, sign

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
LIMITS = Limits(
    profile="test-2026",
    oldest_days=30,
    late_after_s=60,
    future_tolerance_s=5,
    clock_alarm_ms=1000,
    clock_quarantine_ms=2000,
    retention_days=365,
    most_reads=500,
)
HASH_KEY = HashKey(bytes(range(32)))
FIXED, MOVING = CameraId(53, 1, 7), CameraId(53, 9, 1)
BATCH = UUID(int=1)
URL = "https://node.example"
_nonces = itertools.count()


class Nonces:
    """Nonces that were used."""

    def __init__(self) -> None:
        self.used: set[tuple[str, str]] = set()

    def seen(self, keyid, nonce, until) -> bool:
        known = (keyid, nonce) in self.used
        self.used.add((keyid, nonce))
        return known


class Register:
    """Which cameras stand and which drive."""

    def __init__(self, mounts) -> None:
        self.mounts = dict(mounts)
        self.asked = Counter()
        self.shut: dict[CameraId, tuple[Span, ...]] = {}
        self.cased: set[CameraId] = set()
        self.asked_closed = Counter()

    def mount(self, camera) -> Mount | None:
        self.asked[camera] += 1
        return self.mounts.get(camera)

    def closed(self, camera, *, elsewhere) -> tuple[Span, ...]:
        self.asked_closed[camera] += 1
        return () if elsewhere and camera not in self.cased else self.shut.get(camera, ())


class Journal:
    """Entries by key; `entries` is what a kill would leave on disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries = {}

    def find(self, key) -> Kept | None:
        with self._lock:
            entry = self.entries.get(key)
        return None if entry is None else Kept(entry.digest, entry.answer)

    def append(self, entry) -> Kept:
        with self._lock:
            kept = self.entries.setdefault(entry.key, entry)
        return Kept(kept.digest, kept.answer)

    def read(self):
        return [read_entry(entry.body) for entry in self.entries.values()]


class Ledger:
    """Codes and devices, changed one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.codes = {}
        self.devices = {}
        self.old_keys: set[str] = set()

    def put(self, code) -> None:
        with self._lock:
            self.codes[code.code_id] = code

    def find(self, wanted):
        with self._lock:
            return self.codes.get(wanted)

    def redeem(self, code_id, device) -> Device | None:
        with self._lock:
            code = self.codes.get(code_id)
            if code is None:
                return None
            if code.used_by is not None:
                return self._owner(device.key_id) if code.used_by == device.key_id else None
            if self._owner(device.key_id) or device.key_id in self.old_keys:
                return None
            self.codes[code_id] = replace(code, used_by=device.key_id)
            self.devices[device.device_id] = device
            return device

    def _owner(self, key_id) -> Device | None:
        return next((d for d in self.devices.values() if d.key_id == key_id), None)


class DeviceBook:
    """The devices of a ledger, as those ask who prove and administer."""

    def __init__(self, ledger) -> None:
        self.ledger = ledger

    def by_key(self, key_id) -> Device | None:
        return self.ledger._owner(key_id)

    def find(self, device_id) -> Device | None:
        return self.ledger.devices.get(device_id)

    def every(self) -> tuple[Device, ...]:
        return tuple(self.ledger.devices[name] for name in sorted(self.ledger.devices))

    def revoke(self, device_id, revocation) -> Device | None:
        device = self.find(device_id)
        if device is None:
            return None
        self.ledger.devices[device_id] = replace(device, revoked=device.revoked or revocation)
        return self.ledger.devices[device_id]

    def replace_key(self, device_id, old_key_id, key) -> Device | None:
        with self.ledger._lock:
            device = self.find(device_id)
            known = self.ledger._owner(key.key_id) is not None or key.key_id in self.ledger.old_keys
            if device is None or device.revoked is not None or device.key_id != old_key_id or known:
                return None
            self.ledger.old_keys.add(old_key_id)
            self.ledger.devices[device_id] = replace(device, key=key)
            return self.ledger.devices[device_id]

    def sender(self, device_id):
        device = self.find(device_id)
        return None if device is None else device.sender


class Quarantine:
    """Quarantined reads by id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.items = {}

    def put(self, items) -> None:
        with self._lock:
            for item in items:
                self.items.setdefault(item.item_id, item)

    def find(self, item_id):
        return self.items.get(item_id)

    def change(self, item) -> None:
        with self._lock:
            kept = self.items.get(item.item_id)
            if kept is None or kept.version != item.version - 1:
                raise ChangedMeanwhileError("look again")
            self.items[item.item_id] = item

    def look(self, query):
        found = [
            item
            for name, item in sorted(self.items.items())
            if name > query.after
            and query.state in {None, item.state}
            and query.reason in {None, item.reason}
            and query.device in {None, item.arrival.device}
        ]
        return tuple(found[: query.most])

    def counts(self):
        waiting = [i for i in self.items.values() if i.state is State.WAITING]
        return Counter((i.reason, i.arrival.device) for i in waiting)


def record(camera=FIXED, *, age_s=2.0, vrm="AB12CDE", **beside) -> CaptureRecord:
    at = NOW - timedelta(seconds=age_s)
    return CaptureRecord(camera, at, vrm, vrm, "gb_current", 0.97, **beside)


@dataclass
class World:
    """One node and one enrolled device."""

    key: DeviceKey = field(default_factory=DeviceKey.generate)
    ledger: Ledger = field(default_factory=Ledger)
    nonces: Nonces = field(default_factory=Nonces)
    register: Register = field(default_factory=lambda: Register({FIXED: Mount.FIXED, MOVING: Mount.MOVING}))
    clocks: RecentClocks = field(default_factory=RecentClocks)
    journal: Journal = field(default_factory=Journal)
    tally: Tally = field(default_factory=Tally)
    device: str = "gate-1"

    def __post_init__(self) -> None:
        scope = Scope.parse(["53/1", "53/9/1"])
        self.ledger.devices[self.device] = Device(self.device, "The gate", scope, self.key.public, NOW)

    @property
    def book(self) -> DeviceBook:
        return DeviceBook(self.ledger)

    @property
    def intake(self) -> Intake:
        return Intake(Proof(self.book, self.nonces), self.register, self.clocks, self.journal, self.tally)

    def body(self, records, *, batch_id=BATCH, sent_at=NOW, encoding=Encoding.MESSAGE_PACK) -> bytes:
        head = BatchHead(batch_id, self.device, sent_at)
        return encode_batch(head, [encode_read(r, encoding) for r in records], encoding)

    def batch(self, records, *, encoding=Encoding.MESSAGE_PACK, **head) -> Request:
        return self.signed(self.body(records, encoding=encoding, **head), content_type=str(encoding))

    def signed(
        self, body, *, content_type="application/json", path="/v1/batches", method="POST", at=NOW, **beside
    ) -> Request:
        headers = {"Content-Type": content_type} | beside.get("headers", {})
        request = Request(method, URL + path, headers, body)
        key = beside.get("key", self.key)
        added = sign(request, key, created=at, nonce=beside.get("nonce", f"n{next(_nonces)}"))
        return Request(method, request.url, headers | added, body)
