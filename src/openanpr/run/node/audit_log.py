"""The node's audit log: opened before any store, and what of it the clock does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from openanpr.audit.acts import Act, Erasure, PolicyChange
from openanpr.audit.disk import write_whole
from openanpr.audit.faults import AuditError
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.note import NoteSigner
from openanpr.audit.port import NODE
from openanpr.audit.recovery import ABOUT
from openanpr.policy.profile import Profile
from openanpr.run.node.settings import NodeSettings
from openanpr.store.retention import RetentionRule

_MEGABYTE = 2**20
_AT_ONCE = 4096
_LOOK_S = 1.0
RULE = "audit.openings_kept_days"


class NoLogError(AuditError):
    """The node has no audit log where it had one, or should have; the sentence says what to do."""


def open_log(settings: NodeSettings, signer: NoteSigner, *, begin: bool) -> AuditLog:
    """Return the log, ready to take acts; one is made only where `begin`, at the first start of a node.

    Raises AuditError: then no node may start.
    """
    audit = settings.audit
    if audit.name and not (signer.name == audit.name or signer.name.startswith(f"{audit.name}/")):
        raise NoLogError(
            "audit.name is not the name that the key of the audit log bears: take the setting out, or change "
            "the key with 'openanpr audit renew'"
        )
    if not begin and not (audit.folder / ABOUT).exists():
        raise NoLogError(
            f"the audit log is not in {audit.folder}: put it back, or restore a backup. Nothing is done "
            "without its log, and none is begun anew behind the back of the old one"
        )
    return AuditLog.open(audit.folder, signer, log_settings(settings))


def log_settings(settings: NodeSettings) -> LogSettings:
    """Return when the log signs and refuses."""
    audit = settings.audit
    return LogSettings(
        every_entries=audit.checkpoint_every_entries,
        every_s=audit.checkpoint_every_s,
        reserve_bytes=audit.reserve_mb * _MEGABYTE,
    )


def verify_openings_outlive_reads(settings: NodeSettings, rule: RetentionRule) -> None:
    """Raise NoLogError unless what opens an entry is kept longer than the reads that it tells of."""
    if settings.audit.openings_kept_days <= rule.days:
        raise NoLogError(
            f"{RULE} is {settings.audit.openings_kept_days}, and reads are kept {rule.days} days: what was "
            "done with a read must be known for longer than the read. Set more"
        )


def note_policy(log: AuditLog, profile: Profile, version: str, noted: Path, *, at: datetime) -> None:
    """Log that other rules hold, unless the entry that `noted` names has these; raises AuditError, OSError.

    `version` is what decisions are judged by, rules and profile. The note is only where to look: it is the
    log that says which rules held.
    """
    digest = version.removeprefix("sha256:")
    if _is_logged(log, noted, digest):
        return
    change = PolicyChange(
        at=at,
        person=NODE,
        profile=f"{profile.name}.{profile.valid_from}",
        digest=digest,
        reason="the rules and the profile at this start are not those that were logged last",
    )
    write_whole(noted, b"%d\n" % log.append(change).index)


def _is_logged(log: AuditLog, noted: Path, digest: str) -> bool:
    try:
        text = noted.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    if not text.isdigit():
        return False
    found = log.entries_from(int(text), 1)
    return bool(found) and found[0].act is Act.POLICY_CHANGE and found[0].public["digest"] == digest


class LogChores:
    """What the clock does with the log: it signs it, and erases what opens its oldest entries."""

    def __init__(self, log: AuditLog, kept: timedelta) -> None:
        """Erase what opens entries that are older than `kept`."""
        self._log, self._kept = log, kept
        self._from = 0

    def sign(self) -> float:
        """Sign a checkpoint where one is due; return the seconds until it is asked again."""
        self._log.checkpoint_if_due()
        return _LOOK_S

    def erase(self, now: datetime) -> int:
        """Erase what opens entries that are past their time; return how many openings there were."""
        indexes, self._from = self._log.open_before(now - self._kept, self._from)
        return erase_openings(self._log, indexes, Erasure(at=now, what="log-openings", rules=(RULE,), rows=0))


def erase_openings(log: AuditLog, indexes: Sequence[int], event: Erasure) -> int:
    """Erase what opens these entries, each part logged first with its number; return how many openings.

    Raises AuditError, OpeningError.
    """
    parts = (indexes[start : start + _AT_ONCE] for start in range(0, len(indexes), _AT_ONCE))
    return sum(log.erase_openings(part, replace(event, rows=len(part))) for part in parts)
