"""Answers to people on both databases: files, packs, the register, who has a list, what a revision did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from openanpr.core.voi_list import ChangeKind, Holder, Receipt
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.rights.answer_ports import ChangedMeanwhileError
from openanpr.rights.challenge import ChallengeStep, Step
from openanpr.rights.disclosure import Counted, Disclosed, Kind
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.answer_store import AnswerStore
from openanpr.store.control.engine import DatabaseError, reading, writing
from openanpr.store.control.rights_files import rights_file_step, rights_pack, step_digest
from openanpr.voi.covert_part import covert_part
from tests.alert.scenes import AT, covert_hit, make_hit, raised
from tests.ingest.contracts import at_once
from tests.store_control.stand import NOW, covert, entry, filled, put

DAY = timedelta(days=1)
OPENED = ChallengeStep(step=Step.OPENED, at=NOW, by="ida", case_ref="7KM3-F9PX", mark="AB12CDE")
LINE = Disclosed(
    disclosed_id="log-1", log="log", entry=1, at=NOW, kind=Kind.EVIDENCE, purpose="serious", basis="law",
    counted=Counted(3), recipient="CPS", last_entry=1, last_at=NOW,
)  # fmt: skip
STANDING = replace(LINE, disclosed_id="day", kind=Kind.FORWARDED)


@pytest.fixture
def answers(engine) -> AnswerStore:
    return AnswerStore(engine, engine)


def test_steps_are_kept_in_order_and_read_back_as_they_were(answers) -> None:
    looked = ChallengeStep(step=Step.LOOKED, at=NOW + DAY, by="ida")
    answers.challenges.append("c1", 0, OPENED)
    answers.challenges.append("c1", 1, looked)
    (found,) = answers.challenges.every()
    assert (found.challenge_id, found.steps) == ("c1", (OPENED, looked))
    assert answers.access.every() == ()
    assert answers.access.find("c1") is None, "a file of another kind is not there"
    assert step_digest(OPENED) != step_digest(looked)


def test_of_steps_at_once_one_is_kept(answers) -> None:
    answers.challenges.append("c1", 0, OPENED)
    step = ChallengeStep(step=Step.LOOKED, at=NOW, by="ida")

    def takes(_: int) -> str:
        try:
            answers.challenges.append("c1", 1, step)
        except ChangedMeanwhileError:
            return "look again"
        return "kept"

    assert sorted(at_once(takes, 4)) == ["kept", "look again", "look again", "look again"]
    assert len(answers.challenges.find("c1").steps) == 2


def test_a_step_of_a_later_form_is_refused(answers, engine) -> None:
    answers.challenges.append("c1", 0, OPENED)
    with writing(engine) as connection:
        connection.execute(sa.update(rights_file_step).values(form=2))
    with pytest.raises(DatabaseError, match="later version"):
        answers.challenges.find("c1")


def test_what_is_forgotten_leaves_nothing_of_its_case_and_all_of_others(answers, engine) -> None:
    answers.challenges.append("c1", 0, OPENED)
    answers.challenges.append("c2", 0, replace(OPENED, case_ref="other"))
    answers.packs.keep("c1", "a" * 64, NOW, b"a pack")
    answers.packs.keep("c1", "a" * 64, NOW, b"another of the same name")
    assert answers.packs.find("c1", "a" * 64) == b"a pack"
    assert answers.forget("7KM3-F9PX") == 1
    assert answers.packs.find("c1", "a" * 64) is None
    assert [one.challenge_id for one in answers.challenges.every()] == ["c2"]
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(rights_pack)).scalar_one() == 0


def test_lines_of_a_day_are_counted_on_and_never_twice(answers) -> None:
    again = replace(STANDING, entry=5, last_entry=5, at=NOW + timedelta(hours=1), last_at=NOW)
    register = answers.register
    register.take("log", 6, [LINE, STANDING, again], [])
    register.take("log", 6, [LINE, STANDING, again], [])
    (day,) = [one for one in register.between(NOW, NOW + DAY, most=9) if one.kind is Kind.FORWARDED]
    assert (day.times, day.counted.reads, day.entry, day.last_entry) == (2, 6, 1, 5)
    assert (register.upto("log"), register.upto("another")) == (6, 0)
    assert register.find("log-1") == LINE
    register.take("log", 7, [], [1])
    assert register.find("log-1").undone == 1
    assert register.forget(NOW + 2 * DAY) == 2


def test_who_was_given_a_list_and_what_each_confirms(store) -> None:
    filled(store, put(entry("AA11AAA")), ChangeKind.FULL)
    assert store.held("stolen") == ()
    store.served(Receipt("car 2", "stolen", 1, NOW))
    store.served(Receipt("car 1", "stolen", 1, NOW))
    store.served(Receipt("car 1", "stolen", 2, NOW))
    store.note(Receipt("car 3", "stolen", 1, NOW))
    store.note(Receipt("car 1", "stolen", 2, NOW + DAY))
    assert store.held("stolen") == (
        Holder("car 1", 2, 2, NOW + DAY),
        Holder("car 2", 1, None, None),
        Holder("car 3", None, 1, NOW),
    )
    with pytest.raises(LookupError):
        store.held("nothing")


def test_what_a_revision_did_to_a_mark_by_its_shape_and_nothing_covert(store, answers) -> None:
    filled(store, put(entry("AB10CDE"), entry("CC33CCC")), ChangeKind.FULL)
    part = covert_part("stolen", ("sue",), by="sue", store=store)
    filled(store, put(covert(entry("AB10CDE"), "sue")), ChangeKind.FULL, of=part)
    assert dict(answers.marks.shaped("ABIOCDE")) == {"stolen": 1}
    filled(store, put(entry("AB10CDE", "SEAT"), entry("CC33CCC")), ChangeKind.FULL)
    (row,) = answers.marks.changed("stolen", 2, {"ABIOCDE"})
    assert (row.before.make, row.after.make) == ("", "SEAT")
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("AB10CDE"))], ChangeKind.HAND)
    (row,) = answers.marks.changed("stolen", 3, {"AB10CDE"})
    assert (row.before.make, row.after) == ("SEAT", None)
    assert answers.marks.changed("stolen", 3, {"CC33CCC"}) == ()
    assert answers.marks.changed(part, 1, {"AB10CDE"}) == (), "of a covert list nothing is told"
    assert dict(answers.marks.shaped("AB10CDE")) == {}


def test_open_alerts_of_a_vehicle_and_no_covert_one(answers, engine) -> None:
    alerts = AlertRecords(engine)
    alerts.save(raised(make_hit(1), make_hit(2, after=timedelta(minutes=1))))
    alerts.save(raised(covert_hit(3)))
    alerts.save(raised(make_hit(4, vrm_listed="AB12CDF", vrm_read="ABI2CDE", entry_id=11)))
    found = answers.alerts.raised("AB12CDE", since=AT - DAY, until=AT + DAY)
    assert sorted((one.exact, one.listed_as) for one in found) == [(1, ("AB12CDF",)), (2, ("AB12CDE",))]
