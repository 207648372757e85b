"""Declaring one's own and household's vehicles, and asking whose a mark is, for signals of misuse."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openanpr.core.plate import Plate
from openanpr.people.account import Ended
from openanpr.people.declared import Declared, Relation, shape_digest
from openanpr.people.desk import Actor, Desk, event
from openanpr.people.event import Deed, Done
from openanpr.people.keys import NONCE_BYTES

_MOST: Final = 20


def declare(desk: Desk, by: Actor, mark: Plate, relation: Relation, *, now: datetime) -> Done[Declared]:
    """Keep a vehicle that a person declares; the event does not say which. Raises ValueError."""
    there = desk.store.declared_of(by.account_id)
    shape = shape_digest(mark, desk.keys)
    if any(one.shape == shape for one in there):
        raise ValueError("this vehicle is declared already")
    if len(there) >= _MOST:
        raise ValueError(f"a person declares at most {_MOST} vehicles: withdraw those that are gone")
    sealed = desk.keys.seal(mark.vrm.encode(), owner=by.account_id, nonce=desk.chance(NONCE_BYTES))
    new = Declared(desk.fresh_id(), by.account_id, relation, shape, sealed, now)
    told = event(Deed.MARK_DECLARED, now, by.account_id, by.account_id, by.source, declared=new.declared_id)
    with desk.log.doing(told):
        desk.store.declare(new)
    return Done(new, (told,))


def withdraw(desk: Desk, by: Actor, declared_id: str, *, now: datetime) -> Done[bool]:
    """Withdraw one of the person's own declarations; return whether there was one."""
    if all(one.declared_id != declared_id for one in desk.store.declared_of(by.account_id)):
        return Done(False, ())  # noqa: FBT003 - what the act gave
    told = event(Deed.MARK_WITHDRAWN, now, by.account_id, by.account_id, by.source, declared=declared_id)
    with desk.log.doing(told):
        had = desk.store.withdraw_declared(by.account_id, declared_id, Ended(now, by.account_id, ""))
    return Done(had, (told,))


def own_marks(desk: Desk, by: Actor) -> tuple[tuple[Declared, str], ...]:
    """Return what the person declared, with the marks; of nobody else."""
    return tuple(
        (one, desk.keys.unseal(one.sealed, owner=by.account_id).decode())
        for one in desk.store.declared_of(by.account_id)
    )


def declared_by(desk: Desk, mark: Plate) -> tuple[Declared, ...]:
    """Return who declared a vehicle of this shape: for signals of misuse, not for searchers."""
    return desk.store.declared_by_shape(shape_digest(mark, desk.keys))
