"""People on both databases: what comes back is what was kept, and of many at once one wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.core.plate import Plate
from openanpr.core.role import Rank, Role
from openanpr.people import declaring, founding, grave_acts, present, register, service_acts
from openanpr.people.account import Account, Ended
from openanpr.people.declared import Relation
from openanpr.people.duties import Grave
from openanpr.people.passkey import Passkey
from openanpr.people.ports import Challenge, LoginTakenError
from openanpr.people.proposal import Decision
from openanpr.people.roles import Grant
from openanpr.people.service import Scope
from openanpr.people.session import Claimed, Session, Way
from openanpr.people.slow_down import BY_ACCOUNT
from openanpr.people.training import Training
from openanpr.store.control.people_store import PeopleRecords
from tests.ingest.contracts import at_once
from tests.people.scene import HOME, NOW, POST, Scene, newcomer, refused

GONE = Ended(NOW, "bob", "left")


@pytest.fixture
def people(engine) -> PeopleRecords:
    made = PeopleRecords(engine)
    for who in ("ann", "bob", "cat"):
        made.add(Account(who, who, who.title(), POST, "machine-owner", NOW))
    return made


def grant(number: str = "g", role: Role = Role.AUTHORISING_OFFICER) -> Grant:
    rank = Rank.SUPERINTENDENT if role is Role.AUTHORISING_OFFICER else None
    return Grant(number, "ann", role, rank, NOW, NOW + timedelta(days=9, microseconds=1), "bob", NOW, "x")


def session(number: str = "s", **other) -> Session:
    claimed = Claimed("county", frozenset({Role.AUDITOR, Role.PUBLISHER}), Rank.INSPECTOR)
    ends = NOW + timedelta(hours=12)
    one = Session(number, "f", "ann", number.encode(), Way.PROVIDER, NOW, NOW, ends, NOW, HOME, claimed)
    return replace(one, **other)


def test_an_account_comes_back_as_it_was_and_its_name_is_nobody_elses(people) -> None:
    ann = people.find("ann")
    assert (ann, people.by_login("ann")) == (Account("ann", "ann", "Ann", POST, "machine-owner", NOW), ann)
    assert [one.login for one in people.every()] == ["ann", "bob", "cat"]
    assert people.find("nobody") is people.by_login("nobody") is None
    with pytest.raises(LoginTakenError):
        people.add(replace(ann, account_id="other"))
    outside = replace(ann, account_id="dan", login="dan")
    people.add_with(outside, "https://county.example", "7")
    assert people.account_of("https://county.example", "7") == "dan"
    assert people.account_of("https://other.example", "7") is None


def test_disabling_takes_sessions_and_links_along_and_enabling_brings_neither_back(people) -> None:
    people.put_session(session())
    assert people.disable("ann", GONE)
    assert not people.disable("ann", GONE)
    assert people.find("ann").disabled == GONE
    assert people.session(b"s").ended == GONE
    assert people.enable("ann")
    assert not people.enable("ann")
    assert people.session(b"s").ended == GONE


def test_grants_and_training_come_back_as_they_were(people) -> None:
    people.give(grant(), lambda others: None if others == () else pytest.fail("there is none yet"))
    assert people.grants_of("ann") == people.every_grant() == (grant(),)
    assert people.withdraw("g", GONE) == replace(grant(), withdrawn=GONE)
    assert people.withdraw("g", GONE) is None
    training = Training("t", "ann", "anpr-user", NOW.date(), NOW.date() + timedelta(9), "bob", NOW)
    people.record(training)
    assert (people.trainings_of("ann"), people.trainings_of("bob")) == ((training,), ())


def test_a_grant_that_is_judged_badly_leaves_nothing(people) -> None:
    def never(_: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        people.give(grant(), never)
    assert people.every_grant() == ()


def test_of_many_grants_at_once_each_is_judged_on_those_before_it(people) -> None:
    def give(n: int) -> bool:
        def alone(others: tuple[Grant, ...]) -> None:
            if others:
                raise InterruptedError

        try:
            people.give(grant(f"g{n}"), alone)
        except InterruptedError:
            return False
        return True

    assert sum(at_once(give)) == 1
    assert len(people.grants_of("ann")) == 1


@pytest.mark.parametrize(
    "wrong", [{"given_by": "ann"}, {"account_id": "bob"}], ids=["given by oneself", "given to the giver"]
)
def test_the_database_refuses_a_role_for_oneself(people, wrong) -> None:
    row = replace(grant(), **wrong)
    with pytest.raises(sa.exc.IntegrityError):
        people.give(row, lambda _: None)


def test_a_session_comes_back_as_it_was_and_moves_on_once(people) -> None:
    people.put_session(session())
    assert people.session(b"s") == session()
    assert people.session(b"other") is None
    moves = at_once(lambda n: people.follow(session(), session(f"n{n}", claimed=None), NOW))
    assert sum(moves) == 1
    (open_one,) = people.open_sessions(NOW)
    assert open_one.claimed is None
    assert people.session(b"s").followed_at == NOW
    assert people.open_sessions(NOW + timedelta(hours=12)) == ()
    assert people.end_family("f", GONE) == 1
    assert people.end_family("f", GONE) == 0
    assert not people.follow(open_one, session("late"), NOW)


def test_a_session_is_never_seen_earlier_than_it_was(people) -> None:
    people.put_session(session())
    for minutes in (5, 3):
        people.seen("s", NOW + timedelta(minutes=minutes))
    assert people.session(b"s").seen_at == NOW + timedelta(minutes=5)
    people.put_session(session("t", family="g"))
    assert people.end_sessions("ann", GONE) == 2


def test_sessions_that_were_over_a_month_ago_are_forgotten_with_a_new_one(people) -> None:
    people.put_session(session())
    later = NOW + timedelta(days=32)
    people.put_session(session("t", began_at=later, ends_at=later + timedelta(hours=12)))
    assert people.session(b"s") is None


def test_a_passkey_comes_back_and_counts_once_from_each_count(people) -> None:
    key = Passkey(b"\x00id", "ann", b"\xffkey", 3, "blue", NOW)
    assert people.add_passkey(key)
    assert not people.add_passkey(replace(key, account_id="bob"))
    assert (people.passkey(b"\x00id"), people.passkeys_of("ann"), people.passkey(b"x")) == (key, (key,), None)
    assert sum(at_once(lambda _: people.count(b"\x00id", old=3, new=4))) == 1
    assert not people.remove_passkey("bob", b"\x00id")
    assert people.remove_passkey("ann", b"\x00id")


def test_a_challenge_is_taken_by_one_of_many_and_forgotten_after_its_time(people) -> None:
    one = Challenge(b"c", "sign in", "", b"sealed", NOW + timedelta(minutes=5))
    people.put_challenge(one, now=NOW)
    taken = at_once(lambda _: people.take_challenge(b"c"))
    assert [found for found in taken if found is not None] == [one]
    people.put_challenge(one, now=NOW)
    people.put_challenge(replace(one, digest=b"d"), now=one.ends_at)
    assert people.take_challenge(b"c") is None


def test_tries_at_once_are_each_counted(people) -> None:
    waits = at_once(lambda _: people.begin_try(b"k", BY_ACCOUNT, NOW), 12)
    assert sum(wait == 0 for wait in waits) == BY_ACCOUNT.free + 1
    people.give_back(b"k")
    assert [people.begin_try(b"k", BY_ACCOUNT, NOW) for _ in range(2)] == [0, 0]
    people.succeeded(b"k")
    assert people.begin_try(b"k", BY_ACCOUNT, NOW) == 0
    people.give_back(b"k")
    people.give_back(b"k")
    assert people.begin_try(b"k", BY_ACCOUNT, NOW + timedelta(days=40)) == 0


def test_a_proposal_is_decided_by_one_of_many(engine) -> None:
    scene = Scene(PeopleRecords(engine))
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    asked = scene.asked(dan, Role.AUTHORISING_OFFICER, rank=Rank.INSPECTOR)
    proposal = grave_acts.propose_role(scene.desk, scene.acting(ann), asked, now=scene.now).value
    assert scene.store.proposal(proposal.proposal_id) == proposal
    decision = Decision(bob.id, scene.now, approved=True, why="")
    assert sum(at_once(lambda _: scene.store.decide(proposal.proposal_id, decision))) == 1
    assert scene.store.proposal(proposal.proposal_id).decision == decision
    assert scene.store.undecided(scene.now) == ()
    other = grave_acts.propose(
        scene.desk, scene.acting(ann), Grave.RENEW_CREDENTIALS, dan.id, "x", now=scene.now
    ).value
    own = replace(decision, by=ann.id)
    with pytest.raises(sa.exc.IntegrityError):
        scene.store.decide(other.proposal_id, own)


def test_the_whole_life_of_a_person_goes_its_way(engine) -> None:
    scene = Scene(PeopleRecords(engine))
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    scene.give(ann, dan, Role.INVESTIGATOR)
    scene.train(ann, dan)
    scene.later(minutes=6)
    entered = scene.sign_in(dan)
    new = present.step_up(scene.desk, entered.token, dan.recovery[0], source=HOME, now=scene.now).value
    found = present.present(scene.desk, new.token, source=HOME, now=scene.now)
    assert found.standing.roles == {Role.INVESTIGATOR}
    asked = service_acts.ServiceAsked(
        "dispatch", dan.id, frozenset({Scope.ALERTS_READ, Scope.LISTS_READ}), scene.now + timedelta(days=9)
    )
    made = service_acts.make_service(scene.desk, scene.acting(ann), asked, now=scene.now).value
    used = service_acts.service_for(scene.desk, made.token, Scope.ALERTS_READ, source=HOME, now=scene.now)
    assert scene.store.every_service() == (used,) == (made.service,)
    by = scene.acting(ann)
    service_acts.revoke_service(scene.desk, by, used.service_id, "done", now=scene.now)
    mark = Plate.parse("AB12CDE")
    declared = declaring.declare(scene.desk, scene.acting(dan), mark, Relation.OWN, now=scene.now).value
    assert declaring.declared_by(scene.desk, mark) == (declared,)
    assert declaring.withdraw(scene.desk, scene.acting(dan), declared.declared_id, now=scene.now).value
    carried = scene.grave(ann, bob, Grave.RENEW_CREDENTIALS, dan)
    scene.accept(carried.link.token, "quite another set of words")
    assert refused(present.present, scene.desk, new.token, source=HOME, now=scene.now)
    register.disable(scene.desk, scene.acting(ann), dan.id, "left", now=scene.now)
    with pytest.raises(founding.FoundedError):
        founding.first_link(scene.desk, newcomer("eve"), now=scene.now)


def test_no_error_of_the_database_tells_a_secret(people, engine) -> None:
    people.put_session(session())
    with pytest.raises(sa.exc.IntegrityError) as caught:
        PeopleRecords(engine).put_session(session("s", fresh_source="192.0.2.77"))
    assert "192.0.2.77" not in str(caught.value)
