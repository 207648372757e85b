"""Adding people, giving and taking roles, training, grave acts, services and declared vehicles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openanpr.core.plate import Plate
from openanpr.core.role import Rank, Role
from openanpr.people import declaring, founding, grave_acts, present, proof, register, service_acts
from openanpr.people.declared import Relation
from openanpr.people.duties import Grave
from openanpr.people.event import Deed, Reason
from openanpr.people.grave_acts import DecidedError
from openanpr.people.keys import SealError
from openanpr.people.ports import LoginTakenError
from openanpr.people.service import Scope, Service
from tests.people.scene import HOME, Scene, newcomer, refused


def standing(scene: Scene, person):
    token = scene.sign_in(person).token
    return present.present(scene.desk, token, source=HOME, now=scene.now).standing


def test_a_new_person_has_no_role_until_one_is_given_and_training_recorded(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    assert standing(scene, dan).roles == frozenset()
    grant = scene.give(ann, dan, Role.INVESTIGATOR)
    scene.later(minutes=6)
    assert standing(scene, dan).untrained == {Role.INVESTIGATOR}
    scene.train(ann, dan)
    assert standing(scene, dan).roles == {Role.INVESTIGATOR}
    register.withdraw_role(scene.desk, scene.acting(ann), grant.grant_id, "moved", now=scene.now)
    assert standing(scene, dan).roles == frozenset()
    with pytest.raises(LookupError):
        register.withdraw_role(scene.desk, scene.acting(ann), grant.grant_id, "moved", now=scene.now)


def test_a_role_that_runs_out_is_gone_within_a_running_session(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    scene.give(ann, dan, Role.LIST_OWNER, days=1 / 24)
    scene.later(minutes=6)
    token = scene.sign_in(dan).token
    for minutes, roles in ((10, {Role.LIST_OWNER}), (14, {Role.LIST_OWNER}), (14, {Role.LIST_OWNER})):
        scene.later(minutes=minutes)
        assert present.present(scene.desk, token, source=HOME, now=scene.now).standing.roles == roles
    for _ in range(2):
        scene.later(minutes=14)
        found = present.present(scene.desk, token, source=HOME, now=scene.now)
    assert found.standing.roles == set()


def test_only_an_administrator_changes_who_may_do_what(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    by = scene.acting(dan)
    desk, now = scene.desk, scene.now
    for deed in (
        lambda: register.add_person(desk, by, newcomer("eve"), now=now),
        lambda: register.link_again(desk, by, ann.id, now=now),
        lambda: register.give_role(desk, by, scene.asked(ann, Role.ANALYST), now=now),
        lambda: register.withdraw_role(desk, by, "any", "x", now=now),
        lambda: register.disable(desk, by, ann.id, "x", now=now),
        lambda: register.record_training(
            desk, by, register.Passed(ann.id, "anpr-user", now.date(), now.date()), now=now
        ),
        lambda: grave_acts.propose(desk, by, Grave.RENEW_CREDENTIALS, ann.id, "x", now=now),
        lambda: service_acts.make_service(
            desk,
            by,
            service_acts.ServiceAsked("x", dan.id, frozenset(Scope), now + timedelta(days=1)),
            now=now,
        ),
        lambda: service_acts.revoke_service(desk, by, "any", "x", now=now),
    ):
        told = refused(deed)
        assert (told.refused, told.by) == (Reason.DUTY, dan.id)


def test_an_anpr_manager_records_training_of_others_and_never_their_own(scene) -> None:
    ann = scene.founder()
    dan, eve = scene.person(ann, "dan"), scene.person(ann, "eve")
    scene.give(ann, dan, Role.ANPR_MANAGER)
    scene.later(minutes=6)
    scene.train(dan, eve)
    assert refused(scene.train, dan, dan).refused is Reason.DUTY
    by, tomorrow = scene.acting(dan), scene.now.date() + timedelta(1)
    passed = register.Passed(eve.id, "x", tomorrow, tomorrow)
    with pytest.raises(ValueError, match="once it was passed"):
        register.record_training(scene.desk, by, passed, now=scene.now)


def test_a_sign_in_name_is_one_persons(scene) -> None:
    ann = scene.founder()
    with pytest.raises(LoginTakenError):
        register.add_person(scene.desk, scene.acting(ann), newcomer("ANN"), now=scene.now)


def test_a_link_is_made_again_for_whoever_never_used_theirs_and_for_nobody_else(scene) -> None:
    ann = scene.founder()
    first = register.add_person(scene.desk, scene.acting(ann), newcomer("dan"), now=scene.now).value
    again = register.link_again(scene.desk, scene.acting(ann), first.account.account_id, now=scene.now).value
    assert refused(founding.look, scene.desk, first.token, source=HOME, now=scene.now)
    dan = scene.accept(again.token)
    with pytest.raises(ValueError, match="in use"):
        register.link_again(scene.desk, scene.acting(ann), dan.id, now=scene.now)


def test_disabling_ends_sessions_and_links_at_once_and_two_administrators_enable_again(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    token = scene.sign_in(dan).token
    by = scene.acting(ann)
    assert not register.disable(scene.desk, by, dan.id, "left", now=scene.now).value.able
    with pytest.raises(ValueError, match="already"):
        register.disable(scene.desk, by, dan.id, "left", now=scene.now)
    assert refused(present.present, scene.desk, token, source=HOME, now=scene.now)
    assert refused(scene.sign_in, dan).refused is Reason.DISABLED
    with pytest.raises(ValueError, match="disabled"):
        register.give_role(scene.desk, by, scene.asked(dan, Role.PUBLISHER), now=scene.now)
    scene.grave(ann, bob, Grave.ENABLE_ACCOUNT, dan)
    assert scene.sign_in(dan)
    assert refused(register.disable, scene.desk, by, ann.id, "me", now=scene.now).refused is Reason.DUTY


def test_two_administrators_make_an_authorising_officer_and_a_third_administrator(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan, eve = scene.person(ann, "dan"), scene.person(ann, "eve")
    asked = scene.asked(dan, Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT)
    assert refused(register.give_role, scene.desk, scene.acting(ann), asked, now=scene.now)
    waiting = grave_acts.propose_role(scene.desk, scene.acting(ann), asked, now=scene.now).value
    assert scene.store.undecided(scene.now) == (waiting,)
    done = grave_acts.approve(scene.desk, scene.acting(bob), waiting.proposal_id, now=scene.now)
    assert [one.deed for one in done.events] == [Deed.GRAVE_ACT_APPROVED, Deed.ROLE_GIVEN]
    with pytest.raises(DecidedError):
        grave_acts.approve(scene.desk, scene.acting(bob), waiting.proposal_id, now=scene.now)
    scene.train(ann, dan, "anpr-authoriser")
    scene.later(minutes=6)
    assert standing(scene, dan).rank is Rank.SUPERINTENDENT
    asked = scene.asked(eve, Role.ADMINISTRATOR)
    third = grave_acts.propose_role(scene.desk, scene.acting(bob), asked, now=scene.now).value
    grave_acts.approve(scene.desk, scene.acting(ann), third.proposal_id, now=scene.now)
    scene.later(minutes=6)
    assert standing(scene, eve).roles == {Role.ADMINISTRATOR}


def test_a_grave_act_is_refused_or_runs_out(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    act = Grave.RENEW_CREDENTIALS
    one = grave_acts.propose(scene.desk, scene.acting(ann), act, dan.id, "x", now=scene.now).value
    grave_acts.refuse(scene.desk, scene.acting(bob), one.proposal_id, "no", now=scene.now)
    two = grave_acts.propose(scene.desk, scene.acting(ann), act, dan.id, "x", now=scene.now).value
    scene.later(days=8)
    for proposal in (one, two):
        with pytest.raises(DecidedError):
            grave_acts.approve(scene.desk, scene.acting(bob), proposal.proposal_id, now=scene.now)
    with pytest.raises(LookupError):
        grave_acts.refuse(scene.desk, scene.acting(bob), "none", "no", now=scene.now)


def test_whoever_lost_phone_and_codes_begins_anew_and_nothing_of_before_counts(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    token = scene.sign_in(dan).token
    carried = scene.grave(ann, bob, Grave.RENEW_CREDENTIALS, dan)
    assert present.present(scene.desk, token, source=HOME, now=scene.now), "until the link is used"
    new = scene.accept(carried.link.token, "quite another set of words")
    assert refused(present.present, scene.desk, token, source=HOME, now=scene.now)
    assert refused(scene.sign_in, dan)
    assert refused(scene.sign_in, new).refused is Reason.WRONG_PASSWORD
    assert refused(scene.sign_in, new, password="quite another set of words", code=dan.recovery[0])
    scene.later(minutes=5)
    assert scene.sign_in(new, password="quite another set of words").account == dan.account


def test_a_service_does_what_its_scopes_say_until_it_ends_is_revoked_or_loses_its_owner(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")

    def make(days: int = 30):
        asked = service_acts.ServiceAsked(
            "dispatch", dan.id, frozenset({Scope.ALERTS_READ}), scene.now + timedelta(days=days)
        )
        return service_acts.make_service(scene.desk, scene.acting(ann), asked, now=scene.now).value

    def use(made, scope: Scope = Scope.ALERTS_READ) -> Service:
        return service_acts.service_for(scene.desk, made.token, scope, source=HOME, now=scene.now)

    with pytest.raises(ValueError, match="ends"):
        make(days=400)
    one, two = make(), make(1)
    assert use(one) == one.service
    assert refused(use, one, Scope.LISTS_READ).refused is Reason.SCOPE
    assert one.token not in repr(one)
    service_acts.revoke_service(scene.desk, scene.acting(ann), one.service.service_id, "done", now=scene.now)
    assert refused(use, one).refused is Reason.OVER
    scene.later(days=1)
    assert refused(use, two).refused is Reason.OVER
    three = make()
    register.disable(scene.desk, scene.acting(bob), dan.id, "left", now=scene.now)
    assert refused(use, three).refused is Reason.OVER
    told = refused(
        service_acts.service_for, scene.desk, "made up", Scope.ALERTS_READ, source=HOME, now=scene.now
    )
    assert told.refused is Reason.UNKNOWN_TOKEN
    with pytest.raises(LookupError):
        service_acts.revoke_service(scene.desk, scene.acting(bob), "none", "x", now=scene.now)


def test_a_declared_vehicle_is_found_by_its_shape_and_is_read_by_its_person_alone(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    mark = Plate.parse("AB10 OOO")
    done = declaring.declare(scene.desk, scene.acting(ann), mark, Relation.HOUSEHOLD, now=scene.now)
    assert "AB10" not in repr(done)
    (found,) = declaring.declared_by(scene.desk, Plate.parse("AB1O 000"))
    assert (found.account_id, found.relation) == (ann.id, Relation.HOUSEHOLD)
    assert [text for _, text in declaring.own_marks(scene.desk, scene.acting(ann))] == ["AB10OOO"]
    assert declaring.own_marks(scene.desk, scene.acting(bob)) == ()
    assert declaring.declared_by(scene.desk, Plate.parse("AB11OOO")) == ()
    with pytest.raises(ValueError, match="already"):
        declaring.declare(scene.desk, scene.acting(ann), mark, Relation.OWN, now=scene.now)
    with pytest.raises(SealError):
        scene.desk.keys.unseal(found.sealed, owner=bob.id)
    by = scene.acting(bob)
    assert not declaring.withdraw(scene.desk, by, found.declared_id, now=scene.now).value
    assert declaring.withdraw(scene.desk, scene.acting(ann), found.declared_id, now=scene.now).value
    assert declaring.declared_by(scene.desk, mark) == ()


def test_a_person_declares_so_many_vehicles_and_no_more(scene) -> None:
    ann = scene.acting(scene.founder())
    for number in range(20):
        declaring.declare(scene.desk, ann, Plate.parse(f"AB{number + 51}CDE"), Relation.OWN, now=scene.now)
    with pytest.raises(ValueError, match="at most"):
        declaring.declare(scene.desk, ann, Plate.parse("XY51CDE"), Relation.OWN, now=scene.now)


def test_on_the_socket_a_name_is_proved_by_a_code_that_is_taken_once(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=30)
    code = ann.code(scene.now)
    by = proof.prove(scene.desk, "Ann", code, now=scene.now).value
    assert (by.account_id, by.roles, by.fresh) == (ann.id, {Role.ADMINISTRATOR}, True)
    assert refused(proof.prove, scene.desk, "ann", code, now=scene.now).refused is Reason.REPLAYED_CODE
    for login in ("nobody", "no name at all"):
        told = refused(proof.prove, scene.desk, login, code, now=scene.now)
        assert told.refused is Reason.UNKNOWN_ACCOUNT
    assert proof.prove(scene.desk, "ann", ann.recovery[3], now=scene.now)


def test_what_is_not_a_grave_act_or_not_possible_is_not_proposed(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    by = scene.acting(ann)
    with pytest.raises(ValueError, match="one administrator"):
        grave_acts.propose_role(scene.desk, by, scene.asked(dan, Role.PUBLISHER), now=scene.now)
    with pytest.raises(ValueError, match="enable"):
        grave_acts.propose(scene.desk, by, Grave.ENABLE_ACCOUNT, dan.id, "x", now=scene.now)
    with pytest.raises(ValueError, match="say why"):
        grave_acts.propose(scene.desk, by, Grave.RENEW_CREDENTIALS, dan.id, " ", now=scene.now)
    with pytest.raises(LookupError):
        grave_acts.propose(scene.desk, by, Grave.RENEW_CREDENTIALS, "none", "x", now=scene.now)
    scene.give(ann, dan, Role.AUDITOR)
    asked = scene.asked(dan, Role.AUTHORISING_OFFICER, rank=Rank.INSPECTOR)
    told = refused(grave_acts.propose_role, scene.desk, scene.acting(bob), asked, now=scene.now)
    assert told.refused is Reason.DUTY
    with pytest.raises(ValueError, match="say why"):
        register.disable(scene.desk, scene.acting(ann), dan.id, " ", now=scene.now)


def test_only_an_administrator_decides(scene) -> None:
    ann = scene.founder("ann")
    dan, eve = scene.person(ann, "dan"), scene.person(ann, "eve")
    act = Grave.RENEW_CREDENTIALS
    one = grave_acts.propose(scene.desk, scene.acting(ann), act, dan.id, "x", now=scene.now).value
    for deed in (
        lambda: grave_acts.refuse(scene.desk, scene.acting(eve), one.proposal_id, "x", now=scene.now),
        lambda: grave_acts.approve(scene.desk, scene.acting(eve), one.proposal_id, now=scene.now),
    ):
        assert refused(deed).refused is Reason.DUTY


def test_codes_tried_on_the_socket_are_slowed_down(scene) -> None:
    ann = scene.founder()
    told = [refused(proof.prove, scene.desk, "ann", f"{n:06}", now=scene.now).refused for n in range(7)]
    assert told[-1] is Reason.SLOWED_DOWN
    assert refused(proof.prove, scene.desk, "ann", ann.recovery[0], now=scene.now)
