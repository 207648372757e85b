"""Acts about people as the audit log has them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from openanpr.audit.acts import Event, PeopleChange, SignIn
from openanpr.audit.log import AuditLog
from openanpr.audit.port import logged
from openanpr.people.event import Deed, PeopleEvent

_SIGN_INS = frozenset(
    {
        Deed.SIGNED_IN,
        Deed.SIGN_IN_BEGUN,
        Deed.SIGNED_OUT,
        Deed.STEPPED_UP,
        Deed.SESSION_USED,
        Deed.STOLEN_SESSION_ENDED,
        Deed.FACTOR_PROVED,
        Deed.RECOVERY_CODE_USED,
        Deed.SERVICE_USED,
    }
)
_NOBODY = "nobody known"


class PeopleLog:
    """The audit log, a `people.ports.EventLog`."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def verify_able(self) -> None:
        """Raise AuditError where the log takes nothing now."""
        self._log.verify_able()

    def tell(self, event: PeopleEvent) -> None:
        """Log an event; raises AuditError."""
        self._log.append(entry_of(event))

    @contextmanager
    def doing(self, *events: PeopleEvent) -> Generator[None]:
        """Log the events, then let the block do what they say, and log that it failed; raises AuditError."""
        with logged(self._log, *map(entry_of, events)):
            yield


def entry_of(told: PeopleEvent) -> Event:
    """Return the event as the audit log has it: who and why are secret, that it was, and how, is not."""
    about = " ".join(f"{name}={value}" for name, value in told.about) or None
    reason = None if told.refused is None else told.refused.value
    subject = told.subject or _NOBODY
    step = told.deed.value.replace("_", "-")
    if told.deed in _SIGN_INS:
        return SignIn(
            at=told.at,
            person=subject,
            outcome=step if reason is None else f"{step}-refused",
            means=dict(told.about).get("way", "none").replace("_", "-"),
            reason=reason,
            source=told.source or None,
            about=about,
        )
    return PeopleChange(
        at=told.at,
        person=told.by,
        subject=subject,
        step=step,
        outcome="done" if reason is None else "refused",
        reason=reason,
        source=told.source or None,
        about=about,
    )
