"""Tests of cameras over the local socket: kept with their cameras, told against the targets, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.camera_test import CameraTest, Withdrawal
from openanpr.policy.ask import Act
from openanpr.store.control.camera_tests import CameraTests
from openanpr.web.local.asking import Asked, Said, answered
from openanpr.web.local.camera_health import camera_of
from openanpr.web.local.told_tests import MOST_TESTS, Targets, told_test
from openanpr.wire.score_file import read_score


@dataclass(frozen=True, slots=True)
class CameraTestRoutes:
    """What tests over the socket need; `fresh_id` gives a new id."""

    tests: CameraTests
    targets: Targets
    clock: Callable[[], datetime]
    fresh_id: Callable[[], str]


class KeepForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A result as `openanpr score --json` wrote it, the text of the whole file."""

    scores: Said
    by: Said
    note: Annotated[str, Meta(max_length=500)] = ""


class WithdrawForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a test counts no more."""

    by: Said
    why: Said


def camera_test_routes(of: CameraTestRoutes) -> list[Route]:
    """Return the routes of tests of cameras."""
    keep, path = Act.MANAGE_DEVICES, "/cameras/{camera}/tests"
    return [
        answered(path, lambda asked: _told(of, asked), guard=keep),
        answered(path, lambda asked: _keep(of, asked), "POST", guard=keep),
        answered(f"{path}/{{test}}/withdraw", lambda asked: _withdraw(of, asked), "POST", guard=keep),
    ]


def _told(of: CameraTestRoutes, asked: Asked) -> object:
    found = of.tests.of(camera_of(asked.path["camera"]), most=MOST_TESTS)
    return [told_test(one, of.targets) for one in found]


def _keep(of: CameraTestRoutes, asked: Asked) -> object:
    camera, form, now = camera_of(asked.path["camera"]), asked.form(KeepForm), of.clock()
    test = CameraTest(
        test_id=of.fresh_id(),
        camera=camera,
        score=read_score(form.scores.encode(), now=now),
        kept_by=form.by,
        kept_at=now,
        note=form.note,
    )
    of.tests.keep(test)
    return told_test(test, of.targets)


def _withdraw(of: CameraTestRoutes, asked: Asked) -> object:
    camera, form = camera_of(asked.path["camera"]), asked.form(WithdrawForm)
    withdrawal = Withdrawal(of.clock(), form.by, form.why)
    return told_test(of.tests.withdraw(camera, asked.path["test"], withdrawal), of.targets)
