"""From the first link to a session, and what ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openanpr.core.role import Role
from openanpr.people import founding, present
from openanpr.people.event import Deed, PeopleRefusedError, Reason
from openanpr.people.password import HashCost, Passwords
from openanpr.people.recovery import COUNT
from openanpr.people.second_factor import new_codes
from openanpr.people.session import Way
from openanpr.people.sign_in import NOT_TAKEN, sign_in
from tests.people.scene import HOME, PASSWORD, newcomer, refused


def test_a_node_begins_with_nobody_and_its_owner_makes_the_first_administrator_by_a_link(scene) -> None:
    assert scene.store.every() == ()
    done = founding.first_link(scene.desk, newcomer("Ann"), now=scene.now)
    assert [one.deed for one in done.events] == [Deed.ACCOUNT_MADE, Deed.ROLE_GIVEN, Deed.LINK_MADE]
    ann = scene.accept(done.value.token)
    assert len(ann.recovery) == COUNT
    assert scene.acting(ann).roles == {Role.ADMINISTRATOR}


def test_the_owner_makes_two_administrators_and_no_third(scene) -> None:
    scene.founder("ann")
    scene.founder("bob")
    with pytest.raises(founding.FoundedError):
        founding.first_link(scene.desk, newcomer("cat"), now=scene.now)


def test_a_first_link_that_was_lost_is_made_again_and_the_lost_one_is_gone(scene) -> None:
    lost = founding.first_link(scene.desk, newcomer("ann"), now=scene.now).value
    again = founding.first_link(scene.desk, newcomer("ann"), now=scene.now).value
    assert refused(founding.look, scene.desk, lost.token, source=HOME, now=scene.now)
    assert scene.accept(again.token).account == lost.account
    with pytest.raises(ValueError, match="in use"):
        founding.first_link(scene.desk, newcomer("ann"), now=scene.now)


def test_a_link_is_good_once_and_for_a_day(scene) -> None:
    made = founding.first_link(scene.desk, newcomer("ann"), now=scene.now).value
    scene.accept(made.token)
    used = refused(founding.look, scene.desk, made.token, source=HOME, now=scene.now)
    assert used.refused is Reason.UNKNOWN_TOKEN
    late = founding.first_link(scene.desk, newcomer("bob"), now=scene.now).value
    scene.later(hours=24)
    assert refused(founding.look, scene.desk, late.token, source=HOME, now=scene.now)


def test_a_link_stays_good_when_the_code_is_wrong_or_the_password_will_not_do(scene) -> None:
    token = founding.first_link(scene.desk, newcomer("ann"), now=scene.now).value.token
    wrong = founding.Answer(PASSWORD, "000000")
    assert refused(founding.accept, scene.desk, token, wrong, source=HOME, now=scene.now)
    for password in ("short", "a" * 40, "my name is ann ok"):
        with pytest.raises(ValueError, match="a password"):
            founding.accept(scene.desk, token, founding.Answer(password, "0"), source=HOME, now=scene.now)
    scene.accept(token)


def test_a_person_signs_in_with_password_and_code_and_the_events_hold_no_secret(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=30)
    said = scene.said(ann)
    done = sign_in(scene.desk, said, now=scene.now)
    (told,) = done.events
    assert (told.deed, told.by, told.subject, told.source) == (Deed.SIGNED_IN, ann.id, ann.id, HOME)
    for secret in (said.password, said.code, done.value.token, done.value.csrf, done.value.device):
        assert secret not in repr((done, said))
    found = present.present(scene.desk, done.value.token, source=HOME, now=scene.now)
    assert found.standing.roles == {Role.ADMINISTRATOR}


def test_capitals_and_wide_letters_in_the_sign_in_name_do_not_matter(scene) -> None:
    ann = scene.founder("ann.hill")
    scene.sign_in(ann, login="  Ann.Hill ")
    scene.sign_in(ann, login="ａｎｎ.hill")


def test_every_fault_of_a_sign_in_is_told_alike_and_logged_apart(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=30)
    tries = {
        Reason.UNKNOWN_ACCOUNT: {"login": "nobody"},
        Reason.WRONG_PASSWORD: {"password": "four other words here"},
        Reason.WRONG_SECOND_FACTOR: {"code": "not a code"},
    }
    for reason, other in tries.items():
        with pytest.raises(PeopleRefusedError) as caught:
            sign_in(scene.desk, scene.said(ann, **other), now=scene.now)
        assert (str(caught.value), caught.value.event.refused) == (NOT_TAKEN, reason)


def test_a_recovery_code_stands_for_the_app_once_however_it_is_typed(scene) -> None:
    ann = scene.founder()
    first = ann.recovery[0].lower().replace("-", " ")
    assert scene.sign_in(ann, code=first).session.way is Way.RECOVERY
    assert refused(scene.sign_in, ann, code=ann.recovery[0])
    assert scene.sign_in(ann, code=ann.recovery[1])


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(scene) -> None:
    ann = scene.founder()
    before = scene.store.credentials(ann.id).password
    scene.passwords = Passwords(HashCost(memory_kib=128, passes=1, lanes=1), scene.desk.chance)
    scene.sign_in(ann)
    after = scene.store.credentials(ann.id).password
    assert "m=64," in before
    assert "m=128," in after
    scene.sign_in(ann)
    assert scene.store.credentials(ann.id).password == after


def test_the_usual_cost_is_what_owasp_asks_at_least() -> None:
    kept = Passwords(HashCost(), lambda count: b"c" * count).hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_ends_when_idle_and_at_the_end_of_a_shift(scene) -> None:
    ann = scene.founder()
    token = scene.sign_in(ann).token
    scene.later(minutes=14)
    present.present(scene.desk, token, source=HOME, now=scene.now)
    scene.later(minutes=14)
    present.present(scene.desk, token, source=HOME, now=scene.now)
    scene.later(minutes=15)
    over = refused(present.present, scene.desk, token, source=HOME, now=scene.now)
    assert over.refused is Reason.OVER
    token = scene.sign_in(ann).token
    for _ in range(12 * 6 - 1):
        scene.later(minutes=10)
        present.present(scene.desk, token, source=HOME, now=scene.now)
    scene.later(minutes=10)
    assert refused(present.present, scene.desk, token, source=HOME, now=scene.now)


def test_what_a_screen_asks_by_itself_keeps_no_session_from_idling(scene) -> None:
    token = scene.sign_in(scene.founder()).token
    for _ in range(14):
        scene.later(minutes=1)
        present.still_present(scene.desk, token, source=HOME, now=scene.now)
    scene.later(minutes=1)
    over = refused(present.still_present, scene.desk, token, source=HOME, now=scene.now)
    assert over.refused is Reason.OVER


def test_signing_out_and_revoking_end_sessions(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    first, second = scene.sign_in(ann), scene.sign_in(ann)
    (told,) = present.sign_out(scene.desk, first.token, source=HOME, now=scene.now).events
    assert told.deed is Deed.SIGNED_OUT
    assert present.sign_out(scene.desk, first.token, source=HOME, now=scene.now).events == ()
    assert present.sign_out(scene.desk, "none", source=HOME, now=scene.now).events == ()
    assert refused(present.present, scene.desk, first.token, source=HOME, now=scene.now)
    by = scene.acting(bob)
    assert len(scene.store.open_sessions(scene.now)) == 2
    assert present.end_sessions(scene.desk, by, ann.id, "left", now=scene.now).value == 1
    assert refused(present.present, scene.desk, second.token, source=HOME, now=scene.now)


def test_a_second_factor_counts_as_fresh_for_minutes_and_stepping_up_gives_another_token(scene) -> None:
    ann = scene.founder()
    token = scene.sign_in(ann).token
    scene.later(minutes=6)
    found = present.present(scene.desk, token, source=HOME, now=scene.now)
    assert not present.actor(scene.desk, found, source=HOME, now=scene.now).fresh
    done = present.step_up(scene.desk, token, ann.code(scene.now), source=HOME, now=scene.now)
    new = done.value
    assert (done.events[0].deed, new.token == token) == (Deed.STEPPED_UP, False)
    found = present.present(scene.desk, new.token, source=HOME, now=scene.now)
    assert present.actor(scene.desk, found, source=HOME, now=scene.now).fresh
    assert new.session.ends_at == found.session.ends_at


def test_one_session_is_ended_and_the_others_stay(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    first, second = scene.sign_in(ann), scene.sign_in(ann)
    by = scene.acting(bob)
    args = (first.session.session_id, "lost phone")
    assert present.end_session(scene.desk, by, *args, now=scene.now).value == 1
    assert refused(present.present, scene.desk, first.token, source=HOME, now=scene.now)
    assert present.present(scene.desk, second.token, source=HOME, now=scene.now)
    with pytest.raises(LookupError):
        present.end_session(scene.desk, by, *args, now=scene.now)
    dan = scene.acting(scene.person(ann, "dan"))
    other = second.session.session_id
    assert refused(present.end_session, scene.desk, dan, other, "x", now=scene.now).refused is Reason.DUTY


def test_new_recovery_codes_take_the_place_of_the_old_after_a_fresh_second_factor(scene) -> None:
    ann = scene.founder()
    new = new_codes(scene.desk, scene.acting(ann), now=scene.now).value
    assert refused(scene.sign_in, ann, code=ann.recovery[0])
    assert scene.sign_in(ann, code=new[0])
    stale = replace(scene.acting(ann), fresh=False)
    assert refused(new_codes, scene.desk, stale, now=scene.now).refused is Reason.NOT_FRESH


def test_a_person_ends_their_own_sessions_and_nobody_elses_without_the_role(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    by = scene.acting(dan)
    assert (
        refused(present.end_sessions, scene.desk, by, ann.id, "why not", now=scene.now).refused is Reason.DUTY
    )
    assert present.end_sessions(scene.desk, replace(by), dan.id, "lost", now=scene.now).value >= 1
