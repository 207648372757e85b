"""Self assessments on both databases: the contract, and what only a database can do."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from openanpr.publish.assessment.ports import Change, OutdatedError
from openanpr.publish.assessment.version import NotPossibleError
from openanpr.store.control.assessment_tables import assessment, assessment_event
from openanpr.store.control.assessments import AssessmentRows
from openanpr.store.control.engine import DatabaseError, writing
from tests.ingest.contracts import at_once
from tests.publish.store_contract import ALL, ANSWERED, BEGUN, AssessmentsContract


@pytest.fixture
def kept(engine) -> AssessmentRows:
    return AssessmentRows(engine)


class TestAssessments(AssessmentsContract):
    pass


def test_of_many_who_write_at_once_one_is_kept(kept) -> None:
    kept.save([Change(1, 0, (BEGUN,))])

    def write(number: int) -> bool:
        try:
            kept.save([Change(1, 1, (replace(ANSWERED, words=f"words {number}"),))])
        except OutdatedError:
            return False
        return True

    assert at_once(write).count(True) == 1
    assert kept.find(1).events == 2


def test_the_database_itself_refuses_one_person_who_writes_and_signs(kept, engine) -> None:
    kept.save([Change(1, 0, ALL)])
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        connection.execute(sa.update(assessment).values(signed_by="ada"))
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        connection.execute(sa.update(assessment).values(signed_by=None))


def test_events_that_were_taken_out_are_noticed(kept, engine) -> None:
    kept.save([Change(1, 0, ALL)])
    with writing(engine) as connection:
        connection.execute(sa.delete(assessment_event).where(assessment_event.c.place == 2))
    with pytest.raises(NotPossibleError, match="missing, or there twice"):
        kept.find(1)


def test_events_of_a_later_version_are_not_guessed_at(kept, engine) -> None:
    kept.save([Change(1, 0, ALL)])
    with writing(engine) as connection:
        connection.execute(sa.update(assessment_event).values(form=2))
    with pytest.raises(DatabaseError, match="a later version"):
        kept.find(1)
