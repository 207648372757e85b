"""Every act about people is in the log before it is done; a log that takes nothing lets nothing be done."""

from __future__ import annotations

import inspect
import pkgutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import import_module

import pytest

from openanpr import people
from openanpr.audit.faults import CannotWriteError
from openanpr.core.plate import Plate
from openanpr.core.role import Role
from openanpr.people import (
    declaring,
    founding,
    grave_acts,
    present,
    proof,
    register,
    second_factor,
    service_acts,
)
from openanpr.people.declared import Relation
from openanpr.people.duties import Grave
from openanpr.people.event import Deed, PeopleRefusedError
from openanpr.people.service import Scope
from openanpr.people.sign_in import sign_in
from tests.people.scene import CHANGES, HOME, Scene, newcomer


def tables(scene: Scene) -> dict[str, list[str]]:
    """All that the control database holds, but for counts of tries."""
    with closing(sqlite3.connect(scene.path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"')))  # noqa: S608 - its own tables
            for name in names
            if name != "person_tries"
        }


class Cast:
    """Two administrators, somebody, and what they are about to do."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ann, self.zoe = scene.founder("ann"), scene.founder("zoe")
        self.bob = scene.person(self.ann, "bob")
        self.grant = scene.give(self.zoe, self.bob, Role.INVESTIGATOR)
        self.token = scene.sign_in(self.ann).token
        shown = present.present(scene.desk, self.token, source=HOME, now=scene.now)
        self.by = present.actor(scene.desk, shown, source=HOME, now=scene.now)
        self.second = scene.acting(self.zoe)
        ends_at = scene.now.replace(year=scene.now.year + 1)
        asked = service_acts.ServiceAsked("cad", self.bob.id, frozenset(list(Scope)[:1]), ends_at)
        self.asked = asked
        self.service = service_acts.make_service(scene.desk, self.by, asked, now=scene.now).value.service
        self.proposal = grave_acts.propose(
            scene.desk, self.by, Grave.RENEW_CREDENTIALS, self.bob.id, "lost", now=scene.now
        ).value
        self.link = register.add_person(scene.desk, self.by, newcomer("eve"), now=scene.now).value
        scene.later(seconds=30)


def _link(cast: Cast):
    import pyotp  # noqa: PLC0415 - for this alone

    scene = cast.scene
    shown = founding.look(scene.desk, cast.link.token, source=HOME, now=scene.now)
    code = pyotp.TOTP(shown.app_text).at(scene.now)
    answer = founding.Answer("four random words do", code)
    return founding.accept(scene.desk, cast.link.token, answer, source=HOME, now=scene.now)


ACTS: dict[str, Callable[[Cast], object]] = {
    "sign in": lambda c: sign_in(c.scene.desk, c.scene.said(c.bob), now=c.scene.now),
    "sign in with a wrong password": lambda c: sign_in(
        c.scene.desk, c.scene.said(c.bob, password="not the right one"), now=c.scene.now
    ),
    "sign in with a recovery code": lambda c: sign_in(
        c.scene.desk, c.scene.said(c.bob, code=c.bob.recovery[0]), now=c.scene.now
    ),
    "step up": lambda c: present.step_up(
        c.scene.desk, c.token, c.ann.code(c.scene.now), source=HOME, now=c.scene.now
    ),
    "prove": lambda c: proof.prove(c.scene.desk, "bob", c.bob.code(c.scene.now), now=c.scene.now),
    "sign out": lambda c: present.sign_out(c.scene.desk, c.token, source=HOME, now=c.scene.now),
    "end sessions": lambda c: present.end_sessions(c.scene.desk, c.by, c.ann.id, "lost", now=c.scene.now),
    "add": lambda c: register.add_person(c.scene.desk, c.by, newcomer("joe"), now=c.scene.now),
    "link again": lambda c: register.link_again(
        c.scene.desk, c.by, c.link.account.account_id, now=c.scene.now
    ),
    "use a link": _link,
    "withdraw": lambda c: register.withdraw_role(
        c.scene.desk, c.by, c.grant.grant_id, "moved", now=c.scene.now
    ),
    "give": lambda c: register.give_role(
        c.scene.desk, c.second, c.scene.asked(c.bob, Role.ANALYST), now=c.scene.now
    ),
    "train": lambda c: register.record_training(
        c.scene.desk,
        c.by,
        register.Passed(c.bob.id, "x", c.scene.now.date(), c.scene.now.date().replace(year=2027)),
        now=c.scene.now,
    ),
    "disable": lambda c: register.disable(c.scene.desk, c.by, c.bob.id, "left", now=c.scene.now),
    "propose": lambda c: grave_acts.propose(
        c.scene.desk, c.second, Grave.RENEW_CREDENTIALS, c.bob.id, "lost", now=c.scene.now
    ),
    "approve": lambda c: grave_acts.approve(c.scene.desk, c.second, c.proposal.proposal_id, now=c.scene.now),
    "refuse": lambda c: grave_acts.refuse(
        c.scene.desk, c.second, c.proposal.proposal_id, "no", now=c.scene.now
    ),
    "make a service": lambda c: service_acts.make_service(c.scene.desk, c.by, c.asked, now=c.scene.now),
    "revoke a service": lambda c: service_acts.revoke_service(
        c.scene.desk, c.by, c.service.service_id, "over", now=c.scene.now
    ),
    "new recovery codes": lambda c: second_factor.new_codes(c.scene.desk, c.by, now=c.scene.now),
    "declare": lambda c: declaring.declare(
        c.scene.desk, c.by, Plate.parse("AB12CDE"), next(iter(Relation)), now=c.scene.now
    ),
}


@pytest.fixture
def cast(scene) -> Cast:
    return Cast(scene)


@pytest.mark.parametrize("name", ACTS)
def test_a_log_that_takes_nothing_lets_nothing_be_done(cast, name) -> None:
    cast.scene.log.full = True
    before = tables(cast.scene)
    with pytest.raises(CannotWriteError):
        ACTS[name](cast)
    assert tables(cast.scene) == before


@pytest.mark.parametrize("name", [name for name in ACTS if "wrong" not in name])
def test_an_act_is_told_and_then_done(cast, name) -> None:
    told, before = len(cast.scene.log.told), tables(cast.scene)
    ACTS[name](cast)
    assert len(cast.scene.log.told) > told
    if name != "prove":
        assert tables(cast.scene) != before


@pytest.mark.parametrize("name", ["approve", "use a link", "withdraw", "disable"])
def test_a_log_that_fails_at_the_last_moment_lets_nothing_be_done(cast, name) -> None:
    """Also between the two entries of an act that is both decided and done: neither is then."""
    for further in (0, 1) if name == "approve" else (0,):
        cast.scene.log.refuses_from = len(cast.scene.log.told) + further
        before = tables(cast.scene)
        with pytest.raises(CannotWriteError):
            ACTS[name](cast)
        assert tables(cast.scene) == before


def test_a_code_that_was_used_up_when_the_log_failed_lets_nobody_in_and_the_next_one_does(cast) -> None:
    scene = cast.scene
    scene.log.refuses_from = len(scene.log.told)
    sessions = scene.store.open_sessions(scene.now)
    with pytest.raises(CannotWriteError):
        ACTS["sign in"](cast)
    assert scene.store.open_sessions(scene.now) == sessions
    scene.log.refuses_from = None
    with pytest.raises(PeopleRefusedError):
        ACTS["sign in"](cast)  # the same code
    scene.later(seconds=30)
    ACTS["sign in"](cast)


def test_a_refusal_is_told_once_and_before_anybody_hears_of_it(cast) -> None:
    before = len(cast.scene.log.told)
    with pytest.raises(PeopleRefusedError):
        ACTS["sign in with a wrong password"](cast)
    (told,) = cast.scene.log.told[before:]
    assert (told.deed, told.subject, told.refused is None) == (Deed.SIGNED_IN, cast.bob.id, False)


def test_an_act_that_fails_after_it_was_told_is_told_to_have_failed(cast) -> None:
    real = cast.scene.store.disable
    cast.scene.store.disable = lambda *_: False
    with pytest.raises(ValueError, match="disabled already"):
        ACTS["disable"](cast)
    cast.scene.store.disable = real
    assert [one.deed for one in cast.scene.log.failed] == [Deed.ACCOUNT_DISABLED]


def test_every_act_that_can_be_refused_tells_its_refusals() -> None:
    """A function that takes the desk first, and whose page says that it refuses, is wrapped."""
    seen = 0
    for module in (
        import_module(f"openanpr.people.{one.name}") for one in pkgutil.iter_modules(people.__path__)
    ):
        for name, act in inspect.getmembers(module, inspect.isfunction):
            if act.__module__ != module.__name__ or name.startswith("_"):
                continue
            first = next(iter(inspect.signature(act).parameters.values()), None)
            if first is None or first.annotation != "Desk":
                continue
            if "PeopleRefusedError" in inspect.getsource(inspect.unwrap(act)):
                assert hasattr(act, "__wrapped__"), f"{module.__name__}.{name} does not tell its refusals"
                seen += 1
    assert seen > 15


def test_the_store_has_every_change_that_is_guarded(scene) -> None:
    assert all(hasattr(scene.store, name) for name in CHANGES)
