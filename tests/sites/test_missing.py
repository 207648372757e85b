"""What a case must have, by its form, and that no sentence about it holds any of its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.place import Place
from openanpr.core.registered_camera import Retirement
from openanpr.sites.case import Case, Consulted, DpiaReview, Form, SiteCamera
from openanpr.sites.duplication import Duplication, Near
from openanpr.sites.ground import CaseError, Claim, Evidence, Ground
from openanpr.sites.missing import Part, missing
from tests.sites.scene import CAMERA, CAR, CASE, DAY, HERE, NOW, NUMBERS, OTHER, registered

REGISTER = {CAMERA: registered(CAMERA, HERE), CAR: registered(CAR, None)}
TODAY = NOW.date()
NOTHING_NEAR = Duplication(NOW, 1000, 10, 28, ())
NEAR = Duplication(NOW, 1000, 10, 28, (Near(CAMERA, OTHER, 250, None),))
CARS = replace(
    CASE,
    form=Form.VEHICLE_MOUNTED,
    cameras=(SiteCamera(CAR),),
    vehicles="patrol cars 3 and 4",
    driven_for="tasked by an inspector",
)
MOVEABLE = replace(CASE, form=Form.MOVEABLE, stays_days=28)


def lacks(case: Case, checked: Duplication | None = NOTHING_NEAR, register=REGISTER, on=TODAY):
    found = missing(case, checked, register, NUMBERS, on=on)
    assert set(found) == set(Part)
    return tuple(one for some in found.values() for one in some)


@pytest.mark.parametrize("case", [CASE, MOVEABLE, CARS], ids=lambda case: case.form.value)
def test_a_whole_case_lacks_nothing(case) -> None:
    assert lacks(case) == ()


def test_a_draft_with_nothing_in_it_lacks_each_part() -> None:
    found = lacks(Case(title="x", form=Form.FIXED), None)
    for part in (
        "need",
        "assessment",
        "if nothing is done",
        "live or work",
        "beyond those",
        "area",
        "grounds",
    ):
        assert any(part in sentence for sentence in found), part
    for part in (
        "name the cameras",
        "intrudes less",
        "intrudes more",
        "in numbers",
        "checked",
        "impact",
        "consulted",
    ):
        assert any(part in sentence for sentence in found), part


@pytest.mark.parametrize("ground", Ground)
def test_a_ground_that_is_claimed_needs_evidence(ground) -> None:
    shown = Evidence("what was counted", "CR/1", NOW.date(), "somebody")
    assert lacks(replace(CASE, claims=(Claim(ground, (shown,)),))) == ()
    (sentence,) = lacks(replace(CASE, claims=(Claim(ground),)))
    assert sentence.startswith("add evidence for the ground of ")


def test_each_form_asks_for_its_own() -> None:
    bare = (SiteCamera(CAMERA),)
    assert len(lacks(replace(CASE, cameras=bare))) == 2  # where it stands, and at what it looks
    assert len(lacks(replace(MOVEABLE, cameras=bare, stays_days=None))) == 2
    assert len(lacks(replace(CARS, vehicles="", driven_for=" "))) == 2
    assert lacks(CARS, None) == (), "a car drives by all cameras: there is nothing to check"
    assert lacks(CASE, None) == ("have the places checked against cameras that are there already",)


def test_the_register_is_held_against_the_form() -> None:
    assert lacks(replace(CARS, cameras=(SiteCamera(CAMERA),))) == (
        "camera 53/1/7 is in the register as fixed",
    )
    gone = replace(REGISTER[CAMERA], retired=Retirement(NOW, "bob", "sold"))
    assert lacks(CASE, register={CAMERA: gone}) == ("camera 53/1/7 was retired",)
    assert lacks(CASE, register={}) == (), "a camera may come into the register once it is authorised"


def test_cameras_near_by_want_an_answer() -> None:
    assert lacks(CASE, NEAR) == ()
    assert lacks(replace(CASE, duplication=""), NEAR) == (
        "say why the cameras near by are not enough (duplication)",
    )
    assert lacks(replace(CASE, duplication="")) == ()


def test_an_impact_assessment_is_looked_at_every_year() -> None:
    late = CASE.dpia.on + timedelta(days=NUMBERS.dpia_review_days + 1)
    assert lacks(CASE, on=late - DAY) == ()
    assert lacks(CASE, on=late) == ("have the impact assessment reviewed: it is too old",)
    again = replace(CASE.dpia, reviews=(DpiaReview(late - DAY, "officer", "no change"),))
    assert lacks(replace(CASE, dpia=again), on=late) == ()
    ahead = replace(CASE.dpia, on=NOW.date() + DAY)
    assert lacks(replace(CASE, dpia=ahead)) == ("the impact assessment has a day that is still to come",)


def test_whoever_was_asked_is_answered() -> None:
    silent = Consulted("the parish", NOW.date() + DAY, "no")
    first, second = lacks(replace(CASE, consulted=(*CASE.consulted, silent)))
    assert first == "say what number 2 of those who were consulted was answered"
    assert second == "number 2 of those who were consulted has a day that is still to come"


def test_a_confidential_site_says_why_and_for_whom() -> None:
    secret = replace(CASE, confidential=True)
    assert len(lacks(secret)) == 2
    assert lacks(replace(secret, confidential_why="a visit", named=("ann",))) == ()
    assert len(lacks(replace(CASE, named=("ann",)))) == 1


def test_no_sentence_holds_a_word_of_the_case_or_a_place() -> None:
    secret = "Xyzzy"
    place = Place(51.123456, -2.654321)
    case = Case(
        title=secret,
        form=Form.FIXED,
        confidential=True,
        cameras=(SiteCamera(CAMERA, place, secret),),
        claims=(Claim(Ground.CONFIDENCE),),
        consulted=(Consulted(secret, NOW.date() + DAY, secret),),
        named=(),
    )
    told = " ".join(lacks(case, NEAR))
    assert secret not in told
    assert "51.1" not in told
    assert secret not in repr(case.cameras)
    assert "51.1" not in repr(case.cameras)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "},
        {"need": "x" * 4001},
        {"cameras": (SiteCamera(CAMERA), SiteCamera(CAMERA))},
        {"claims": (Claim(Ground.PREVENTION), Claim(Ground.PREVENTION))},
        {"stays_days": 0},
        {"stays_days": 5},
        {"vehicles": "a car"},
        {"named": ("",)},
        {"form": Form.VEHICLE_MOUNTED},
    ],
)
def test_what_no_draft_may_say_is_refused(changes) -> None:
    with pytest.raises(CaseError):
        replace(CASE, **changes)
