"""The files that fill the lists, the references of cases, and the node's settings."""

from __future__ import annotations

import csv
import socket
import tomllib
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from demonstration.county.cast import CLONED, COVERT, LOCAL, MISSPELT, ROBBERY, STOLEN, WANTED, listed_as
from demonstration.county.cast_people import CLOSED, INVITED, OPEN, PEOPLE, write_cases
from demonstration.county.fill import COVERT_FOR, deliver_lists
from demonstration.county.lists import LISTS, listed_marks, write_file
from demonstration.county.parts import DemonstrationError, refuse_a_second, refuse_taken, started
from demonstration.county.settings import Yard, write_settings
from demonstration.county.traffic import SEED
from demonstration.people import ADMINISTRATORS
from openanpr.core.purpose import ReferenceState
from openanpr.core.role import Rank, Role
from openanpr.run.node.read_settings import load_settings
from openanpr.search.case_file import parse_references
from openanpr.voi.column_map import load_profile, shipped_profile
from tests.ports import free_port

TODAY = date(2026, 11, 30)


def rows_of(one, tmp_path) -> list[list[str]]:
    path = tmp_path / one.file.format(1)
    write_file(one, path, today=TODAY, seed=SEED)
    separator = "\t" if path.suffix == ".txt" else ","
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter=separator))


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_a_file_names_each_mark_once_and_its_profile_knows_its_name(one, tmp_path) -> None:
    rows = rows_of(one, tmp_path)
    at = 1 if one.name == "stolen" else 0
    marks = [row[at] for row in rows[1:]]
    assert len(marks) == len(set(marks))
    if one.profile:
        assert shipped_profile(one.profile).file_name.fullmatch(one.file.format(7))
        assert shipped_profile(one.profile).list_name == one.name


def test_the_lists_are_of_both_kinds_the_mass_ones_are_long_and_one_of_them_is_old(tmp_path) -> None:
    sizes = {one.name: len(rows_of(one, tmp_path)) for one in LISTS}
    assert {one.kind for one in LISTS} == {"crime", "mass"}
    assert sizes["no-insurance"] > 3000
    assert sizes["no-keeper"] > 1500
    assert [one.name for one in LISTS if one.age_days * 24 > one.max_age_hours] == ["no-keeper"]
    assert [one.name for one in LISTS if not one.kept] == ["no-keeper"]


def test_everybody_wanted_is_on_a_list_and_nobody_covert_stands_in_a_file(tmp_path) -> None:
    wanted, stolen, uninsured, _ = (rows_of(one, tmp_path) for one in LISTS)
    named = {row[0] for row in wanted}
    assert {listed_as(one) for one in WANTED if one is not STOLEN} <= named
    assert MISSPELT.vehicle.vrm not in named
    assert STOLEN.vehicle.vrm in {row[1] for row in stolen}
    assert CLONED.vehicle.vrm in {row[0] for row in uninsured}
    assert not any(COVERT.vehicle.vrm in row for row in (*wanted, *stolen, *uninsured))
    assert {one.vehicle.vrm for one in (ROBBERY, LOCAL, COVERT)} < listed_marks(SEED)


def test_a_later_start_puts_a_whole_new_file_of_each_list_that_is_kept_into_the_inbox(tmp_path) -> None:
    deliver_lists(tmp_path, 5)
    assert sorted(path.name for path in (tmp_path / "inbox").iterdir()) == [
        "midas_full_5.txt",
        "pnc_full_5.csv",
        "wanted_full_5.csv",
    ]


def test_cases_have_open_references_and_a_closed_one(tmp_path) -> None:
    write_cases(tmp_path / "cases.csv", TODAY)
    states = parse_references((tmp_path / "cases.csv").read_bytes(), json_form=False)
    assert {one for one, state in states.items() if state is ReferenceState.OPEN} == set(OPEN)
    assert states[CLOSED] is ReferenceState.CLOSED


def test_there_is_somebody_for_every_role_and_those_who_are_named_are_there() -> None:
    assert {one.role for one in PEOPLE} == set(Role) - {Role.ADMINISTRATOR}
    assert {Rank(one.rank) for one in PEOPLE if one.rank} == {Rank.SUPERINTENDENT, Rank.INSPECTOR}
    logins = [one.login for one in (*ADMINISTRATORS, *PEOPLE, INVITED)]
    assert len(set(logins)) == len(logins)
    assert set(COVERT_FOR) <= set(logins)


def test_the_settings_are_those_of_a_node_and_name_localhost_and_the_map(tmp_path) -> None:
    yard = Yard(tmp_path, 9471, 9470)
    yard.stations.mkdir()
    write_settings(yard)
    settings = load_settings(yard.data / "node.toml", data=yard.data)
    assert settings.people.authorities == ("localhost:9471", "127.0.0.1:9471")
    assert settings.listen.port == 9470
    assert settings.pages.layer == yard.map
    assert "real" in settings.pages.notice
    profiles = tomllib.loads((yard.data / "node.toml").read_text("utf-8"))["feeds"]["profiles"]
    assert load_profile(Path(profiles[-1])).list_name == "wanted"


def test_a_port_that_is_taken_is_refused_and_a_free_one_is_not(tmp_path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DemonstrationError, match="another with --port PORT"):
            refuse_taken(taken.getsockname()[1], "--port")
    refuse_taken(free_port(), "--port")
    refuse_a_second(tmp_path)


def test_a_part_that_ends_by_itself_is_told_with_its_last_words(tmp_path) -> None:
    with ExitStack() as stack:
        part = started("crier", ["sh", "-c", "echo the sea came in; exit 3"], tmp_path, stack)
        part.process.wait(30)
        with pytest.raises(DemonstrationError, match="crier ended by itself: the sea came in"):
            part.refuse_ended()
    assert part.log.read_text("utf-8") == "the sea came in\n"
