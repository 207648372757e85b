"""What comes in, in the audit log before it is kept: batches, devices that enrol, keys that change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from openanpr.audit.acts import Collection, Enrolment
from openanpr.audit.port import Log, logged
from openanpr.ingest.device import Device
from openanpr.ingest.enrol import EnrolmentCode
from openanpr.ingest.journal import Entry, Kept
from openanpr.ingest.journal import Journal as JournalPort
from openanpr.store.control.codes import EnrolmentCodes
from openanpr.store.control.devices import EnrolledDevices
from openanpr.wire.device_key import PublicKey

_UNKNOWN = "unknown"


class LoggedJournal:
    """The journal, an `ingest.journal.Journal`: a batch is in the audit log before it is in here.

    Both write for all who come together, so that many senders at once share their syncs. A batch that comes
    again is found by `find` and is no collection; where two of one come at the same moment both are logged.
    """

    def __init__(self, journal: JournalPort, log: Log) -> None:
        self._journal, self._log = journal, log

    def find(self, key: str) -> Kept | None:
        """Return what was kept under `key`."""
        return self._journal.find(key)

    def append(self, entry: Entry) -> Kept:
        """Log the batch, then keep it; raises AuditError: then it is not kept: its sender has it."""
        came = Collection(
            at=entry.at,
            device=entry.sender or _UNKNOWN,
            batch=entry.key,
            reads=entry.reads,
            held=entry.held,
        )
        with logged(self._log, came):
            return self._journal.append(entry)


class LoggedCodes:
    """Enrolment codes, an `ingest.enrol.Codes`: a device is in the audit log before it is enrolled."""

    def __init__(self, codes: EnrolmentCodes, log: Log) -> None:
        self._log, self._codes = log, codes
        self.put = codes.put

    def find(self, code_id: str) -> EnrolmentCode | None:
        """Return the code of this id, used or not."""
        return self._codes.find(code_id)

    def redeem(self, code_id: str, device: Device) -> Device | None:
        """Log it, then use the code up and keep the device."""
        came = Enrolment(
            at=device.enrolled_at, step="device-enrolled", subject=f"{device.device_id} {code_id}"
        )
        with logged(self._log, came):
            return self._codes.redeem(code_id, device)


class LoggedDevices:
    """The register of devices, an `ingest.rotate.DeviceRegister`: a change of key is logged first."""

    def __init__(self, devices: EnrolledDevices, log: Log, clock: Callable[[], datetime]) -> None:
        self._devices, self._log, self._clock = devices, log, clock
        self.revoke = devices.revoke  # by a person, over the socket, where it is logged

    def replace_key(self, device_id: str, old_key_id: str, key: PublicKey) -> Device | None:
        """Log it, then put the new key in the place of the old one."""
        came = Enrolment(at=self._clock(), step="device-key-changed", subject=device_id)
        with logged(self._log, came):
            return self._devices.replace_key(device_id, old_key_id, key)
