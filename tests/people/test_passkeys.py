"""Passkeys of a software authenticator: added, signed in by, stepped up by, and refused."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from openanpr.people import passkey_acts, present, register
from openanpr.people.event import Deed, Reason
from openanpr.people.session import Way
from tests.people.authenticator import PRESENT, VERIFIED, Authenticator
from tests.people.scene import HOME, SITE, Person, Scene, refused


@dataclass(slots=True)
class Owner:
    """A person with a passkey."""

    person: Person
    key: Authenticator


def add(scene: Scene, person: Person, key: Authenticator):
    by = scene.acting(person)
    options = passkey_acts.begin_adding(scene.desk, SITE, by, now=scene.now).value
    return passkey_acts.finish_adding(
        scene.desk, SITE, by, key.create(options), name="blue key", now=scene.now
    )


@pytest.fixture
def owner(scene) -> Owner:
    found = Owner(scene.founder(), Authenticator())
    done = add(scene, found.person, found.key)
    assert done.events[0].deed is Deed.PASSKEY_ADDED
    return found


def enter(scene: Scene, key: Authenticator):
    options = passkey_acts.begin_sign_in(scene.desk, SITE, now=scene.now)
    return passkey_acts.sign_in_by_passkey(scene.desk, SITE, key.get(options), source=HOME, now=scene.now)


def test_a_person_signs_in_by_a_passkey_alone_again_and_again(scene, owner) -> None:
    for _ in range(3):
        done = enter(scene, owner.key)
        assert (done.value.account, done.value.session.way) == (owner.person.account, Way.PASSKEY)
    assert scene.store.passkey(owner.key.credential_id).sign_count == 3


def test_a_passkey_that_never_counts_is_taken_too(scene) -> None:
    ann, key = scene.founder(), Authenticator(step=0)
    add(scene, ann, key)
    assert [enter(scene, key).value.account for _ in range(2)] == [ann.account] * 2


def test_a_passkey_steps_up_a_session_of_its_own_person(scene, owner) -> None:
    token = scene.sign_in(owner.person).token
    scene.later(minutes=6)
    options = passkey_acts.begin_step_up(scene.desk, SITE, token, source=HOME, now=scene.now)
    asked = json.loads(options)
    assert (len(asked["allowCredentials"]), asked["userVerification"]) == (1, "required")
    new = passkey_acts.step_up_by_passkey(
        scene.desk, SITE, token, owner.key.get(options), source=HOME, now=scene.now
    ).value
    found = present.present(scene.desk, new.token, source=HOME, now=scene.now)
    assert present.actor(scene.desk, found, source=HOME, now=scene.now).fresh


def test_a_passkey_is_added_after_a_fresh_second_factor_only(scene) -> None:
    ann = scene.founder()
    token = scene.sign_in(ann).token
    scene.later(minutes=6)
    found = present.present(scene.desk, token, source=HOME, now=scene.now)
    stale = present.actor(scene.desk, found, source=HOME, now=scene.now)
    told = refused(passkey_acts.begin_adding, scene.desk, SITE, stale, now=scene.now)
    assert told.refused is Reason.NOT_FRESH


def test_a_passkey_is_one_persons_and_is_not_added_twice(scene, owner) -> None:
    bob = scene.founder("bob")
    assert refused(add, scene, bob, owner.key).refused is Reason.PASSKEY
    assert scene.store.passkeys_of(bob.id) == ()


def test_a_removed_passkey_lets_nobody_in(scene, owner) -> None:
    by = scene.acting(owner.person)
    assert passkey_acts.remove(scene.desk, by, owner.key.credential_id, now=scene.now).value
    assert not passkey_acts.remove(scene.desk, by, owner.key.credential_id, now=scene.now).value
    assert refused(enter, scene, owner.key).refused is Reason.PASSKEY


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://anpr.example.evil"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
    ids=["another origin", "another host", "user not verified", "nobody there"],
)
def test_a_passkey_of_elsewhere_or_without_its_user_is_refused(scene, owner, lie) -> None:
    for name, value in lie.items():
        setattr(owner.key, name, value)
    assert refused(enter, scene, owner.key).refused is Reason.PASSKEY
    ann = Authenticator(**lie)
    assert refused(add, scene, owner.person, ann).refused is Reason.PASSKEY


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', "x" * 70_000, '{"response":{}}'])
def test_an_answer_that_is_none_is_refused(scene, answer) -> None:
    told = refused(passkey_acts.sign_in_by_passkey, scene.desk, SITE, answer, source=HOME, now=scene.now)
    assert told.refused is Reason.PASSKEY


def test_a_disabled_person_is_not_let_in_by_a_passkey(scene, owner) -> None:
    bob = scene.founder("bob")
    by = scene.acting(bob)
    register.disable(scene.desk, by, owner.person.id, "left", now=scene.now)
    assert refused(enter, scene, owner.key).refused is Reason.DISABLED


def test_an_assertion_under_the_id_of_another_key_is_refused(scene, owner) -> None:
    stranger = Authenticator(credential_id=owner.key.credential_id)
    assert refused(enter, scene, stranger).refused is Reason.PASSKEY
    assert refused(enter, scene, Authenticator()).refused is Reason.PASSKEY, "a key that is nobody's"


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_passkey_has_a_name(scene, name) -> None:
    by = scene.acting(scene.founder())
    options = passkey_acts.begin_adding(scene.desk, SITE, by, now=scene.now).value
    answer = Authenticator().create(options)
    with pytest.raises(ValueError, match="a name"):
        passkey_acts.finish_adding(scene.desk, SITE, by, answer, name=name, now=scene.now)
