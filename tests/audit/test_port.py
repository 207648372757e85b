"""The log as those who act know it: the real one and the one in memory answer the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from openanpr.audit.acts import Act, Alteration
from openanpr.audit.faults import CannotWriteError
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.port import Log, fault_word, logged
from openanpr.audit.schema import SchemaError
from tests.audit.events import SIGNER
from tests.audit.kept_log import KeptLog

AT = datetime(2026, 11, 29, tzinfo=UTC)


def event(what: str = "a-change") -> Alteration:
    return Alteration(at=AT, person="Ann", subject="a read", reason="a test", what=what)


class Both:
    """A log and what was logged in it."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def acts(self) -> list[tuple[Act, object]]:
        if isinstance(self.log, KeptLog):
            return [(one.act, one.regards) for one in self.log.events]
        assert isinstance(self.log, AuditLog)
        found = self.log.entries_from(0, self.log.size)
        return [(one.act, one.public.get("regards")) for one in found]


@pytest.fixture(params=["memory", "real"])
def both(request, tmp_path) -> Iterator[Both]:
    if request.param == "memory":
        yield Both(KeptLog())
        return
    with closing(AuditLog.open(tmp_path / "log", SIGNER, LogSettings(reserve_bytes=0))) as log:
        yield Both(log)


def test_events_get_numbers_one_after_another(both) -> None:
    assert both.log.append(event()).index == 0
    assert [one.index for one in both.log.append_all([event(), event()])] == [1, 2]
    assert both.log.append_all([]) == ()


def test_an_event_that_cannot_be_logged_is_refused_and_nothing_with_it(both) -> None:
    with pytest.raises(SchemaError):
        both.log.append_all([event(), event("No Word")])
    assert both.acts() == []


def test_an_act_is_logged_before_it_begins(both) -> None:
    with logged(both.log, event()) as (receipt,):
        assert both.acts() == [(Act.ALTERATION, None)]
        assert receipt.index == 0


def test_an_act_that_fails_is_logged_to_have_failed_and_raises_as_it_did(both) -> None:
    with pytest.raises(ZeroDivisionError), logged(both.log, event(), event()):
        _ = 1 / 0
    assert both.acts()[2:] == [(Act.FAILURE, 0), (Act.FAILURE, 1)]


def test_an_act_that_cannot_be_logged_does_not_begin() -> None:
    log, begun = KeptLog(), []
    log.full = True
    with pytest.raises(CannotWriteError), logged(log, event()):
        begun.append(1)
    assert begun == []


def test_an_act_that_fails_with_the_log_raises_its_own_fault() -> None:
    log = KeptLog()

    def act() -> None:
        with logged(log, event()):
            log.full = True
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        act()
    assert len(log.events) == 1


def test_a_fault_is_named_by_its_kind_alone() -> None:
    assert fault_word(KeyError("AB12CDE")) == "key-error"
    assert fault_word(CannotWriteError("x")) == "cannot-write-error"
