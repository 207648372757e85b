"""Tests of cameras in a browser: a result of `openanpr score` is kept, shown as it is, and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from openanpr.core.camera_test import Verdict
from openanpr.policy.ask import Act
from openanpr.store.control.camera_tests import KnownTestError
from openanpr.store.control.cameras import RetiredCameraError
from openanpr.web.pages.account.signing import spoken
from openanpr.web.pages.administration.act_form import (
    WHY,
    ActForm,
    ActPage,
    WhyFields,
    act_routes,
    form_question,
)
from openanpr.web.pages.form import Form, FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent
from openanpr.wire.score_file import MOST_BYTES, ScoreFileError

_SECTION: Final = "/cameras"
_COUNTRY_LETTERS: Final = 2
_WORDS: Final = {"note": "Write at most 500 characters"}
_AROUND_BYTES: Final = 64 * 1024
"""What a form with a file holds beside it."""

VERDICTS: Final = {
    Verdict.REACHED: ("Reached", "green"),
    Verdict.MISSED: ("Missed", "red"),
    Verdict.OPEN: ("Too few plates to say", "yellow"),
}
"""How a share does against its target, in words, with its colour."""
PARTS: Final[Mapping[str, str]] = {
    "light": "Light",
    "style": "Plate",
    "layout": "Layout",
    "character height, px": "Height of characters, pixels",
}
"""By what plates are parted, in words."""


class ShareTold(Struct, frozen=True):
    """A share with its 95 % interval, and how it does against its target."""

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None
    target: float | None
    verdict: Verdict | None


class PartTold(Struct, frozen=True):
    """The rates of one kind of plate or light."""

    by: str
    part: str
    plates: int
    capture: ShareTold
    read_exact: ShareTold

    @property
    def name(self) -> str:
        """What the part is called; of a layout its country stands first, in capitals."""
        country, _, rest = self.part.partition("_")
        if self.by != "layout" or len(country) != _COUNTRY_LETTERS:
            return words(self.part)
        return f"{country.upper()} {rest}".strip()


class FalseTold(Struct, frozen=True):
    """Reads where there is no such plate."""

    pictures: int
    clips: int


class LeftOutTold(Struct, frozen=True):
    """What the measurement could not use."""

    rows: int
    unread: int
    unnamed: int


class WithdrawnTold(Struct, frozen=True):
    """When, by whom and why a test was withdrawn."""

    at: datetime
    by: str
    why: str


class ScoredTold(Struct, frozen=True):
    """A test of a camera."""

    test: str
    scored_at: datetime
    kept_at: datetime
    by: str
    note: str
    digest: str
    model: str | None
    pictures: int
    clips: int
    plates: int
    capture: ShareTold
    read_exact: ShareTold
    read_folded: ShareTold
    end_to_end: ShareTold
    false_reads: FalseTold
    left_out: LeftOutTold
    parts: list[PartTold] = []
    withdrawn: WithdrawnTold | None = None

    @property
    def verdict(self) -> Verdict | None:
        """How it does against its targets: missed where one is, else open where one is; None without any."""
        found = {self.capture.verdict, self.read_exact.verdict}
        return next((one for one in (Verdict.MISSED, Verdict.OPEN, Verdict.REACHED) if one in found), None)


class NoteFields(Struct, frozen=True):
    """What is said of a result."""

    note: Annotated[str, Meta(max_length=500)] = ""


class CameraName(Struct, frozen=True):
    """What a camera is called."""

    camera: str
    name: str


class Kept(Struct, frozen=True):
    """What keeping a test gives."""

    test: str


@dataclass(frozen=True, slots=True)
class CameraTestPages:
    """What the pages need."""

    inside: Inside


def camera_test_pages(pages: CameraTestPages) -> list[PageRoute]:
    """Return the pages of tests of cameras."""
    keep, path = Act.MANAGE_DEVICES, "/cameras/{camera}/test"
    return [
        page(path, keep, lambda visit: _form(pages, visit, {})),
        sent(path, keep, lambda visit: _keep(pages, visit), files_bytes=MOST_BYTES + _AROUND_BYTES),
        *act_routes(pages.inside, _withdraw(pages)),
    ]


def _withdraw(pages: CameraTestPages) -> ActForm:
    """Return the form by which a test is withdrawn."""

    def says(visit: Visit) -> ActPage:
        place = {"camera": visit.place("camera")}
        tests = pages.inside.ask(visit, Question("GET", "/cameras/{camera}/tests", place), list[ScoredTold])
        one = next((one for one in tests if one.test == visit.place("test")), None)
        if one is None or one.withdrawn is not None:
            raise LookupError("there is no such test of this camera, or it was withdrawn already")
        lead = (
            "For good: it counts no more. It stays to be seen, as withdrawn, with who did it and why.",
            "The same result cannot be kept again: score the pictures anew.",
        )
        return ActPage(
            "Withdraw a test",
            lead,
            "Withdraw the test",
            f"{_SECTION}/{visit.place('camera')}#tests",
            section=_SECTION,
            about=f"{one.plates} plates, kept by {one.by}",
            stops=True,
            fields=(WHY,),
        )

    def asks(visit: Visit, form: WhyFields) -> Question:
        place = {"camera": visit.place("camera"), "test": visit.place("test")}
        return form_question("/cameras/{camera}/tests/{test}/withdraw", form, **place)

    def done(visit: Visit, _: bytes) -> Answer:
        return SeeOther(f"{_SECTION}/{visit.place('camera')}#tests")

    path = f"{_SECTION}/{{camera}}/tests/{{test}}/withdraw"
    return ActForm(path, Act.MANAGE_DEVICES, says, WhyFields, asks, done)


def _form(pages: CameraTestPages, visit: Visit, faults: dict[str, str]) -> Shown:
    place = {"camera": visit.place("camera")}
    values = {
        "section": _SECTION,
        "told": pages.inside.ask(visit, Question("GET", "/cameras/{camera}/health", place), CameraName),
        "path": f"/cameras/{visit.place('camera')}",
        "most_mib": MOST_BYTES // 2**20,
        "form": visit.form,
        "faults": faults,
    }
    return Shown("cameras/test.html", values, 422 if faults else 200)


def _keep(pages: CameraTestPages, visit: Visit) -> Answer:
    place = {"camera": visit.place("camera")}
    try:
        form = _filled(visit.form)
        pages.inside.ask(visit, Question("POST", "/cameras/{camera}/tests", place, form=form), Kept)
    except FormFaultsError as fault:
        return _form(pages, visit, fault.faults)
    except (ScoreFileError, KnownTestError, RetiredCameraError) as fault:
        return _form(pages, visit, {"scores": spoken(fault)})
    return SeeOther(f"/cameras/{visit.place('camera')}")


def _filled(form: Form) -> dict[str, str]:
    """Return the result's text and the note; raises FormFaultsError."""
    file, said = form.file("scores"), form.read(NoteFields, _WORDS)
    if file is None:
        raise FormFaultsError({"scores": "Choose the file that openanpr score --json made"})
    try:
        text = file.body.decode("utf-8")
    except UnicodeDecodeError:
        raise FormFaultsError({"scores": "This is no text: choose what openanpr score --json made"}) from None
    return {"scores": text, "note": said.note}
