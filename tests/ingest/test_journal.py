"""An entry of the journal gives the same back as often as it is read, and says when it is damaged."""

from __future__ import annotations

import msgspec
import pytest

from openanpr.ingest.journal import EntryError, read_entry
from openanpr.ingest.receive import take_batch
from openanpr.wire.read_batch import BatchError
from tests.ingest.world import LIMITS, MOVING, NOW, World, record


def body() -> bytes:
    world = World()
    request = world.batch([record(), record(MOVING)])
    take_batch(request, world.intake, received_at=NOW, limits=LIMITS)
    (entry,) = world.journal.entries.values()
    return entry.body


def test_an_entry_reads_the_same_each_time() -> None:
    entry = body()
    assert read_entry(entry) == read_entry(entry)


@pytest.mark.parametrize("damaged", [b"", b"\xc1", b"{}"])
def test_what_is_no_entry_is_said_to_be_none(damaged) -> None:
    with pytest.raises(EntryError, match="no batch"):
        read_entry(damaged)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": 2}, EntryError),
        ({"marks": b"\x00"}, EntryError),
        ({"form": "text/html"}, EntryError),
        ({"body": b"\xc1"}, BatchError),
        ({"packed": True}, BatchError),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(change, fault) -> None:
    entry = msgspec.msgpack.decode(body()) | change
    with pytest.raises(fault):
        read_entry(msgspec.msgpack.encode(entry))
