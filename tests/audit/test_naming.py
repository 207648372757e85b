"""Entries that name somebody are found from the newest on, page by page, and damage is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openanpr.audit.acts import Alteration, Erasure
from openanpr.audit.commitment import OpeningError
from openanpr.audit.log import AuditLog
from openanpr.audit.naming import Named, entries_naming
from openanpr.audit.note import NoteSigner
from openanpr.audit.tiles import numbered

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path):
    made = AuditLog.open(tmp_path / "log", NoteSigner.generate("log.example"))
    yield made
    made.close()


def altered(person: str, subject: str = "x") -> Alteration:
    return Alteration(at=NOW, person=person, subject=subject, reason="why", what="mend")


def everything(_: Named) -> bool:
    return True


def test_all_of_a_persons_entries_are_found_newest_first_across_files(log) -> None:
    log.append_all([altered("ann" if n % 7 else "bob") for n in range(700)])
    found: list[int] = []
    before = log.size
    while before:
        page = entries_naming(log, frozenset({"ann"}), everything, before=before, most=50)
        found += [one.index for one in page.entries]
        before = page.before
    assert found == [n for n in reversed(range(700)) if n % 7]


def test_a_name_within_another_text_is_not_that_name(log) -> None:
    log.append_all([altered("annabel"), altered("bob", 'about "ann"'), altered("ann")])
    page = entries_naming(log, frozenset({"ann"}), everything, before=log.size, most=9)
    assert [one.index for one in page.entries] == [2]
    assert page.entries[0].values["person"] == "ann"


def test_what_was_erased_is_found_no_more(log) -> None:
    log.append_all([altered("ann"), altered("ann")])
    log.erase_openings([0], Erasure(at=NOW, what="log-openings", rules=(), rows=1))
    page = entries_naming(log, frozenset({"ann"}), everything, before=log.size, most=9)
    assert [one.index for one in page.entries] == [1]


def test_a_line_that_is_just_being_written_is_left_out_and_damage_is_told(log) -> None:
    log.append_all([altered("ann"), altered("ann")])
    path = log.folder / "openings" / numbered(0)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"index":2,"fi')
    page = entries_naming(log, frozenset({"ann"}), everything, before=log.size, most=9)
    assert [one.index for one in page.entries] == [1, 0]
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(OpeningError, match="damaged"):
        entries_naming(log, frozenset({"ann"}), everything, before=log.size, most=9)
    path.write_bytes(whole)
