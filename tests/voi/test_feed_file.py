"""Feeds in their own columns, as their profiles say, row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.core.voi_entry import Action, Priority, VoiEntry
from openanpr.core.voi_list import Quarantined
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi import feed_batches as feed_batches_module
from openanpr.voi.column_map import FeedProfile, ProfileError, load_profile, parse_profile, shipped_profile
from openanpr.voi.fault import ListError
from openanpr.voi.feed_batches import feed_batches
from openanpr.voi.feed_file import FeedRow, ReadingRules
from openanpr.voi.staged_columns import StagedColumns
from openanpr.voi.stolen import shipped_stolen_policy

TODAY = date(2026, 11, 22)
SAMPLES = {
    "pnc-like": (
        "Op,VRM,PNC reference,Make,Model,Colour,ANPR action,Warning signals,Report type,Circulation text,"
        "Force station,Owning force,GSC,Date reported,Date confirmed\n"
        "A,AB12 CDE,26/1234A,FORD,FOCUS,BLUE,S,FI,LOST OR STOLEN,TAKEN IN BURGLARY,53CA,53,OFFICIAL,"
        "20/11/2026,21/11/2026\n"
        "A,XY19 ZZZ,26/1235B,FIAT,500,RED,A,,LOST OR STOLEN,,53CA,53,OFFICIAL,20/11/2026,\n"
        "D,OO11 AAA,26/1236C,,,,,,,,,,,20/11/2026,\n"
    ),
    "midas-like": (
        "RegMark|VehMake|VehModel|VehColour|Status|PostArea\n"
        "AB12CDE|FORD|FOCUS|BLUE|NO CURRENT POLICY|GL50\n"
        "XY19ZZZ|FIAT|500|RED|LAPSED|GL51\n"
    ),
    "dvla-like": (
        "AB12CDE,FORD,FOCUS,BLUE,NO KEEPER,31/12/2026\nXY19ZZZ,FIAT,500,RED,UNTAXED,\nBB22,A,B,C,SORN,later\n"
    ),
    "sixteen-columns": (
        "AB12CDE,FORD,FOCUS,BLUE,SILENT,FI,Seen at a scene,3x5x2,Ring first,53,31/12/2026,1/2,OFFICIAL,"
        "CAD 4,a,b\n"
    ),
}


def rows(folder: Path, profile: FeedProfile, text: str) -> list[FeedRow]:
    path = folder / "feed.csv"
    path.write_text(text, encoding="utf-8")
    at = datetime(2026, 11, 22, 6, tzinfo=UTC)
    found: list[FeedRow] = []
    for batch in feed_batches(path, ReadingRules(profile, TODAY, at, shipped_stolen_policy())):
        found += [*batch.refused, *batch.rows]
        if batch.columns is not None:
            found += entries(batch.columns)
    return sorted(found, key=lambda row: (row.line, isinstance(row, StagedRow)))


def entries(columns: StagedColumns) -> list[StagedRow]:
    """The rows that columns hold, one by one."""
    shared = {"source": columns.source, "source_at": columns.source_at}
    names = [name for name in VoiEntry._fields if name not in {"origin", "covert", "seen_by", *shared}]
    each = zip(*(getattr(columns, name) for name in names), strict=True)
    made = [VoiEntry(**shared, **dict(zip(names, cells, strict=True))) for cells in each]
    return [StagedRow(line, RowOrder.PUT_ON, one) for line, one in zip(columns.line, made, strict=True)]


def test_a_pnc_like_extract_is_read_with_its_operations_and_weeded_by_the_life_of_a_report(tmp_path) -> None:
    first, second, third = rows(tmp_path, shipped_profile("pnc-like"), SAMPLES["pnc-like"])
    assert [row.order for row in (first, second, third)] == [
        RowOrder.PUT_ON,
        RowOrder.PUT_ON,
        RowOrder.TAKE_OFF,
    ]
    one = first.entry
    assert (one.vrm, one.action, one.priority, one.pnc_id) == (
        "AB12CDE",
        Action.STOP,
        Priority.HIGH,
        "26/1234A",
    )
    assert (one.owner, one.force_area, one.protective_marking) == ("53", "53CA", "OFFICIAL")
    assert (one.entered_on, one.confirmed_on) == (date(2026, 11, 20), date(2026, 11, 21))
    assert (one.weed_on, second.entry.weed_on) == (date(2032, 11, 20), date(2027, 1, 1))
    assert (one.review_on, second.entry.review_on) == (date(2027, 11, 21), date(2026, 11, 22))
    assert (one.source, one.source_at) == ("PNC-like extract", datetime(2026, 11, 22, 6, tzinfo=UTC))
    assert (third.line, third.entry.vrm) == (4, "OO11AAA")


def test_a_midas_like_extract_is_a_mass_list_of_low_priority(tmp_path) -> None:
    found = rows(tmp_path, shipped_profile("midas-like"), SAMPLES["midas-like"])
    assert [(row.entry.vrm, row.entry.reason) for row in found] == [
        ("AB12CDE", "NO CURRENT POLICY"),
        ("XY19ZZZ", "LAPSED"),
    ]
    assert {(row.entry.action, row.entry.priority) for row in found} == {(Action.ASSESS, Priority.LOW)}


def test_a_dvla_like_extract_has_columns_by_number_and_a_bad_row_keeps_what_is_listed(tmp_path) -> None:
    first, second, bad, kept = rows(tmp_path, shipped_profile("dvla-like"), SAMPLES["dvla-like"])
    assert (first.entry.weed_on, second.entry.weed_on) == (date(2026, 12, 31), None)
    assert (bad.line, bad.cells[0]) == (3, "BB22")
    assert "BB22" not in bad.reason
    assert (kept.line, kept.order, kept.entry.vrm) == (3, RowOrder.KEEP, "BB22")


def test_the_sixteen_columns_need_no_mapping(tmp_path) -> None:
    (found,) = rows(tmp_path, shipped_profile("sixteen-columns"), SAMPLES["sixteen-columns"])
    one = found.entry
    assert (one.action, one.grading, one.information, one.force_area) == (
        Action.SILENT,
        "3x5x2",
        "Ring first",
        "53",
    )
    assert (one.weed_on, one.pnc_id, one.cad, one.spare_1, one.spare_2) == (
        date(2026, 12, 31),
        "1/2",
        "CAD 4",
        "a",
        "b",
    )


def test_an_entry_as_a_row_is_what_the_list_file_gives(tmp_path) -> None:
    (found,) = rows(tmp_path, shipped_profile("sixteen-columns"), SAMPLES["sixteen-columns"])
    row = found.entry.as_row("local", 7)
    assert (row.list_name, row.row, row.action, row.weed_date) == ("local", 7, "SILENT", date(2026, 12, 31))
    assert (row.grading, row.spare) == ("3x5x2", ("a", "b"))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("BLUE,S,", "BLUE,JUMP,", "its action is none"),
        ("A,AB12", "Z,AB12", "its operation is none"),
        ("20/11/2026,21/11/2026", ",", "needs the day on which it was entered"),
        ("20/11/2026,21/11/2026", "soon,", "the day of entry is no date"),
    ],
)
def test_a_word_that_means_nothing_refuses_its_row_and_keeps_what_is_listed(
    tmp_path, old, new, reason
) -> None:
    text = SAMPLES["pnc-like"].replace(old, new, 1)
    bad, kept, *others = rows(tmp_path, shipped_profile("pnc-like"), text)
    assert (bad.line, kept.order, len(others)) == (2, RowOrder.KEEP, 2)
    assert reason in bad.reason


def test_a_row_past_its_weed_date_is_refused_and_not_kept(tmp_path) -> None:
    text = SAMPLES["dvla-like"].replace("31/12/2026", "21/11/2026")
    found = rows(tmp_path, shipped_profile("dvla-like"), text)
    assert (found[0].line, found[0].reason) == (1, "weeded: its weed date has passed")
    assert [row.line for row in found[1:]] == [2, 3, 3]


def test_a_file_without_its_columns_is_refused_by_their_fields(tmp_path) -> None:
    with pytest.raises(ListError, match="reads reason from"):
        rows(tmp_path, shipped_profile("midas-like"), SAMPLES["midas-like"].replace("Status", "State"))
    with pytest.raises(ListError, match="is empty"):
        rows(tmp_path, shipped_profile("midas-like"), "\n")


GOOD = """
name="a"
list="l"
source="s"
file_name="x"
[columns]
vrm="R"
[ask]
added=1
changed=1
removed=1
refused=1
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('list="l"', "", "list is missing"),
        ('list="l"', 'list="l"\nshoe=1', "no use for shoe"),
        ('vrm="R"', 'make="R"', "need one for vrm"),
        ('vrm="R"', 'vrm="R"\nmake=2', "not both"),
        ('vrm="R"', 'vrm="R"\nshoe="S"', "no entry has a field named shoe"),
        ('vrm="R"', 'vrm="--"', "a heading, or a number from 1"),
        ("added=1", "added=2", "a share from 0 to 1"),
        ("added=1", 'added="all"', "must be a number"),
        ("added=1", "added=1\nsubtracted=1", "no use for subtracted"),
        ("[ask]", '[words.action]\nX="jump"\n[ask]', "means nothing"),
        ("[ask]", '[words.make]\nX="y"\n[ask]', "taken as it is written"),
        ('file_name="x"', 'file_name="("', "cannot be used"),
        ('name="a"', "name=", "cannot be used"),
    ],
)
def test_a_profile_that_cannot_be_used_says_what_to_mend(old, new, told) -> None:
    assert parse_profile(GOOD, where="a.toml").list_name == "l"
    with pytest.raises(ProfileError, match=told):
        parse_profile(GOOD.replace(old, new), where="a.toml")


def test_a_profile_may_be_the_operators_own_file(tmp_path) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    assert load_profile(tmp_path / "own.toml").name == "a"
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path / "gone.toml")
    with pytest.raises(ProfileError, match="comes with the program"):
        shipped_profile("none")


@given(text=st.text('ab12,"|?*\n é', max_size=60), name=st.sampled_from(sorted(SAMPLES)))
def test_no_text_whatever_breaks_the_reading_and_every_line_is_accounted_for(
    tmp_path_factory, text, name
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        found = rows(folder, shipped_profile(name), SAMPLES[name] + text)
    except ListError:
        return
    lines = [row.line for row in found]
    assert lines == sorted(lines)
    kept = [row.line for row in found if isinstance(row, StagedRow) and row.order is RowOrder.KEEP]
    assert len(set(lines)) == len(lines) - len(kept)


CELLS = st.sampled_from(
    (
        *("AB12CDE", "XY19ZZZ", " oo11 aaa ", "AB1?CDE", "??", "", " ", "S", "A", "jump", "D", "yes", "n"),
        *(
            "20/11/2026",
            "2026-11-21",
            "soon",
            "1/2",
            'say ""so""',
            "a\\b",
            "é\x07",
            "Ann; Bob",
            '"',
            "x" * 70,
        ),
    )
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=19), max_size=8)


@settings(max_examples=300)
@given(table=ROWS, name=st.sampled_from(sorted(SAMPLES)), quoted=st.booleans(), width=st.booleans())
def test_rows_taken_column_by_column_are_what_each_row_is_by_itself(
    tmp_path_factory, table, name, quoted, width
) -> None:
    folder, profile, sample = tmp_path_factory.mktemp("any"), shipped_profile(name), SAMPLES[name]
    separator = "|" if "|" in sample else ","
    columns = sample.splitlines()[0].count(separator) + 1
    fitted = [(cells + ["AB12CDE", "S"] * 19)[:columns] if width else cells for cells in table]
    lines = (separator.join(f'"{cell}"' if quoted else cell for cell in cells) for cells in fitted)
    text = sample + "\n".join(lines) + "\n"
    at_once = rows(folder, profile, text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(feed_batches_module, "cut", lambda *_: None)
        assert rows(folder, profile, text) == at_once


def test_the_headings_say_what_parts_a_file_whatever_its_rows_are_full_of(tmp_path) -> None:
    """A line of many texts of people has as many semicolons as a full line has bars."""
    many = "|".join(["Ann; Bob"] * 15) + "\n"
    found = rows(tmp_path, shipped_profile("midas-like"), SAMPLES["midas-like"] + 2 * many)
    refused = [row.reason for row in found if isinstance(row, Quarantined)]
    assert refused == ["15 columns where 6 belong"] * 2
    assert len(found) > len(refused)
    found = rows(tmp_path, shipped_profile("midas-like"), SAMPLES["midas-like"] + "AB12CDE\n" * 9)
    assert {row.reason for row in found if isinstance(row, Quarantined)} == {"1 column where 6 belong"}


def test_a_misfit_among_plain_rows_is_refused_by_its_line_and_the_others_stay(tmp_path) -> None:
    text = SAMPLES["midas-like"] + "AB,1|\nBB22BBB|SEAT|IBIZA|RED|LAPSED|GL1|\nCC33CCC|A|B|C|LAPSED\n"
    found = rows(tmp_path, shipped_profile("midas-like"), text)
    assert [(row.line, type(row)) for row in found] == [
        *((line, StagedRow) for line in (2, 3)),
        (4, Quarantined),
        (5, StagedRow),
        (6, Quarantined),
    ]
    assert found[2].cells == ("AB,1", "")
    assert found[2].reason == "2 columns where 6 belong"


def test_a_batch_ends_where_its_lines_do_and_the_next_goes_on_counting(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(feed_batches_module, "BATCH", 100)
    plain = [f"AA{n}AAA|SEAT|IBIZA|RED|LAPSED|GL{n}" for n in range(30)]
    plain[10] = 'AA10AAA|"SEAT\n|"|IBIZA|RED|LAPSED|GL10'
    plain[20] = 'AA20AAA|"SEAT|IBIZA|RED|LAPSED|GL20'
    found = rows(tmp_path, shipped_profile("midas-like"), SAMPLES["midas-like"] + "\n".join(plain))
    lines = {row.entry.vrm: row.line for row in found if isinstance(row, StagedRow)}
    assert [row.line for row in found if isinstance(row, Quarantined)] == [25]
    assert (lines["AA9AAA"], lines["AA10AAA"], lines["AA11AAA"], lines["AA29AAA"]) == (13, 14, 16, 34)
    assert len(lines) == 2 + 29
