"""Whoever wants to be somebody else: forged, stolen, replayed sessions, guesses, copies, own roles."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from openanpr.core.role import Role
from openanpr.people import founding, grave_acts, oidc, passkey_acts, present, register
from openanpr.people.duties import Grave
from openanpr.people.event import Deed, PeopleRefusedError, Reason
from openanpr.people.oidc_line import HttpLine
from openanpr.people.password import HashCost, Passwords
from openanpr.people.roles import SEARCHING
from openanpr.people.sign_in import sign_in
from openanpr.people.slow_down import BY_ACCOUNT, BY_SOURCE
from tests.ingest.contracts import at_once
from tests.people.authenticator import Authenticator
from tests.people.conftest import scene
from tests.people.oidc_server import Provider, serving
from tests.people.scene import HOME, PASSWORD, SITE, newcomer, refused
from tests.people.test_oidc import registration
from tests.people.test_passkeys import add

__all__ = ["scene"]

EVIL = "203.0.113.9"


def use(scene, token: str, source: str = HOME):
    return present.present(scene.desk, token, source=source, now=scene.now)


@pytest.mark.parametrize("token", ["", "A" * 43, "' OR 1=1 --", "\x00", "x" * 100_000, "é"])
def test_a_forged_session_is_nobodys(scene, token) -> None:
    scene.sign_in(scene.founder())
    assert refused(use, scene, token).refused is Reason.UNKNOWN_TOKEN


def test_what_the_database_keeps_of_sessions_links_and_codes_opens_nothing(scene) -> None:
    ann = scene.founder()
    kept = scene.store.session(scene.desk.keys.digest("session", scene.sign_in(ann).token))
    link = founding.first_link(scene.desk, newcomer("bob"), now=scene.now).value
    for digest in (kept.digest.hex(), kept.session_id, kept.family):
        assert refused(use, scene, digest)
        assert refused(founding.look, scene.desk, digest, source=HOME, now=scene.now)
    assert refused(use, scene, link.token), "a link is no session"
    assert refused(founding.look, scene.desk, scene.sign_in(ann).token, source=HOME, now=scene.now)


def test_a_session_token_that_was_given_up_and_comes_back_ends_the_family(scene) -> None:
    ann = scene.founder()
    old = scene.sign_in(ann).token
    new = present.step_up(
        scene.desk, old, ann.code(scene.now + timedelta(seconds=30)), source=HOME, now=scene.now
    )
    scene.later(minutes=1)
    told = refused(use, scene, old, EVIL)
    assert (told.deed, told.subject, told.source) == (Deed.STOLEN_SESSION_ENDED, ann.id, EVIL)
    assert refused(use, scene, new.value.token).refused is Reason.OVER
    assert scene.store.open_sessions(scene.now) == ()


def test_a_slow_page_with_the_token_of_a_moment_ago_ends_nothing(scene) -> None:
    ann = scene.founder()
    old = scene.sign_in(ann).token
    new = present.step_up(
        scene.desk, old, ann.code(scene.now + timedelta(seconds=30)), source=HOME, now=scene.now
    )
    assert refused(use, scene, old).refused is Reason.REPLAYED_TOKEN
    assert use(scene, new.value.token)


def test_a_stolen_session_does_no_grave_act_from_elsewhere(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    token = scene.sign_in(ann).token
    thief = present.actor(scene.desk, use(scene, token, EVIL), source=EVIL, now=scene.now)
    assert not thief.fresh
    told = refused(grave_acts.propose, scene.desk, thief, Grave.RENEW_CREDENTIALS, bob.id, "x", now=scene.now)
    assert told.refused is Reason.NOT_FRESH


def test_a_stolen_session_guesses_no_second_factor(scene) -> None:
    ann = scene.founder()
    token = scene.sign_in(ann).token
    told = [
        refused(present.step_up, scene.desk, token, f"{n:06}", source=EVIL, now=scene.now).refused
        for n in range(8)
    ]
    assert told[-1] is Reason.SLOWED_DOWN


def test_a_form_of_another_site_is_refused(scene) -> None:
    one, two = scene.sign_in(scene.founder("ann")), scene.sign_in(scene.founder("bob"))
    assert present.verify_form(scene.desk, one.token, one.csrf, source=HOME, now=scene.now)
    for csrf in ("", two.csrf, one.token):
        told = refused(present.verify_form, scene.desk, one.token, csrf, source=HOME, now=scene.now)
        assert told.refused is Reason.WRONG_CSRF


def test_a_clock_turned_back_gives_no_old_session_its_life_back(scene) -> None:
    ann = scene.founder()
    token = scene.sign_in(ann).token
    scene.later(minutes=10)
    use(scene, token)
    scene.later(minutes=-9)
    assert refused(use, scene, token).refused is Reason.CLOCK_WENT_BACK


def test_a_clock_turned_back_gives_no_used_code_its_life_back(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=30)
    said = scene.said(ann)
    sign_in(scene.desk, said, now=scene.now)
    scene.later(hours=1)
    scene.sign_in(ann)
    scene.later(hours=-1, seconds=-30)
    assert refused(sign_in, scene.desk, said, now=scene.now).refused is Reason.REPLAYED_CODE


def guess(scene, ann, source: str = EVIL, **other):
    return refused(
        sign_in, scene.desk, scene.said(ann, password="a wrong guess", source=source, **other), now=scene.now
    )


def test_guessing_passwords_is_slowed_down_whoever_guesses(scene) -> None:
    ann = scene.founder()
    judged = 0
    begun = scene.now
    for n in range(400):
        judged += guess(scene, ann, f"198.51.100.{n % 250}").refused is Reason.WRONG_PASSWORD
        scene.later(seconds=25)
    hours = (scene.now - begun).total_seconds() / 3600
    assert judged <= 15 + 4 * hours


def test_guessing_names_without_accounts_is_slowed_down_alike(scene) -> None:
    ann = scene.founder()
    known = [guess(scene, ann).refused for _ in range(7)]
    unknown = [guess(scene, ann, "192.0.2.1", login="nobody").refused for _ in range(7)]
    assert [one is Reason.SLOWED_DOWN for one in known] == [one is Reason.SLOWED_DOWN for one in unknown]


def test_one_source_that_tries_many_names_is_slowed_down(scene) -> None:
    ann = scene.founder()
    told = [guess(scene, ann, login=f"name{n}").refused for n in range(BY_SOURCE.free + 3)]
    assert told[-1] is Reason.SLOWED_DOWN
    assert scene.sign_in(ann), "and nobody elsewhere is"


def test_one_house_with_a_world_of_addresses_is_one_source(scene) -> None:
    ann = scene.founder()
    told = [
        guess(scene, ann, f"2001:db8::{n:x}", login=f"name{n}").refused for n in range(BY_SOURCE.free + 3)
    ]
    assert told[-1] is Reason.SLOWED_DOWN


def test_a_station_of_many_people_is_not_slowed_down_by_their_slips(scene) -> None:
    people = [scene.founder("ann"), scene.founder("bob")]
    for n in range(BY_SOURCE.free * 2):
        assert guess(scene, people[n % 2], HOME).refused is Reason.WRONG_PASSWORD
        assert scene.sign_in(people[n % 2])


def test_guesses_that_come_at_once_are_not_all_judged(scene) -> None:
    ann = scene.founder()
    told = at_once(lambda n: guess(scene, ann, f"198.51.100.{n}").refused, 24)
    assert sum(one is Reason.WRONG_PASSWORD for one in told) == BY_ACCOUNT.free + 1


def test_nobody_is_locked_out_for_ever(scene) -> None:
    """Strangers guess without end: a known browser and a passkey get in at once, all others in the end."""
    ann = scene.founder()
    key = Authenticator()
    add(scene, ann, key)
    device = scene.sign_in(ann).device
    for n in range(100):
        guess(scene, ann, f"198.51.100.{n % 250}")
        scene.later(seconds=80)
    guess(scene, ann)
    scene.later(seconds=30)
    assert refused(sign_in, scene.desk, scene.said(ann), now=scene.now).refused is Reason.SLOWED_DOWN
    assert sign_in(scene.desk, scene.said(ann, device=device), now=scene.now)
    options = passkey_acts.begin_sign_in(scene.desk, SITE, now=scene.now)
    assert passkey_acts.sign_in_by_passkey(scene.desk, SITE, key.get(options), source=HOME, now=scene.now)
    scene.later(seconds=BY_ACCOUNT.most_s)
    assert scene.sign_in(ann)


def test_a_device_text_of_another_person_or_made_up_counts_as_none(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    others = scene.sign_in(bob).device
    for device in (others, "x.y", ".", "é.é"):
        for _ in range(3):
            guess(scene, ann, device=device)
    assert guess(scene, ann, device=others).refused is Reason.SLOWED_DOWN


def test_a_stolen_device_text_is_slowed_down_like_a_stranger(scene) -> None:
    ann = scene.founder()
    device = scene.sign_in(ann).device
    told = [guess(scene, ann, device=device).refused for _ in range(BY_ACCOUNT.free + 2)]
    assert told[-1] is Reason.SLOWED_DOWN


def test_an_unknown_name_takes_as_long_as_a_known_one(scene) -> None:
    """At the real cost: the middle of twelve tries each, in turn, differs by less than a third."""
    scene.passwords = Passwords(HashCost(), os.urandom)
    ann = scene.founder()
    spent: dict[str, list[float]] = {"ann": [], "nobody": []}
    for n in range(12):
        for login, times in spent.items():
            begun = time.process_time()
            guess(scene, ann, f"198.51.100.{n}", login=login)
            times.append(time.process_time() - begun)
            scene.later(days=2)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert abs(known - unknown) < max(known, unknown) / 3


def test_a_code_is_not_taken_twice_also_not_by_two_at_once(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=30)
    said = scene.said(ann)

    def enter(_: int) -> object:
        try:
            return sign_in(scene.desk, said, now=scene.now).value
        except PeopleRefusedError as fault:
            return fault.event.refused

    told = at_once(enter, 4)
    assert sum(not isinstance(one, Reason) for one in told) == 1
    assert {one for one in told if isinstance(one, Reason)} == {Reason.REPLAYED_CODE}


def test_a_code_seen_over_a_shoulder_is_of_no_use_after_its_person_used_a_later_one(scene) -> None:
    ann = scene.founder()
    scene.later(seconds=60)
    seen = ann.code(scene.now - timedelta(seconds=30))
    sign_in(scene.desk, scene.said(ann), now=scene.now)
    told = refused(sign_in, scene.desk, scene.said(ann, code=seen), now=scene.now)
    assert told.refused is Reason.REPLAYED_CODE


def test_a_recovery_code_and_a_link_used_by_many_at_once_are_used_once(scene) -> None:
    ann = scene.founder()

    def enter(_: int) -> bool:
        try:
            return bool(sign_in(scene.desk, scene.said(ann, code=ann.recovery[0]), now=scene.now))
        except PeopleRefusedError:
            return False

    assert sum(at_once(enter, 4)) == 1
    token = founding.first_link(scene.desk, newcomer("bob"), now=scene.now).value.token
    shown = founding.look(scene.desk, token, source=HOME, now=scene.now)
    answer = founding.Answer(PASSWORD, pyotp.TOTP(shown.app_text).at(scene.now))

    def accept(_: int) -> bool:
        try:
            return bool(founding.accept(scene.desk, token, answer, source=HOME, now=scene.now))
        except PeopleRefusedError:
            return False

    assert sum(at_once(accept, 6)) == 1


def test_an_answer_of_a_passkey_is_not_taken_twice_nor_late_nor_for_another_use(scene) -> None:
    ann, key = scene.founder(), Authenticator(step=0)
    add(scene, ann, key)
    desk = scene.desk
    options = passkey_acts.begin_sign_in(desk, SITE, now=scene.now)
    answer = key.get(options)
    assert passkey_acts.sign_in_by_passkey(desk, SITE, answer, source=HOME, now=scene.now)
    token = scene.sign_in(ann).token
    late = key.get(passkey_acts.begin_sign_in(desk, SITE, now=scene.now))
    other = key.get(passkey_acts.begin_step_up(desk, SITE, token, source=HOME, now=scene.now))
    for replayed in (answer, other):
        told = refused(passkey_acts.sign_in_by_passkey, desk, SITE, replayed, source=EVIL, now=scene.now)
        assert told.refused is Reason.PASSKEY
    scene.later(minutes=5)
    assert refused(passkey_acts.sign_in_by_passkey, desk, SITE, late, source=HOME, now=scene.now)


def test_a_challenge_of_one_person_steps_up_nobody_else(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    key, others = Authenticator(), Authenticator()
    add(scene, ann, key)
    add(scene, bob, others)
    anns, bobs = scene.sign_in(ann).token, scene.sign_in(bob).token
    asked = passkey_acts.begin_step_up(scene.desk, SITE, anns, source=HOME, now=scene.now)
    for token, answer in ((bobs, others.get(asked)), (anns, others.get(asked))):
        told = refused(
            passkey_acts.step_up_by_passkey, scene.desk, SITE, token, answer, source=HOME, now=scene.now
        )
        assert told.refused is Reason.PASSKEY


def test_a_copied_passkey_shows_by_its_count(scene) -> None:
    ann, key = scene.founder(), Authenticator()
    add(scene, ann, key)

    def enter(of: Authenticator):
        options = passkey_acts.begin_sign_in(scene.desk, SITE, now=scene.now)
        return passkey_acts.sign_in_by_passkey(scene.desk, SITE, of.get(options), source=HOME, now=scene.now)

    copy = replace(key)
    enter(key)
    enter(key)
    assert refused(enter, copy).refused is Reason.PASSKEY_COPIED
    forged = replace(copy, key=Authenticator().key, count=99)
    assert refused(enter, forged).refused is Reason.PASSKEY


def test_an_answer_of_one_provider_is_not_taken_as_anothers(scene) -> None:
    """The mix-up: a code of an honest provider is brought to the address of one that somebody evil runs."""
    honest, evil = Provider(), Provider()
    for one in (honest, evil):
        one.now = lambda: int(scene.now.timestamp())
        one.claims = {"sub": "x", "groups": ["ANPR-OWN"], "amr": ["mfa"]}
    line = HttpLine()
    with serving(honest), serving(evil):
        good = line.discover(registration(honest))
        bad = line.discover(registration(evil, name="evil", redirect="https://anpr.example/sign-in/evil"))
        sent = oidc.begin(scene.desk, bad, source=HOME, now=scene.now).value
        for issuer in (honest.issuer, None):
            back = oidc.Back("", "code", sent.browser, issuer)
            for provider in (good, bad):
                state = sent.address.partition("&state=")[2].partition("&")[0]
                told = refused(
                    oidc.finish,
                    scene.desk,
                    provider,
                    line,
                    replace(back, state=state),
                    source=EVIL,
                    now=scene.now,
                )
                assert told.refused is Reason.PROVIDER
    line.close()
    assert scene.store.every() == ()
    assert (honest.codes, evil.codes) == ({}, {}), "no code was ever handed over"


def test_nobody_gives_themselves_a_role_by_any_way(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    for role in Role:
        rank = register.Rank.CHIEF_CONSTABLE if role is Role.AUTHORISING_OFFICER else None
        asked = scene.asked(ann, role, rank=rank)
        grave = role in {Role.ADMINISTRATOR, Role.AUTHORISING_OFFICER}
        deed = grave_acts.propose_role if grave else register.give_role
        assert refused(deed, scene.desk, scene.acting(ann), asked, now=scene.now).refused is Reason.DUTY
    asked = replace(scene.asked(bob, Role.AUTHORISING_OFFICER), rank=register.Rank.INSPECTOR)
    told = refused(grave_acts.propose_role, scene.desk, scene.acting(ann), asked, now=scene.now)
    assert told.refused is Reason.DUTY, "an administrator holds nothing else, whoever gives it"


def test_an_administrator_makes_up_nobody_to_search_as(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    puppet = scene.person(ann, "puppet")
    for role in SEARCHING:
        asked = scene.asked(puppet, role)
        told = refused(register.give_role, scene.desk, scene.acting(ann), asked, now=scene.now)
        assert told.refused is Reason.DUTY
    assert register.give_role(scene.desk, scene.acting(bob), asked, now=scene.now)


def test_nobody_approves_their_own_proposal_nor_one_about_themselves(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    act = Grave.RENEW_CREDENTIALS
    of_dan = grave_acts.propose(scene.desk, scene.acting(ann), act, dan.id, "x", now=scene.now).value
    of_bob = grave_acts.propose(scene.desk, scene.acting(ann), act, bob.id, "x", now=scene.now).value
    for by, proposal in ((ann, of_dan), (bob, of_bob), (dan, of_dan)):
        told = refused(grave_acts.approve, scene.desk, scene.acting(by), proposal.proposal_id, now=scene.now)
        assert told.refused is Reason.DUTY
    assert len(scene.store.undecided(scene.now)) == 2


def test_a_proposal_of_somebody_who_is_no_administrator_any_more_is_worth_nothing(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    act = Grave.RENEW_CREDENTIALS
    proposal = grave_acts.propose(scene.desk, scene.acting(ann), act, dan.id, "x", now=scene.now).value
    register.disable(scene.desk, scene.acting(bob), ann.id, "suspended", now=scene.now)
    told = refused(grave_acts.approve, scene.desk, scene.acting(bob), proposal.proposal_id, now=scene.now)
    assert told.refused is Reason.DUTY


def test_the_database_itself_refuses_a_role_that_somebody_gave_to_themselves(scene) -> None:
    ann = scene.founder()
    (grant,) = scene.store.grants_of(ann.id)
    own = replace(grant, grant_id="own", given_by=ann.id)
    with pytest.raises(sa.exc.IntegrityError):
        scene.store.give(own, lambda _: None)


def test_two_roles_that_must_be_apart_given_at_once_are_not_both_given(scene) -> None:
    ann, bob = scene.founder("ann"), scene.founder("bob")
    dan = scene.person(ann, "dan")
    actors = [scene.acting(ann), scene.acting(bob)]
    roles = [Role.AUDITOR, Role.INVESTIGATOR]

    def give(n: int) -> bool:
        try:
            asked = scene.asked(dan, roles[n % 2])
            return bool(register.give_role(scene.desk, actors[n % 2], asked, now=scene.now))
        except PeopleRefusedError:
            return False

    at_once(give, 6)
    assert len({one.role for one in scene.store.grants_of(dan.id)}) == 1


def test_expired_training_takes_the_role_away_in_the_midst_of_a_session(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    scene.give(ann, dan, Role.INVESTIGATOR)
    scene.train(ann, dan, days=0)
    scene.now = scene.now.replace(hour=23, minute=50)
    token = scene.sign_in(dan).token
    assert use(scene, token).standing.roles == {Role.INVESTIGATOR}
    scene.later(minutes=12)
    assert use(scene, token).standing.roles == frozenset()


def test_a_role_in_the_past_cannot_be_given_to_cover_what_was_done(scene) -> None:
    ann = scene.founder()
    dan = scene.person(ann, "dan")
    asked = replace(scene.asked(dan, Role.LIST_OWNER), starts_at=scene.now - timedelta(days=1))
    with pytest.raises(ValueError, match="now or later"):
        register.give_role(scene.desk, scene.acting(ann), asked, now=scene.now)
