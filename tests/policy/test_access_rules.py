"""Rules load whole or not at all: each has a name, fits the schema, and is told in plain words beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Role
from openanpr.policy.access_rules import RuleError, load_rules, rules_in, shipped_rules
from openanpr.policy.ask import Act
from openanpr.policy.tell import plain_words
from tests.policy.asking import PROFILES

FOLDER = resources.files("openanpr.policy").joinpath("rules")
SCHEMA = FOLDER.joinpath("openanpr.cedarschema").read_text(encoding="utf-8")
TEXTS = {one.name: one.read_text(encoding="utf-8") for one in FOLDER.iterdir() if one.name.endswith(".cedar")}
SEARCHING = '@id("x") permit (principal, action == Action::"search", resource)'
PERMIT = '@id("all") permit (principal, action, resource);'


def words(kind: str) -> set[str]:
    return set(re.findall(r'"([a-z-]+)"', re.search(rf"entity {kind} enum \[(.*?)\];", SCHEMA, re.DOTALL)[1]))


def test_the_schema_has_the_words_of_the_program_and_no_others() -> None:
    pairs = {
        "Role": Role,
        "Category": Category,
        "Stance": Stance,
        "Reference": ReferenceState,
        "Kind": SearchKind,
    }
    for kind, ours in pairs.items():
        assert words(kind) == set(ours)
    named = re.findall(r"^action (.*?)\s+appliesTo", SCHEMA, re.MULTILINE | re.DOTALL)
    assert {word for part in named for word in re.findall(r'"([a-z-]+)"', part)} == set(Act)


def test_no_number_of_law_stands_in_a_rule() -> None:
    for text in TEXTS.values():
        said = re.sub(r"//.*", "", text)
        assert not re.search(r"\d", said)


def test_every_file_of_rules_has_a_page_in_plain_words_with_each_of_its_rules_once() -> None:
    for name, text in TEXTS.items():
        page = FOLDER.joinpath(name.replace(".cedar", ".md")).read_text(encoding="utf-8")
        rules = re.findall(r'@id\("([a-z-]+)"\)\s+(permit|forbid)', text)
        told = re.findall(r"^\* \*\*([a-z-]+)\*\*( \(permission\))?: ", page, re.MULTILINE)
        assert [rule for rule, _ in told] == [rule for rule, _ in rules]
        assert [bool(mark) for _, mark in told] == [effect == "permit" for _, effect in rules]
    assert set(shipped_rules().names) <= plain_words().keys()


def test_the_plain_words_hold_no_number_that_a_profile_could_change() -> None:
    for name in shipped_rules().names:
        assert not re.search(r"\d", plain_words()[name])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("permit (principal, action, resource);", "a rule of access has no name"),
        ('@id("") permit (principal, action, resource);', "a rule of access has no name"),
        ('@id("all") forbid (principal, action, resource);', "two rules of access are named all"),
        ("permit (principal, action, resource", "are no Cedar"),
        ('@id("t") permit (principal == ?principal, action, resource);', "template"),
        ('@id("x") permit (principal, action == Action::"sarch", resource);', "do not fit their schema"),
        (f'{SEARCHING} when {{ context.person.roles.contains(Role::"investigater") }};', "do not fit"),
        (f"{SEARCHING} when {{ context.sarch }};", "do not fit their schema"),
        (f"{SEARCHING} when {{ context.approval.oral }};", "do not fit their schema"),
    ],
)
def test_rules_with_a_fault_do_not_load(rule, told) -> None:
    with pytest.raises(RuleError, match=told):
        load_rules({"a.cedar": PERMIT, "b.cedar": rule}, SCHEMA)


def test_no_rules_and_a_schema_that_is_none_do_not_load(tmp_path) -> None:
    with pytest.raises(RuleError, match="no rule of access"):
        load_rules({}, SCHEMA)
    with pytest.raises(RuleError, match="are no Cedar"):
        load_rules({"a.cedar": PERMIT}, "entity")
    with pytest.raises(RuleError, match="cannot be read"):
        rules_in(tmp_path / "nowhere")


def test_rules_that_are_no_text_are_told_with_their_folder(tmp_path) -> None:
    (tmp_path / "a.cedar").write_bytes(b"\xff")
    with pytest.raises(RuleError, match=f"the rules in {tmp_path} cannot be read: check"):
        rules_in(tmp_path)


def test_two_files_are_not_taken_for_one_that_says_the_same() -> None:
    one, other = PERMIT, PERMIT.replace("all", "any")
    together = load_rules({"a.cedar": f"{one}\n{other}"}, SCHEMA)
    apart = load_rules({"b.cedar": other, "a.cedar": one}, SCHEMA)
    assert together.permits == apart.permits == ("all", "any")
    assert together.digest != apart.digest
    assert apart.digest == load_rules({"a.cedar": one, "b.cedar": other}, SCHEMA).digest
    assert (apart.forbids, apart.names) == ((), ("all", "any"))


def test_rules_of_ones_own_are_read_from_a_folder(tmp_path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a rule", encoding="utf-8")
    own, shipped = rules_in(tmp_path), shipped_rules()
    assert (own.names, own.digest) == (shipped.names, shipped.digest)
    assert {len(own.permits), len(own.forbids)} == {41, 47}
    assert len(own.names) == len(set(own.names))


def test_the_version_changes_with_any_word_of_rules_schema_or_profile() -> None:
    profile = PROFILES["nadc-2018"]
    first, *rest = sorted(TEXTS)
    sets = [
        load_rules(TEXTS, SCHEMA),
        load_rules(TEXTS | {first: TEXTS[first] + " "}, SCHEMA),
        load_rules(TEXTS, SCHEMA + " "),
        load_rules({"other.cedar": TEXTS[first], **{name: TEXTS[name] for name in rest}}, SCHEMA),
    ]
    versions = {one.version(profile) for one in sets}
    near, *far = profile.search.rows
    rows = (replace(near, to_days=91), *far)
    versions |= {
        sets[0].version(PROFILES["current"]),
        sets[0].version(replace(profile, valid_from=date(2018, 1, 12))),
        sets[0].version(replace(profile, search=replace(profile.search, rows=rows))),
    }
    assert len(versions) == 7
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in versions)
    assert load_rules(TEXTS, SCHEMA).version(profile) == shipped_rules().version(profile)


def test_the_rules_of_an_act_are_those_that_speak_of_it_and_their_roles() -> None:
    shipped = shipped_rules()
    assert set(shipped.of_act) == set(Act)
    roles = {act: shipped.of_act[act].roles for act in Act}
    assert roles[Act.SEARCH] == (
        Role.CONTROL_ROOM_OPERATOR,
        Role.PATROL_OFFICER,
        Role.INVESTIGATOR,
        Role.ANALYST,
    )
    assert roles[Act.EXPORT] == (Role.INVESTIGATOR,)
    assert roles[Act.MANAGE_PEOPLE] == (Role.ADMINISTRATOR,)
    assert roles[Act.OPEN_HELD] == roles[Act.SEE_COVERT] == ()
    wide = load_rules(TEXTS | {"own.cedar": '@id("own") forbid (principal, action, resource);'}, SCHEMA)
    counts = {act: str(wide.of_act[act].policies).count("@id") for act in Act}
    assert all('@id("own")' in str(wide.of_act[act].policies) for act in Act)
    assert (counts[Act.SEARCH], counts[Act.RUN_RETENTION]) == (23, 5)
