"""Cases of the public made of a node's parts: their desk, what is due, what is forgotten."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from openanpr.audit.acts import Erasure
from openanpr.audit.port import Log
from openanpr.policy.profile import Profile
from openanpr.rights.case import CaseState
from openanpr.rights.desk import RightsDesk
from openanpr.rights.keys import RightsKeys
from openanpr.run.node.logged_rights import LoggedCases
from openanpr.run.node.rights_rules import owners_of, rights_numbers
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores


@dataclass(frozen=True, slots=True)
class RightsWaiting:
    """Cases that are not closed: in all, those that wait for whoever asked, due soon, and late."""

    open: int = 0
    waiting: int = 0
    due_soon: int = 0
    late: int = 0

    def by_standing(self) -> Mapping[str, int]:
        """Return them by a word, as metrics tell them; one case may be in several."""
        return {"open": self.open, "waiting": self.waiting, "due-soon": self.due_soon, "late": self.late}


@dataclass(slots=True)
class Righting:
    """The parts of a node that know of cases, what was counted last, and what forms were answered with."""

    desk: RightsDesk
    log: Log
    empty_logs: Callable[[], None]
    waiting: RightsWaiting = field(default_factory=RightsWaiting)
    forms: Counter[str] = field(default_factory=Counter[str])

    def count(self, now: datetime) -> None:
        """Count what waits, what is due soon and what is late; raises DatabaseError."""
        on, warn = now.date(), self.desk.numbers.warn_days
        cases = self.desk.cases.every()
        ends = [self.desk.due(one) for one in cases]
        self.waiting = RightsWaiting(
            len(cases),
            sum(one.state is CaseState.WAITING for one in cases),
            sum(one.soon(on, warn) and not one.late(on) for one in ends),
            sum(one.late(on) for one in ends),
        )

    def forget(self, now: datetime) -> None:
        """Erase the words of cases whose time is over, logged first; raises AuditError, DatabaseError."""
        before = now - timedelta(days=self.desk.numbers.forget_days)
        over = self.desk.cases.to_forget(before)
        if over:
            erasure = Erasure(at=now, what="words-of-cases", rules=("rights.forget_days",), rows=len(over))
            self.log.append(erasure)
            self.desk.forget(now)
            self.empty_logs()


def righting_of(stores: Stores, settings: NodeSettings, profile: Profile) -> Righting:
    """Return the parts."""
    desk = RightsDesk(
        cases=LoggedCases(stores.rights, stores.log),
        keys=RightsKeys.derive(stores.secrets.hash_key.key),
        numbers=rights_numbers(profile),
        owners=owners_of(settings.rights.owners),
        chance=os.urandom,
    )
    return Righting(desk, stores.log, stores.empty_logs)
