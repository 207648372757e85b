"""One object with all that answers to people ask of the databases."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from openanpr.rights.challenge import Challenge, ChallengeStep
from openanpr.rights.subject_access import AccessTaken, SubjectAccess
from openanpr.store.control.disclosed_rows import DisclosedRows
from openanpr.store.control.engine import reading
from openanpr.store.control.list_marks import ListMarks
from openanpr.store.control.rights_files import RightsFiles, RightsPacks, forget_files
from openanpr.store.control.search_tables import search
from openanpr.store.control.times import to_us
from openanpr.store.control.vehicle_alerts import VehicleAlerts

CHALLENGE = "challenge"
ACCESS = "access"


class AnswerStore:
    """Files of challenges and of access, their packs, the register, and what is asked of alerts and lists.

    `control` and `lists` may be one database. Safe to share between threads.
    """

    def __init__(self, control: sa.Engine, lists: sa.Engine) -> None:
        self._engine = control
        self.challenges = RightsFiles(control, CHALLENGE, ChallengeStep, Challenge)
        self.access = RightsFiles(control, ACCESS, AccessTaken, SubjectAccess)
        self.packs = RightsPacks(control)
        self.register = DisclosedRows(control)
        self.alerts = VehicleAlerts(control)
        self.marks = ListMarks(lists)

    def searches_of(self, mark: str, *, since: datetime, until: datetime) -> int:
        """Return how many searches that ran were asked about this very mark in a time; a mark is A-Z0-9."""
        if not mark.isalnum() or not mark.isascii():
            raise ValueError("a mark is letters A-Z and digits")
        wanted = (
            sa.select(sa.func.count())
            .select_from(search)
            .where(
                search.c.asked_at_us >= to_us(since),
                search.c.asked_at_us < to_us(until),
                search.c.runs > 0,
                search.c.asked.like(f'%"{mark}"%'),
            )
        )
        with reading(self._engine) as connection:
            return connection.execute(wanted).scalar_one()

    def forget(self, case_ref: str) -> int:
        """Erase all files and packs of a case; return how many files."""
        return forget_files(self._engine, case_ref)
