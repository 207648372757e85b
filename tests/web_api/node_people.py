"""People of a whole node in this process: made by its own wiring, signed in without waiting for a clock."""

from __future__ import annotations

from datetime import timedelta

from openanpr.core.role import Rank, Role
from openanpr.people.account import Account, Post
from openanpr.people.roles import Grant
from openanpr.people.session import Way
from openanpr.people.sign_in import begin_session
from openanpr.people.training import Training
from tests.run_node.world import World

SOURCE = "127.0.0.1"


def somebody(
    world: World, login: str, *roles: Role, rank: Rank | None = None, name: str = "", team: str = "North"
) -> Account:
    """Put a person with these roles and training straight into the node's store."""
    store, now = world.stores.people, world.now
    account = Account(f"a-{login}", login, name or login.title(), Post(53, "Crime", team), "test", now)
    store.add(account)
    for role in roles:
        grant = Grant(
            grant_id=f"g-{login}-{role.value}",
            account_id=account.account_id,
            role=role,
            rank=rank if role is Role.AUTHORISING_OFFICER else None,
            starts_at=now,
            ends_at=now + timedelta(days=300),
            given_by="test",
            given_at=now,
            why="a test",
        )
        store.give(grant, lambda _: None)
    for course in ("anpr-user", "anpr-authoriser", "anpr-auditor"):
        until = now.date() + timedelta(days=300)
        number = f"t-{login}-{course}"
        store.record(Training(number, account.account_id, course, now.date(), until, "test", now))
    return account


def token_of(world: World, account: Account, source: str = SOURCE) -> str:
    """Return the token of a new session."""
    done = begin_session(world.made.door.desk, account, Way.APP, source, now=world.now)
    return done.value.token
