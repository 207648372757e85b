"""Whatever breaks and whenever: nothing is acknowledged that is not journalled, nothing is kept twice."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from openanpr.ingest.prove import Proof
from openanpr.ingest.receive import Intake, take_batch
from openanpr.ingest.refusal import Kind, RefusedError
from tests.ingest.world import LIMITS, MOVING, NOW, World, record


class KilledError(BaseException):
    """The process dies here."""


class Trip:
    """Breaks the n-th call to any port that is wrapped by it, before or after the deed."""

    def __init__(self, call, fault, *, after) -> None:
        self.left, self.fault, self.after = call, fault, after

    def __call__(self, port):
        return _Tripping(port, self)


class _Tripping:
    def __init__(self, port, trip) -> None:
        self._port, self._trip = port, trip

    def __getattr__(self, name):
        deed = getattr(self._port, name)

        def call(*args, **named):
            self._trip.left -= 1
            if self._trip.left == 0 and not self._trip.after:
                raise self._trip.fault
            done = deed(*args, **named)
            if self._trip.left == 0:
                raise self._trip.fault
            return done

        return call


def broken(world, trip) -> Intake:
    intake = world.intake
    return replace(
        intake,
        proof=Proof(trip(intake.proof.owners), trip(intake.proof.nonces)),
        cameras=trip(intake.cameras),
        clocks=trip(intake.clocks),
        journal=trip(intake.journal),
    )


READS = [record(), record(MOVING), record(vrm="CD34EFG", age_s=90)]
CALLS = 9  # by_key, seen, find, note, mount and closed twice, append


def attempt(world, intake, batch_id):
    return take_batch(world.batch(READS, batch_id=batch_id), intake, received_at=NOW, limits=LIMITS)


def test_a_batch_makes_the_calls_that_are_broken_below() -> None:
    world, trip = World(), Trip(10**9, OSError(), after=False)
    attempt(world, broken(world, trip), UUID(int=1))
    assert 10**9 - trip.left == CALLS


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", [OSError("disk"), RuntimeError("odd"), KilledError(), MemoryError()])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_a_fault_at_any_call_acknowledges_nothing_and_a_retry_keeps_one_copy(call, fault, after) -> None:
    world = World()
    with pytest.raises((RefusedError, KilledError)) as caught:
        attempt(world, broken(world, Trip(call, fault, after=after)), UUID(int=1))
    if not isinstance(fault, KilledError):
        assert caught.value.kind is Kind.LATER
        assert sum(world.tally.snapshot().refused.values()) == 1
    kept = set(world.journal.entries)
    assert kept == ({"gate-1/" + str(UUID(int=1))} if call == CALLS and after else set())
    answer = attempt(world, world.intake, UUID(int=1))
    assert (answer.accepted, answer.quarantined) == (2, 1)
    (entry,) = world.journal.read()
    assert (len(entry.accepted), len(entry.quarantined)) == (2, 1)


def test_the_answer_is_made_only_from_what_the_journal_returned() -> None:
    class Forgetful:
        def find(self, key):
            return None

        def append(self, entry):
            raise OSError("the disk is full")

    world = World()
    intake = replace(world.intake, journal=Forgetful())
    with pytest.raises(RefusedError) as caught:
        attempt(world, intake, UUID(int=1))
    assert (caught.value.kind, caught.value.fault) == (Kind.LATER, "journal_unavailable")
    assert world.tally.snapshot().reads == {}
