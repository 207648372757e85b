"""The register of disclosures follows the log, entry by entry, and has what a person says beside."""

from __future__ import annotations

import ast
import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.acts import Disclosure, Erasure
from openanpr.audit.faults import AuditError
from openanpr.audit.port import failure, logged
from openanpr.rights.disclosure import BASES, BY_HAND, INSIDE, KINDS, ByHand, Counted, Kind, register_csv
from openanpr.rights.disclosure_register import BehindError
from tests.conventions.tree import nodes, python_files
from tests.rights.office import Office
from tests.search.scene import DAY, NOW

SAID = ByHand(
    recipient="Wessex Court",
    basis="DPA 2018, s. 35(2)(b)",
    purpose="trial",
    what="two statements",
    reference="T/1",
    decided_by="DI Ray",
    why="ordered",
    counted=Counted(others={"documents": 2}),
)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.close()


def out(what="export-csv", recipient="CPS", n=0, **more) -> Disclosure:
    told = {"person": "ann", "purpose": "serious", "reference": f"CR/{n}", "reason": "for trial", "reads": 3}
    return Disclosure(at=NOW + timedelta(seconds=n), recipient=recipient, what=what, **(told | more))


def lines(office):
    return office.register.between(NOW - 400 * DAY, NOW + 400 * DAY, most=1000)


def words_of_disclosures() -> set[str]:
    """Every word by which the program logs a disclosure, where it is a text; those of exports are by form."""
    found: set[str] = set()
    for path in python_files("src"):
        for node in nodes(path):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Disclosure":
                said = {one.arg: one.value for one in node.keywords}.get("what")
                if isinstance(said, ast.Constant):
                    found.add(str(said.value))
    return found


def test_every_disclosure_that_the_program_makes_is_of_the_register_or_said_not_to_be() -> None:
    said = words_of_disclosures()
    assert len(said) > 5
    assert said <= set(KINDS) | INSIDE
    assert not set(KINDS) & INSIDE
    assert set(BASES) == set(Kind) - {Kind.BY_HAND}


def test_what_left_is_a_line_with_its_entry_and_what_stayed_inside_is_none(office) -> None:
    log = office.scene.log
    numbers = [
        log.append(one).index
        for one in (out(n=1), out("backup", n=2), out("list-page", n=3), out("print", n=4))
    ]
    told = lines(office)
    assert [(one.kind, one.entry, one.reference) for one in told] == [
        (Kind.EVIDENCE, numbers[3], "CR/4"),
        (Kind.EVIDENCE, numbers[0], "CR/1"),
    ]
    assert told[1].recipient == "CPS"
    assert told[1].counted.reads == 3


def test_standing_arrangements_are_a_line_a_day_with_all_entries_counted(office) -> None:
    log = office.scene.log
    for n in range(600):
        log.append(out("forwarded-reads", "https://nation.example", n))
    log.append(out("alert-webhook", "dispatch", 601))
    forwarded, webhook = sorted(lines(office), key=lambda one: one.kind)
    assert (forwarded.times, forwarded.counted.reads, forwarded.entry, forwarded.last_entry) == (
        600,
        1800,
        0,
        599,
    )
    assert webhook.times == 1
    assert lines(office) == lines(office), "to look again counts nothing again"


def test_it_goes_on_where_it_was_after_a_kill_between_any_two_turns(office) -> None:
    for n in range(700):
        office.scene.log.append(out("forwarded-reads", "https://nation.example", n))
    left = office.register.follow(most=300)
    assert left == 400
    again = replace_register(office)
    assert again.follow(most=10_000) == 0
    (line,) = lines(office)
    assert (line.times, line.last_entry) == (700, 699)


def test_a_register_that_is_far_behind_says_so_and_tells_nothing(office, monkeypatch) -> None:
    monkeypatch.setattr(office.register.__class__, "follow", lambda *_: 7)
    with pytest.raises(BehindError, match="7 entries"):
        lines(office)


def replace_register(office):
    before = office.register
    return type(before)(before.log, before.log_name, before.lines, before.clock)


def test_what_was_logged_and_then_not_done_says_so(office) -> None:
    def broken() -> None:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"), logged(office.scene.log, out()):
        broken()
    (line,) = lines(office)
    assert line.undone == 1


def test_a_failure_of_another_entry_undoes_nothing(office) -> None:
    log = office.scene.log
    log.append(out(n=1))
    erasure = Erasure(at=NOW, what="reads", rules=(), rows=1)
    log.append(failure(erasure, log.append(erasure).index, OSError()))
    assert lines(office)[0].undone == 0


def test_a_line_written_by_hand_is_logged_first_and_has_what_was_said(office, monkeypatch) -> None:
    line = office.register.write_down(SAID, by="ida")
    assert lines(office) == (line,)
    logged_ = office.scene.logged()[line.entry]
    assert (logged_["what"], logged_["recipient"], logged_["person"]) == (BY_HAND, "Wessex Court", "ida")
    assert "DI Ray" in logged_["reason"]

    def full(*_: object) -> None:
        raise AuditError

    monkeypatch.setattr(type(office.scene.log), "append", full)
    with pytest.raises(AuditError):
        office.register.write_down(SAID, by="ida")
    monkeypatch.undo()
    assert len(lines(office)) == 1


def test_a_kill_between_the_log_and_the_line_leaves_the_line_that_the_log_tells(office, monkeypatch) -> None:
    def dies(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(office.register.lines.__class__, "write", dies)
    with pytest.raises(OSError, match="power cut"):
        office.register.write_down(SAID, by="ida")
    (line,) = lines(office)
    assert (line.recipient, line.kind, line.basis) == ("Wessex Court", Kind.BY_HAND, "not told")


@pytest.mark.parametrize("name", ["recipient", "basis", "what", "reference", "decided_by", "why"])
def test_a_line_by_hand_leaves_nothing_out(name) -> None:
    with pytest.raises(ValueError, match=name.replace("_", " ")):
        replace(SAID, **{name: "  "})
    with pytest.raises(ValueError, match="plain text"):
        replace(SAID, **{name: "x" * 2001})


def test_a_line_by_hand_says_how_much() -> None:
    for counted in (Counted(), Counted(reads=-1), Counted(others={"documents": 0})):
        with pytest.raises(ValueError, match="how much"):
            replace(SAID, counted=counted)


def test_openings_that_were_erased_leave_a_line_that_says_so(office) -> None:
    log = office.scene.log
    log.append(out())
    log.erase_openings([0], Erasure(at=NOW, what="log-openings", rules=(), rows=1))
    (line,) = lines(office)
    assert (line.erased, line.recipient, line.counted.reads) == (True, "", 3)


def test_lines_are_forgotten_by_their_last_day(office) -> None:
    office.scene.log.append(out())
    lines(office)
    assert office.register.lines.forget(NOW) == 0
    assert office.register.lines.forget(NOW + DAY) == 1
    assert lines(office) == ()


def test_as_csv_nothing_is_a_formula_and_each_line_has_its_entry(office) -> None:
    office.scene.log.append(out(recipient='=HYPERLINK("http://x")'))
    office.register.write_down(SAID, by="ida")
    rows = list(csv.DictReader(io.StringIO(register_csv(lines(office)))))
    assert [row["recipient"] for row in rows] == ["Wessex Court", '\'=HYPERLINK("http://x")']
    assert [row["entry"] for row in rows] == ["1", "0"]
    assert rows[0]["others"] == "documents 2"
