"""Why nothing was logged. Whoever meets one of these refuses the act that was to be logged."""

from __future__ import annotations

import errno


class AuditError(Exception):
    """The event is not in the log: its act must not go on."""


class CannotWriteError(AuditError):
    """The log cannot be written; `unsure` where nobody knows what is on the disk."""

    def __init__(self, told: str, *, unsure: bool = False) -> None:
        super().__init__(told)
        self.unsure = unsure

    @classmethod
    def of(cls, fault: OSError, *, unsure: bool = False) -> CannotWriteError:
        """Return the refusal that a fault of the disk is."""
        why = errno.errorcode.get(fault.errno or 0, "unknown")
        return cls(f"the audit log cannot be written ({why}): look at its disk", unsure=unsure)


class DamagedError(AuditError):
    """The log is not what it was: something is missing or changed; `entry` is its number if that is known."""

    def __init__(self, entry: int | None, told: str = "") -> None:
        where = "the audit log is damaged" if entry is None else f"entry {entry} of the audit log is damaged"
        super().__init__(
            f"{where}{told and ', '}{told}: keep the folder as it is and restore a backup elsewhere"
        )
        self.entry = entry


class WrongLogError(AuditError):
    """The folder holds the log of another name or key."""

    def __init__(self) -> None:
        super().__init__(
            "the folder holds an audit log of another name or key: give a folder and key that belong together"
        )
