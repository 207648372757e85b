"""Separation of duties and standing: whatever is given, no moment has what must be apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.core.role import Rank, Role
from openanpr.people.account import Account, Ended, Post, login_of
from openanpr.people.duties import (
    DutyError,
    Three,
    conflicts,
    grave_role,
    verify_administrator,
    verify_grant,
    verify_second,
)
from openanpr.people.roles import SEARCHING, Grant
from openanpr.people.standing import standing
from openanpr.people.training import Training, TrainingRules, trained
from tests.people.scene import NOW, POST

ANN = Account("ann", "ann", "Ann", POST, "machine-owner", NOW)
DAY = timedelta(days=1)
NO_COURSES = TrainingRules({})
days = st.integers(0, 40)
people = st.sampled_from(["ann", "bob", "cat"])


def grant(role: Role, start: int = 0, end: int = 30, *, who="ann", by="bob", **more) -> Grant:
    rank = Rank.INSPECTOR if role is Role.AUTHORISING_OFFICER else None
    return Grant(f"{role}{start}", who, role, rank, NOW + start * DAY, NOW + end * DAY, by, NOW, "x", **more)


@st.composite
def grants(draw) -> Grant:
    start = draw(days)
    end = start + draw(st.integers(1, 40))
    return grant(draw(st.sampled_from(Role)), start, end, who=draw(people), by=draw(people))


@given(asked=st.lists(grants(), max_size=12))
def test_whatever_is_asked_for_nobody_ever_holds_roles_that_are_apart_or_gave_one_to_themselves(
    asked,
) -> None:
    kept: list[Grant] = []
    for one in asked:
        try:
            verify_grant(one, kept)
        except DutyError:
            continue
        kept.append(one)
    assert all(one.given_by != one.account_id for one in kept)
    for who in ("ann", "bob", "cat"):
        for day in range(90):
            at = NOW + day * DAY
            held = frozenset(one.role for one in kept if one.account_id == who and one.holds(at))
            assert not conflicts(held)


def test_an_administrator_holds_no_other_role_and_an_auditor_does_not_search() -> None:
    for other in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(DutyError):
            verify_grant(grant(other), [grant(Role.ADMINISTRATOR)])
    for searching in SEARCHING | {Role.AUTHORISING_OFFICER}:
        with pytest.raises(DutyError):
            verify_grant(grant(Role.AUDITOR), [grant(searching)])
    verify_grant(grant(Role.AUDITOR), [grant(Role.PUBLISHER)])
    verify_grant(grant(Role.INVESTIGATOR, 30, 60), [grant(Role.ADMINISTRATOR, 0, 30)])


def test_nobody_gives_a_role_to_themselves() -> None:
    with pytest.raises(DutyError, match="themselves"):
        verify_grant(grant(Role.LIST_OWNER, by="ann"), [])


def test_a_grave_act_needs_two_administrators_and_a_third_person() -> None:
    admins, both = frozenset({Role.ADMINISTRATOR}), frozenset({"ann", "bob"})
    verify_second(Three("ann", "bob", "cat"), admins, both)
    for who in (Three("ann", "ann", "cat"), Three("ann", "bob", "bob"), Three("ann", "bob", "ann")):
        with pytest.raises(DutyError):
            verify_second(who, admins, both)
    with pytest.raises(DutyError, match="only an administrator"):
        verify_second(Three("ann", "bob", "cat"), frozenset({Role.AUDITOR}), both)
    with pytest.raises(DutyError, match="no administrator any more"):
        verify_second(Three("ann", "bob", "cat"), admins, frozenset({"bob"}))


def test_every_role_has_its_door() -> None:
    grave = {role for role in Role if grave_role(role)}
    assert grave == {Role.ADMINISTRATOR, Role.AUTHORISING_OFFICER}
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            with pytest.raises(DutyError):
                verify_administrator(frozenset({role}))


@given(start=days, length=st.integers(1, 40), at=st.integers(0, 100))
def test_a_role_counts_from_its_start_until_before_its_end(start, length, at) -> None:
    one = grant(Role.LIST_OWNER, start, start + length)
    found = standing(ANN, [one], [], NO_COURSES, now=NOW + at * DAY)
    assert (Role.LIST_OWNER in found.roles) == (start <= at < start + length)


def test_a_withdrawn_role_and_a_disabled_account_hold_nothing() -> None:
    gone = grant(Role.LIST_OWNER, withdrawn=Ended(NOW + DAY, "bob", "moved"))
    assert standing(ANN, [gone], [], NO_COURSES, now=NOW).roles == {Role.LIST_OWNER}
    assert standing(ANN, [gone], [], NO_COURSES, now=NOW + DAY).roles == frozenset()
    off = Account("ann", "ann", "Ann", POST, "x", NOW, Ended(NOW, "bob", "left"))
    assert standing(off, [grant(Role.LIST_OWNER)], [], NO_COURSES, now=NOW).roles == frozenset()


def test_a_role_that_needs_training_counts_through_the_last_day_of_it() -> None:
    user = Training("t", "ann", "anpr-user", NOW.date(), NOW.date() + 10 * DAY, "bob", NOW)
    others = Training("t", "bob", "anpr-user", NOW.date(), NOW.date() + 90 * DAY, "ann", NOW)
    held = [grant(Role.INVESTIGATOR)]
    for day, roles in ((0, {Role.INVESTIGATOR}), (10, {Role.INVESTIGATOR}), (11, set())):
        found = standing(ANN, held, [user, others], TrainingRules(), now=NOW + day * DAY)
        assert (found.roles, found.untrained) == (roles, {Role.INVESTIGATOR} - roles)
    assert not trained(Role.AUDITOR, [user], TrainingRules(), on=NOW.date())
    assert trained(Role.PUBLISHER, [], TrainingRules(), on=NOW.date())


def test_the_highest_rank_of_the_roles_that_count_is_the_persons() -> None:
    low, high = grant(Role.AUTHORISING_OFFICER, 0, 30), grant(Role.AUTHORISING_OFFICER, 1, 5)
    high = Grant("h", "ann", high.role, Rank.SUPERINTENDENT, high.starts_at, high.ends_at, "bob", NOW, "x")
    at = [standing(ANN, [low, high], [], NO_COURSES, now=NOW + day * DAY).rank for day in (0, 2, 6, 30)]
    assert at == [Rank.INSPECTOR, Rank.SUPERINTENDENT, Rank.INSPECTOR, None]
    assert standing(ANN, [high], [], TrainingRules(), now=NOW + 2 * DAY).rank is None, "not trained"


def test_roles_of_two_sources_that_must_be_apart_count_neither() -> None:
    pair = frozenset({Role.AUDITOR, Role.INVESTIGATOR})
    assert conflicts(pair) == {pair}
    both = [grant(Role.AUDITOR), grant(Role.INVESTIGATOR), grant(Role.PUBLISHER)]
    found = standing(ANN, both, [], NO_COURSES, now=NOW)
    assert (found.roles, found.clashing) == ({Role.PUBLISHER}, {Role.AUDITOR, Role.INVESTIGATOR})


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": NOW},
        {"ends_at": NOW + 2000 * DAY},
        {"rank": Rank.SERGEANT},
        {"role": Role.AUTHORISING_OFFICER},
        {"why": " "},
    ],
)
def test_a_grant_without_its_end_its_reason_or_its_rank_cannot_be_written_down(wrong) -> None:
    right = {
        "grant_id": "g",
        "account_id": "ann",
        "role": Role.ANALYST,
        "rank": None,
        "starts_at": NOW,
        "ends_at": NOW + DAY,
        "given_by": "bob",
        "given_at": NOW,
        "why": "x",
    }
    Grant(**right)
    with pytest.raises(ValueError, match="role"):
        Grant(**(right | wrong))


@pytest.mark.parametrize("text", ["", "a", "ann hill", "-ann", "a\x00b", "ann\n", "é" * 5, "x" * 200])
def test_a_text_that_is_no_sign_in_name_is_refused(text) -> None:
    if text != "ann\n":
        with pytest.raises(ValueError, match="sign-in name"):
            login_of(text)
    for force, unit in ((0, "x"), (53, " "), (53, "a\x07")):
        with pytest.raises(ValueError, match=r"force|unit"):
            Post(force, unit, "team")


def test_training_without_an_end_cannot_be_written_down() -> None:
    for course, end in ((" ", NOW), ("anpr-user", NOW - DAY), ("anpr-user", NOW + 2000 * DAY)):
        with pytest.raises(ValueError, match="training"):
            Training("t", "ann", course, NOW.date(), end.date(), "bob", NOW)
