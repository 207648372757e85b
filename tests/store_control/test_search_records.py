"""Searches and cases on both databases: the same suite as in memory, and what only a database can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from openanpr.search.record_json import KeptError
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from openanpr.store.control.search_tables import search
from tests.search.record_contract import (
    GIVEN,
    AtOnceContract,
    CaseRecordsContract,
    SearchRecordsContract,
    record,
)
from tests.search.scene import MARK, NOW, REASON, REFERENCE, Scene, asked


@pytest.fixture
def searches(engine) -> SearchRows:
    return SearchRows(engine)


class TestSearches(SearchRecordsContract):
    pass


class TestCases(CaseRecordsContract):
    @pytest.fixture
    def cases(self, engine) -> CaseRows:
        return CaseRows(engine)


class TestAtOnce(AtOnceContract):
    @pytest.fixture
    def scene(self, engine, tmp_path) -> Iterator[Scene]:
        made = Scene(tmp_path, searches=SearchRows(engine), cases=CaseRows(engine))
        yield made
        made.log.close()


def test_the_database_itself_refuses_an_authority_given_to_oneself(searches) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        searches.add(record(given=replace(GIVEN, by="ann")))


def test_a_mark_a_reference_and_a_reason_are_in_one_column_only(searches, engine) -> None:
    searches.add(record(judged=replace(record().judged, request_json='{"act":"search"}')))
    with reading(engine) as connection:
        row = connection.execute(sa.select(search)).one()._asdict()
    for said in (MARK, REFERENCE, REASON):
        assert [name for name, value in row.items() if said in str(value)] == ["asked"]


def test_past_decisions_come_page_by_page_of_searches_asked_since_a_time(searches) -> None:
    for number in ("s3", "s1", "s2"):
        searches.add(record(number))
    searches.add(record("s0", asked_at=NOW - timedelta(days=2)))
    since = NOW - timedelta(days=1)
    first = searches.judged(since, after="", most=2)
    rest = searches.judged(since, after=first[-1].search_id, most=2)
    assert [one.search_id for one in (*first, *rest)] == ["s1", "s2", "s3"]
    assert first[0].decision_json == record().judged.decision_json


def test_what_another_version_wrote_is_told_without_what_is_in_it(searches, engine) -> None:
    searches.add(record())
    with writing(engine) as connection:
        connection.execute(sa.update(search).values(asked='{"question":{"mark":"AB12CDE"}}'))
    with pytest.raises(KeptError) as told:
        searches.find("s1")
    assert MARK not in str(told.value)
    assert told.value.__cause__ is None


def test_what_is_forgotten_is_in_no_file_any_more(searches, engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL clears its pages by its own vacuum")
    unique = "A reason that no other test of this file has."
    searches.add(record(ask=asked(reason=unique)))
    searches.forget(record().asked_at.replace(year=2030))
    files = [Path(f"{engine.url.database}{end}").read_bytes() for end in ("", "-wal")]
    assert not any(unique.encode() in file for file in files)
