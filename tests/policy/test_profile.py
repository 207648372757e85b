"""A profile is whole, dated and sourced, or it is refused with a sentence that says what to mend."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from openanpr.core.purpose import Category
from openanpr.core.role import Rank
from openanpr.policy.profile import (
    DEFAULT_PROFILE,
    ProfileError,
    Source,
    load_profile,
    parse_profile,
    shipped_profiles,
    verify_valid,
)
from openanpr.policy.rights_numbers import RIGHTS
from openanpr.policy.site_numbers import SITE_COUNTS

TEXT = resources.files("openanpr.policy").joinpath("profiles", "nadc-2018.toml").read_text()
PAGE = Path(__file__).resolve().parents[2] / "docs/reference/profiles.md"


def test_two_years_are_kept_by_default_and_twelve_months_under_the_current_rules() -> None:
    assert shipped_profiles() == ("current", "nadc-2018")
    assert load_profile(DEFAULT_PROFILE).retention_days.value == 730
    assert load_profile("current").retention_days.value == 365


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_number_of_a_shipped_profile_says_where_it_comes_from(name) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert (len(profile.numbers()), len(profile.ranks())) == (47, 4)
    for number in (*profile.numbers().values(), *profile.ranks().values(), *profile.search.rows):
        assert (number.source is None) == bool(number.judgement)
        assert len(number.grounds) > 30


@pytest.mark.parametrize("name", shipped_profiles())
def test_the_page_of_profiles_has_every_number_as_it_is(name) -> None:
    section = PAGE.read_text(encoding="utf-8").partition(f"## {name}")[2].partition("\n## ")[0]
    profile = load_profile(name)
    assert f"{profile.valid_from}" in section
    for key, number in {**profile.numbers(), **profile.ranks()}.items():
        standing = "judgement" if number.source is None else str(number.source.verified).lower()
        row = next(line for line in section.splitlines() if f"`{key}`" in line)
        assert [cell.strip() for cell in row.split("|")[2:4]] == [str(number.value), standing]
    for row in profile.search.rows:
        standing = "judgement" if row.source is None else str(row.source.verified).lower()
        told = next(line for line in section.splitlines() if f"`{row.name}`" in line)
        cells = [cell.strip() for cell in told.split("|")[2:6]]
        assert cells == [", ".join(row.categories), str(row.to_days), row.authority, standing]


def test_what_was_not_read_in_the_document_itself_is_told_as_unverified() -> None:
    profile = load_profile("nadc-2018")
    assert profile.ingest.clock_quarantine_ms.grounds.endswith("(unverified)")
    assert "unverified" not in profile.retention_days.grounds
    assert profile.ingest.late_after_s.grounds.startswith("the project's own judgement: ")


def test_a_profile_of_ones_own_is_named_by_its_path(tmp_path) -> None:
    own = tmp_path / "ours.toml"
    text = TEXT.replace('name = "nadc-2018"', 'name = "ours"').replace("value = 730", "value = 740")
    own.write_text(text)
    assert load_profile(own).retention_days.value == load_profile(str(own)).retention_days.value == 740
    assert load_profile(own).label == "ours of 2018-01-11"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("verified = true\n", "", r"retention.days.verified must say true or false"),
        ('document = "Gloucester', 'sources = "Gloucester', r"retention.days has no use for sources"),
        ('section = "What about my details?"', 'judgement = "so"', "needs its document, or a judgement"),
        ('judgement = "After a minute', 'section = "After a minute', "needs its document, or a judgement"),
        ('judgement = "After a minute', 'verified = true\njudgement = "After', "section, url and verified"),
        ('name = "nadc-2018"', 'name = "nadc-2018"\nsearch_days = 90', "no use for search_days"),
        ("[ingest.late_after_s]", "[ingest.late_after]", r"no use for ingest.late_after$"),
        ("value = 5\n", "value = true\n", r"ingest.future_tolerance_s.value must be a whole number"),
        ("[retention.days]\nvalue = 730", '[retention.days]\nvalue = "730"', r"retention.days.value must be"),
        ("valid_from = 2018-01-11", "valid_from = 2018-01-11T00:00:00Z", "valid_from must be a day"),
        ("valid_from = 2018-01-11", "", "valid_from is missing"),
        ("value = 730", "value = 29", "oldest_days must be"),
        ("value = 730", "value = 729", "to_days of search.rows must be"),
        ("to_days = 90", "to_days = 0", "to_days of search.rows must be"),
        ("to_days = 90", "to_days = true", "search.rows 1.to_days must be a whole number"),
        ("to_days = 365", "to_days = 90", "must go further back from row to row"),
        ('authority = "none"', 'authority = "chief-constable"', "never ask a lower rank"),
        ('authority = "none"', 'authority = "boss"', "authority must be one of none, constable"),
        ('authority = "none"\n', "", "search.rows 1 lacks authority"),
        ('["priority-and-volume", "serious"', '["curiosity", "serious"', "search.rows 1.categories must be"),
        ('categories = ["priority-and-volume", "serious", "major", "counter-terrorism"]', "categories = []",
         "search.rows 1.categories must be"),
        ('name = "grave-to-2-years"', 'name = "grave-to-12-months"', "needs a name of its own"),
        ('name = "grave-to-2-years"', 'name = "x"\nrank = "x"', "search.rows 3 has no use for rank"),
        ("[[search.rows]]", "[[search.row]]", "no use for search.row"),
        ('value = "inspector"', 'value = "none"', "search.proactive_rank.value must be a rank"),
        ('value = "inspector"', "value = 3", "search.proactive_rank.value must be some text"),
        ("[search.oral_hours]", "[search.oral]", "no use for search.oral"),
        ("value = 24\n", "value = -1\n", "numbers of search must be 0 or more"),
        ("value = 5000\n", "value = 100001\n", "bulk_reads must be at most"),
        ('value = "superintendent"', 'value = "sergeant"', "bulk_rank must be at most"),
        ("[search.ordinary_days]\nvalue = 90", "[search.ordinary_days]\nvalue = 0", "ordinary_days must be"),
        ("[search.ordinary_days]\nvalue = 90", "[search.ordinary_days]\nvalue = 731", "ordinary_days must"),
        ("value = 60", "value = 0", "late_after_s must be"),
        ("value = 5\n", "value = -1\n", "future_tolerance_s must be"),
        ("value = 1000", "value = 2001", "clock_alarm_ms must be"),
        ('name = "nadc-2018"', 'name = "../nadc"', "name has up to 64"),
        ('title = "', 'title = "" #', "title must be some text"),
        ("verified = true", 'verified = true\nurl = "ftp://x"', "must begin with https"),
        ("[retention.days]", "[retention", "cannot be used"),
    ],
)  # fmt: skip
def test_a_profile_with_a_fault_is_refused_with_what_to_mend(old, new, told) -> None:
    assert old in TEXT
    with pytest.raises(ProfileError, match=told):
        parse_profile(TEXT.replace(old, new, 1), where="ours.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value = 30\n", "value = 31\n"),
        ("value = 30\n", "value = 1\n"),
        ("value = 60\n", "value = 1\n"),
        ("value = 60\n", f"value = {30 * 86_400 - 1}\n"),
        ("value = 5\n", "value = 0\n"),
        ("value = 1000", "value = 2000"),
        ("value = 1000", "value = 1"),
        ("to_days = 90", "to_days = 1"),
        ("[search.ordinary_days]\nvalue = 90", "[search.ordinary_days]\nvalue = 1"),
        ("[search.ordinary_days]\nvalue = 90", "[search.ordinary_days]\nvalue = 730"),
        ("value = 24\n", "value = 0\n"),
        ("value = 5000\n", "value = 100000\n"),
        ('value = "superintendent"', 'value = "inspector"'),
        ("[figures.least_shown]\nvalue = 5", "[figures.least_shown]\nvalue = 3"),
        ("[figures.rate_least]\nvalue = 100", "[figures.rate_least]\nvalue = 5"),
        ("[figures.settle_days]\nvalue = 31", "[figures.settle_days]\nvalue = 30"),
        ("[figures.settle_days]\nvalue = 31", "[figures.settle_days]\nvalue = 729"),
        ("[figures.late_days]\nvalue = 7", "[figures.late_days]\nvalue = 1"),
        ("[figures.alert_step]\nvalue = 5", "[figures.alert_step]\nvalue = 1"),
        ('name = "nadc-2018"', f'name = "{"a" * 64}"'),
        ('name = "nadc-2018"', 'name = "9-"'),
        ('to_days = 365\nauthority = "none"', 'to_days = 365\nauthority = "superintendent"'),
        ("verified = true", 'verified = true\nurl = "https://x"'),
    ],
)
def test_the_last_numbers_that_do_not_contradict_one_another_are_taken(old, new) -> None:
    assert old in TEXT
    profile = parse_profile(TEXT.replace(old, new, 1), where="ours.toml")
    verify_valid(profile, profile.valid_from)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value = 60\n", f"value = {30 * 86_400}\n", "late_after_s must be"),
        ("value = 30\n", "value = 32\n", "settle_days must be at least ingest.oldest_days"),
        ("[figures.least_shown]\nvalue = 5", "[figures.least_shown]\nvalue = 2", "least_shown must be 3"),
        ("[figures.rate_least]\nvalue = 100", "[figures.rate_least]\nvalue = 4", "rate_least must be at"),
        ("[figures.settle_days]\nvalue = 31", "[figures.settle_days]\nvalue = 29", "settle_days must be"),
        ("[figures.settle_days]\nvalue = 31", "[figures.settle_days]\nvalue = 730", "settle_days must be"),
        ("[figures.late_days]\nvalue = 7", "[figures.late_days]\nvalue = 0", "late_days must be 1"),
        ("[figures.entry_step]\nvalue = 100", "[figures.entry_step]\nvalue = 0", "the steps of figures"),
        ("[figures.entry_step]", "[figures.step]", "no use for figures.step"),
        ("value = 1000", "value = 0", "clock_alarm_ms must be"),
        ('name = "nadc-2018"', f'name = "{"a" * 65}"', "name has up to 64"),
        ('name = "nadc-2018"', 'name = "-a"', "name has up to 64"),
        ('name = "nadc-2018"', 'name = " "', "^the profile ours.toml cannot be used: name must be some text"),
        ('name = "nadc-2018"', "name = 7", "cannot be used: name must be some text"),
        ("value = 730", "", "retention.days.value must be a whole number"),
        ('title = "', 'retention_days = "', "it has no use for retention_days"),
    ],
)
def test_the_first_that_does_is_not(old, new, told) -> None:
    assert old in TEXT
    with pytest.raises(ProfileError, match=told):
        parse_profile(TEXT.replace(old, new, 1), where="ours.toml")


def test_where_a_number_comes_from_is_one_line() -> None:
    assert str(Source("A", "B", "https://c", verified=True)) == "A; B; https://c"
    assert str(Source("A", "", "", verified=False)) == "A (unverified)"
    row = parse_profile(TEXT, where="x").search.rows[1]
    assert row.grounds == str(row.source)
    text = TEXT.replace('document = "Norfolk Constabulary, public page on ANPR, on', 'judgement = "on', 1)
    text = text.replace(
        'section = "90 days to 12 months: serious, major and counter-terrorism, staff with that role"\n'
        "verified = false\n",
        "",
        1,
    )
    judged = parse_profile(text, where="x").search.rows[1]
    assert judged.grounds == "the project's own judgement: on the rule of 2013 to 2018"
    assert (judged.source, judged.name) == (None, "grave-to-12-months")


def test_a_number_without_its_table_is_refused() -> None:
    head, mark, tail = TEXT.partition("[retention.days]")
    _, other, rest = tail.partition("# The documents that were public")
    assert mark
    assert other
    text = head + "[retention]\ndays = 730\n" + rest.partition("\n")[2]
    with pytest.raises(ProfileError, match=r"retention.days must be a table"):
        parse_profile(text, where="ours.toml")


def test_space_around_a_text_is_no_part_of_it() -> None:
    text = TEXT.replace('title = "As told', 'title = "  As told', 1)
    assert parse_profile(text, where="x").title.startswith("As told")


def test_categories_stand_in_their_own_order_whatever_the_file_says() -> None:
    text = TEXT.replace('["serious", "major", "counter-terrorism"]', '["major", "serious", "major"]', 1)
    row = parse_profile(text, where="x").search.rows[1]
    assert row.categories == (Category.SERIOUS, Category.MAJOR)


def test_every_number_has_its_dotted_name() -> None:
    profile = load_profile("nadc-2018")
    assert {*profile.numbers()} == {
        "retention.days",
        *(
            f"ingest.{name}"
            for name in (
                "oldest_days",
                "late_after_s",
                "future_tolerance_s",
                "clock_alarm_ms",
                "clock_quarantine_ms",
            )
        ),
        *(f"search.{name}" for name in ("ordinary_days", "bulk_cameras", "bulk_days", "bulk_reads")),
        *(f"figures.{name}" for name in ("least_shown", "rate_least", "settle_days", "late_days")),
        *(f"figures.{name}_step" for name in ("alert", "camera", "entry")),
        "search.broad_reads",
        "search.oral_hours",
        *(f"sites.{name}" for name in SITE_COUNTS),
        *(f"rights.{name}" for name in RIGHTS),
    }
    assert {*profile.ranks()} == {
        "search.proactive_rank",
        "search.bulk_rank",
        "search.broad_rank",
        "sites.authorise_rank",
    }


@pytest.mark.parametrize(
    ("found", "spoilt", "said"),
    [
        ("[sites.review_days]\nvalue = 365", "[sites.review_days]\nvalue = 0", "sites.review_days must be 1"),
        ("[sites.warn_days]\nvalue = 60", "[sites.warn_days]\nvalue = 365", "must be less than"),
        ("[sites.grace_days]\nvalue = 30", "[sites.grace_days]\nvalue = -1", "must be 0 or more"),
        ("[sites.fixed_read_percent]\nvalue = 95", "[sites.fixed_read_percent]\nvalue = 100", "from 1 to 99"),
        ("[sites.least_part_plates]\nvalue = 100", "[sites.least_part_plates]\nvalue = 401", "at most"),
        (
            '[sites.authorise_rank]\nvalue = "superintendent"',
            '[sites.authorise_rank]\nvalue = "none"',
            "a rank",
        ),
        ("[sites.near_m]", "[sites.near_by]", "no use for sites.near_by"),
    ],
)
def test_numbers_of_sites_that_contradict_one_another_are_refused(found, spoilt, said) -> None:
    assert found in TEXT
    with pytest.raises(ProfileError, match=said):
        parse_profile(TEXT.replace(found, spoilt), where="ours.toml")


def test_a_profile_holds_from_its_day_and_not_before() -> None:
    profile = load_profile("nadc-2018")
    verify_valid(profile, profile.valid_from)
    with pytest.raises(ProfileError, match="holds from 2018-01-11 on, and today is 2018-01-10"):
        verify_valid(profile, profile.valid_from - timedelta(days=1))
    verify_valid(profile, date(2026, 11, 22))


@pytest.mark.parametrize("which", ["nadc-2019", "./nowhere.toml", "", "../profile"])
def test_a_profile_that_is_not_there_is_told(which) -> None:
    with pytest.raises(ProfileError, match=r"no profile named|cannot be read"):
        load_profile(which)


@pytest.mark.parametrize("which", ["nowhere.toml", "no/where", Path("nowhere")])
def test_a_path_is_never_taken_for_a_name(which) -> None:
    with pytest.raises(ProfileError, match=r"nowhere|no/where") as told:
        load_profile(which)
    assert "cannot be read: check that it is there and is UTF-8 text" in str(told.value)


def test_rows_that_are_no_tables_are_refused() -> None:
    head, mark, _ = TEXT.partition("[[search.rows]]")
    assert mark
    tail = TEXT[TEXT.index("[search.ordinary_days]") :]
    for rows, told in (
        ("rows = []", "must be tables"),
        ("rows = [1]", "must be a table"),
    ):
        with pytest.raises(ProfileError, match=told):
            parse_profile(f"{head}[search]\n{rows}\n{tail}", where="ours.toml")


def test_a_profile_without_numbers_for_searches_is_refused() -> None:
    head = TEXT.partition("# Who may ask how far back")[0] + "[sites]\n"
    with pytest.raises(ProfileError, match="search is missing"):
        parse_profile(head, where="ours.toml")


def test_the_row_of_an_age_is_the_first_that_goes_so_far() -> None:
    search = load_profile("nadc-2018").search
    found = {age: search.row_at(Category.SERIOUS, age) for age in (0, 90, 91, 365, 366, 730)}
    assert [row.name for row in found.values()] == [
        *["any-purpose-to-90-days"] * 2,
        *["grave-to-12-months"] * 2,
        *["grave-to-2-years"] * 2,
    ]
    assert search.row_at(Category.SERIOUS, 731) is None
    assert search.row_at(Category.VOLUME, 91) is None
    assert search.ranks() == (Rank.INSPECTOR, Rank.SUPERINTENDENT)
