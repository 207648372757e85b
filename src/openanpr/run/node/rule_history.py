"""When the rules changed, found in the audit log and kept, so that a start reads on from there.

What is kept is believed only where this node sealed it, the log goes on from the checkpoint that it was found
under, and each change that it names stands in the log. Else all is read again: a file can neither hide a
change nor invent one, and to lose it costs time alone.
"""

from __future__ import annotations

import hmac
import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from openanpr.audit.acts import Act
from openanpr.audit.checkpoint import Checkpoint
from openanpr.audit.disk import write_whole
from openanpr.audit.entry import EntryError, canonical
from openanpr.audit.log import AuditLog
from openanpr.audit.merkle import ProofError, verify_consistency
from openanpr.publish.site.state import RuleChange

_LOG = logging.getLogger("openanpr.node")
_AT_ONCE: Final = 1024
_MOST_BYTES: Final = 16_000_000
_VERSION: Final = 1


class _NotOursError(ValueError):
    """What was kept cannot be gone on from; the sentence says why."""


@dataclass(slots=True)
class RuleHistory:
    """The changes of rules in one log; `root_key` is a secret of the node, `path` where they are kept."""

    log: AuditLog
    path: Path
    root_key: bytes = field(repr=False)
    _read_to: int = 0
    _found: list[RuleChange] = field(default_factory=list[RuleChange])
    _kept_to: int = -1

    def changes(self, under: Checkpoint) -> tuple[RuleChange, ...]:
        """Return the changes of rules, the newest first, and keep those that `under` covers.

        Reads what of the log was not read before. Raises what the log raises.
        """
        if self._kept_to < 0:
            self._take_up(under)
        while self._read_to < self.log.size:
            entries = self.log.entries_from(self._read_to, _AT_ONCE)
            for number, entry in enumerate(entries, self._read_to):
                if entry.act is Act.POLICY_CHANGE:
                    self._found.append(RuleChange(entry.at, str(entry.public["profile"]), number))
            self._read_to += len(entries)
        if under.size > self._kept_to:
            self._keep(under)
        return tuple(reversed(self._found))

    def _take_up(self, now: Checkpoint) -> None:
        """Go on from what was kept, where all of it holds."""
        self._kept_to = 0
        if not self.path.exists():
            return
        try:
            to, found = self._believed(now)
        except (_NotOursError, OSError, EntryError) as fault:
            _LOG.warning("the kept history of rules is read anew: %s", fault)
            return
        self._read_to, self._kept_to, self._found = to, to, found

    def _believed(self, now: Checkpoint) -> tuple[int, list[RuleChange]]:
        with self.path.open("rb") as stream:
            seal, _, told = stream.read(_MOST_BYTES).partition(b"\n")
        if not hmac.compare_digest(seal, self._seal(told)):
            raise _NotOursError("this node did not seal it")
        try:
            members = cast("dict[str, Any]", json.loads(told))
            kept = Checkpoint(members["origin"], int(members["size"]), bytes.fromhex(members["root"]))
            found = [
                RuleChange(datetime.fromisoformat(at), str(profile), int(entry))
                for at, profile, entry in members["changes"]
            ]
            if members["version"] != _VERSION or kept.origin != now.origin or kept.size > now.size:
                raise _NotOursError("it is of another log")
            verify_consistency(
                old_size=kept.size,
                old_root=kept.root,
                new_size=now.size,
                new_root=now.root,
                path=self.log.grown(kept.size, now.size),
            )
        except (KeyError, TypeError, ValueError, ProofError) as fault:
            raise _NotOursError("the log does not go on from it") from fault
        if not all(self._stands(one, kept.size) for one in found):
            raise _NotOursError("the log does not have what it names")
        return kept.size, found

    def _stands(self, one: RuleChange, size: int) -> bool:
        if not 0 <= one.entry < size:
            return False
        (entry,) = self.log.entries_from(one.entry, 1)
        return entry.act is Act.POLICY_CHANGE and (entry.at, entry.public["profile"]) == (one.at, one.profile)

    def _keep(self, under: Checkpoint) -> None:
        """Keep what the checkpoint covers; what came after it is read again."""
        told = canonical(
            {
                "version": _VERSION,
                "origin": under.origin,
                "size": under.size,
                "root": under.root.hex(),
                "changes": [
                    [one.at.astimezone(UTC).isoformat(), one.profile, one.entry]
                    for one in self._found
                    if one.entry < under.size
                ],
            }
        )
        try:
            write_whole(self.path, self._seal(told) + b"\n" + told)
        except OSError as fault:  # the pages do without: the next start takes longer
            _LOG.warning("the history of rules cannot be kept (%s): a start reads it anew", fault.strerror)
        self._kept_to = under.size

    def _seal(self, told: bytes) -> bytes:
        key = hmac.digest(self.root_key, b"openanpr public 1 history of rules", "sha256")
        return hmac.digest(key, told, "sha256").hex().encode("ascii")
