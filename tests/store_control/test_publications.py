"""What is published is kept once, proved once, and never changed: in memory and on both databases."""

from __future__ import annotations

import pytest

from openanpr.audit.log import AuditLog, LogSettings
from openanpr.publish.period import Month
from openanpr.publish.ports import Kept, Publications
from openanpr.publish.proof import Proof
from openanpr.store.control.publications import PublicationRows
from tests.audit.events import SIGNER, examples
from tests.publish.memory import MemoryPublications
from tests.store_control.conftest import emptied

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def publications(request) -> Publications:
    if request.param == "memory":
        return MemoryPublications()
    engine = request.getfixturevalue(f"{request.param}_engine")
    emptied(engine)
    return PublicationRows(engine)


@pytest.fixture(scope="module")
def proof(tmp_path_factory) -> Proof:
    log = AuditLog.open(tmp_path_factory.mktemp("log"), SIGNER, LogSettings(reserve_bytes=0))
    receipts = log.append_all(examples())
    opened = log.disclose(receipts[3].index)
    log.close()
    return Proof(opened.index, opened.entry, opened.path, opened.path[:1], opened.note)


def test_a_document_is_kept_as_it_is_and_the_first_one_stays(publications) -> None:
    first = Kept(SEPTEMBER, 0, b'{"n":"\xc3\xa9"}', None)
    assert publications.keep(first) == first
    assert publications.keep(Kept(SEPTEMBER, 0, b"{}", None)) == first
    assert publications.of(SEPTEMBER) == (first,)
    assert publications.of(OCTOBER) == ()


def test_a_proof_is_put_to_a_document_once(publications, proof) -> None:
    publications.keep(Kept(SEPTEMBER, 0, b"{}", None))
    publications.prove(SEPTEMBER, 0, proof)
    assert publications.of(SEPTEMBER) == (Kept(SEPTEMBER, 0, b"{}", proof),)
    with pytest.raises(Exception, match="no such document that waits"):
        publications.prove(SEPTEMBER, 0, proof)


def test_all_come_by_period_and_number(publications) -> None:
    notes = [Kept(SEPTEMBER, n, b"{}", None) for n in (2, 0, 10, 1)]
    for one in (Kept(OCTOBER, 0, b"{}", None), *notes):
        publications.keep(one)
    told = [(str(one.period), one.number) for one in publications.every()]
    assert told == [("2026-09", 0), ("2026-09", 1), ("2026-09", 2), ("2026-09", 10), ("2026-10", 0)]
