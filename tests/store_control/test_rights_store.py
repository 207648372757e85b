"""Cases on both databases: the contract, words that are sealed, and what is erased."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from openanpr.rights.case import CaseKind, CaseStepKind
from openanpr.rights.keys import CaseSealError, RightsKeys
from openanpr.rights.ports import CaseChangedError, CaseTakenError
from openanpr.store.control.engine import DatabaseError, empty_log, reading, writing
from openanpr.store.control.rights_documents import read_case_step, write_case_step, write_words
from openanpr.store.control.rights_store import RightsStore
from openanpr.store.control.rights_tables import rights_case, rights_step, rights_words
from tests.ingest.contracts import at_once
from tests.rights.contracts import CLOSED, NOTED, CasesContract
from tests.rights.scene import KEYS, WORDS, new, opened

SECRETS = ("What do you hold", "Jo Mills", "jo@example.org", "AB12 CDE")


def random(length: int) -> bytes:
    return os.urandom(length)


@pytest.fixture
def cases(engine) -> RightsStore:
    return RightsStore(engine, KEYS, random)


class TestCases(CasesContract):
    pass


def everything(engine) -> str:
    with reading(engine) as connection:
        rows = [connection.execute(sa.select(t)).all() for t in (rights_case, rights_step, rights_words)]
    return repr(rows)


def test_nothing_that_people_wrote_stands_open_in_the_database(cases, engine) -> None:
    cases.open(new("a"))
    told = everything(engine)
    assert all(one not in told for one in SECRETS)
    assert "opened" in told


def test_words_open_with_the_nodes_own_key_alone(cases, engine) -> None:
    cases.open(new("a"))
    with pytest.raises(CaseSealError):
        RightsStore(engine, RightsKeys.derive(bytes(32)), random).find("a")


def test_words_that_were_moved_to_another_case_do_not_open(cases, engine) -> None:
    cases.open(new("a"))
    cases.open(new("b"))
    with writing(engine) as connection:
        words = sa.select(rights_words.c.sealed).where(rights_words.c.reference == "a")
        sealed = connection.execute(words).scalar_one()
        connection.execute(
            sa.update(rights_words).where(rights_words.c.reference == "b").values(sealed=sealed)
        )
    assert cases.find("a").words == WORDS
    with pytest.raises(CaseSealError):
        cases.find("b")


def test_of_many_who_send_one_form_at_once_one_opens_a_case(cases) -> None:
    def send(number: int) -> bool:
        try:
            cases.open(new(f"case-{number}", form=b"the same"))
        except CaseTakenError:
            return False
        return True

    assert at_once(send).count(True) == 1
    assert len(cases.every()) == 1


def test_of_many_who_take_a_step_at_once_one_does(cases) -> None:
    cases.open(new("a"))

    def step(number: int) -> bool:
        try:
            cases.append("a", 1, replace(NOTED, by=f"ida{number}"))
        except CaseChangedError:
            return False
        return True

    assert at_once(step).count(True) == 1
    assert len(cases.find("a").steps) == 2


def test_what_was_forgotten_is_in_no_file_of_the_database(cases, engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's vacuum sees to its pages")
    cases.open(new("a"))
    with reading(engine) as connection:
        sealed = bytes(connection.execute(sa.select(rights_words.c.sealed)).scalar_one())
    file = Path(engine.url.database)
    empty_log(engine)
    assert sealed in file.read_bytes()
    cases.append("a", 1, CLOSED)
    cases.forget("a")
    empty_log(engine)
    assert all(sealed not in one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_a_recorded_document_of_the_first_version_is_read() -> None:
    recorded = (
        '{"step":"opened","at":"2026-09-03T10:00:00Z","by":"the public","kind":"access",'
        '"owner":"information-rights-officer","via":"web","on":null,"to":"","outcome":null,"words":null}'
    )
    words = (
        b'{"text":"What do you hold about me?","name":"Jo Mills","contact":"jo@example.org",'
        b'"vrm":"AB12 CDE","people":[],"teams":[]}'
    )
    assert read_case_step(1, recorded, words) == opened()
    assert (write_case_step(opened()), write_words(WORDS)) == (recorded, words)


def test_a_document_of_a_later_version_is_refused() -> None:
    with pytest.raises(DatabaseError, match="later version"):
        read_case_step(2, write_case_step(opened()), None)


def test_every_step_keeps_its_kind(cases) -> None:
    cases.open(new("a", opened(CaseKind.COMPLAINT)))
    assert cases.find("a").kind is CaseKind.COMPLAINT
    assert cases.find("a").steps[0].step is CaseStepKind.OPENED
