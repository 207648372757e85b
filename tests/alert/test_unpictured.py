"""What a picture shows is said only where one is: the desk refuses it otherwise, whoever asks."""

from __future__ import annotations

import pytest

from openanpr.alert.alert import Check, State
from openanpr.alert.bell import Bell
from openanpr.alert.closure import Closure, NoResponse, Outcome
from openanpr.alert.desk import AlertDesk
from openanpr.alert.take_in import take_in
from openanpr.alert.work import (
    CheckPicture,
    Close,
    NoPictureError,
    NoSuchAlertError,
    NotPossibleError,
    See,
    Task,
)
from tests.alert.memory_store import MemoryStore
from tests.alert.scenes import AT, BOOK, ID_OF, NOBODY_MUCH, OPERATOR, Pictured, make_hit

OF_A_PICTURE = [check for check in Check if check is not Check.CANNOT_CHECK]


class Unpictured:
    """A desk with one alert that somebody has seen, and of which no picture is here yet."""

    def __init__(self) -> None:
        self.store, self.pictures = MemoryStore(), Pictured(here=False)
        (change,) = take_in([make_hit()], self.store, BOOK, now=AT, id_of=ID_OF)
        self.id = change.alert.id
        self.desk = AlertDesk(self.store, lambda: BOOK, lambda: AT, Bell(), self.pictures)
        self.step(See())

    def step(self, move, by=OPERATOR):
        return self.desk.step(self.id, move, by, shown=1)


@pytest.fixture
def unpictured() -> Unpictured:
    return Unpictured()


@pytest.mark.parametrize("check", OF_A_PICTURE)
def test_nobody_says_what_a_picture_shows_that_is_not_here(unpictured, check) -> None:
    before = unpictured.store.find(unpictured.id)
    with pytest.raises(NoPictureError, match="wait until one comes, or say that it cannot be checked"):
        unpictured.step(CheckPicture(check))
    assert unpictured.store.find(unpictured.id) == before
    assert "check" not in unpictured.desk.possible(before)
    assert "check as cannot_check" in unpictured.desk.possible(before)
    unpictured.pictures.here = True
    assert "check" in unpictured.desk.possible(before)
    unpictured.pictures.here = False
    with pytest.raises(NoPictureError):  # what was possible a moment ago is looked at anew when it is done
        unpictured.step(CheckPicture(check))
    unpictured.pictures.here = True
    assert unpictured.step(CheckPicture(check)).state is State.PICTURE_CHECKED


def test_it_is_told_that_it_cannot_be_checked_and_closed_so_without_a_unit(unpictured) -> None:
    alert = unpictured.step(CheckPicture(Check.CANNOT_CHECK))
    assert (alert.state, alert.check) == (State.SEEN, Check.CANNOT_CHECK)
    with pytest.raises(NotPossibleError):
        unpictured.step(Task("KZ41"))
    unpictured.step(Close(Closure(Outcome.NOT_RESPONDED, NoResponse.NO_PICTURE)))
    assert not unpictured.store.find(unpictured.id).is_open


def test_whoever_may_not_see_the_alert_is_not_told_that_it_has_no_picture(unpictured) -> None:
    with pytest.raises(NoSuchAlertError):
        unpictured.step(CheckPicture(Check.MATCH), by=NOBODY_MUCH)


def test_a_picture_that_went_takes_no_unit_from_an_alert_that_was_checked_with_it(unpictured) -> None:
    unpictured.pictures.here = True
    unpictured.step(CheckPicture(Check.MATCH))
    unpictured.pictures.here = False
    assert unpictured.step(Task("KZ41")).state is State.TASKED
