"""Entries: one spelling each, a schema for every act, and secrets that nobody can guess from the log."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.audit.acts import EVENTS, Act, Kind, SignIn
from openanpr.audit.commitment import Opening, OpeningError, commitment, verify_opening
from openanpr.audit.entry import EntryError, LaterVersionError, canonical, parse_entry, seal
from openanpr.audit.schema import SCHEMAS, SchemaError
from tests.audit.events import AT, consultation, examples


def new_salt() -> bytes:
    return secrets.token_bytes(32)


def changed(data: bytes, **members) -> bytes:
    return canonical({**json.loads(data), **members})


SEALED = seal(consultation(1), new_salt)[0]


def test_text_and_numbers_are_spelt_as_rfc_8785_spells_them() -> None:
    # RFC 8785, 3.2.2 and 3.2.3, as far as it concerns text, whole numbers, lists and objects.
    found = canonical(
        {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f", "literals": [None, True]}
    )
    assert found == b'{"literals":[null,true],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical({"b": 1, "a": {"d": [], "c": 2}}) == b'{"a":{"c":2,"d":[]},"b":1}'


def test_a_commitment_is_an_hmac_under_its_salt_of_the_field_and_the_value() -> None:
    salt = bytes(range(32))
    wanted = hmac.new(salt, b"openanpr.audit/v1/plate\x00AB12CDE", hashlib.sha256).digest()
    assert commitment("plate", salt=salt, value="AB12CDE") == wanted
    assert wanted.hex() == "0cc02d44e041e7655f3414d469c0c7e1f76eab17175cfff5b95fee7ed585ab8f"


def test_every_act_that_section_62_and_the_issue_name_has_a_class() -> None:
    assert {event.act for event in EVENTS} == set(Act)
    assert set(SCHEMAS) == {act.value for act in Act}


@pytest.mark.parametrize("event", examples(), ids=lambda event: event.act.value)
def test_every_act_is_read_back_as_it_was_logged_less_its_secrets(event) -> None:
    data, opened = seal(event, new_salt)
    entry = parse_entry(data)
    assert (entry.act, entry.at) == (event.act, event.at)
    for name, rule in SCHEMAS[event.act].items():
        value = getattr(event, name)
        if rule.kind is Kind.SEALED:
            assert (name in entry.sealed) == (value is not None)
            assert opened.values.get(name) == value
        elif value is not None:
            assert entry.public[name] == (value.isoformat() if isinstance(value, date) else value)
    for value in opened.values.values():
        assert value.encode() not in data


@pytest.mark.parametrize("event", examples(), ids=lambda event: event.act.value)
def test_a_field_that_every_entry_needs_cannot_be_left_out(event) -> None:
    data, _ = seal(event, new_salt)
    told = json.loads(data)
    for name, rule in SCHEMAS[event.act].items():
        where = "sealed" if rule.kind is Kind.SEALED else "public"
        if name not in told[where]:
            continue
        less = {key: value for key, value in told[where].items() if key != name}
        if rule.needed:
            with pytest.raises(EntryError, match="needs"):
                parse_entry(changed(data, **{where: less}))
        else:
            parse_entry(changed(data, **{where: less}))


def test_the_same_secret_twice_looks_like_two_secrets() -> None:
    first, second = (parse_entry(seal(consultation(1), new_salt)[0]) for _ in range(2))
    assert set(first.sealed.values()).isdisjoint(second.sealed.values())


def test_a_consultation_says_what_the_law_asks_and_no_more_in_public() -> None:
    entry = parse_entry(SEALED)
    assert {"person", "reference", "reason", "plate"} <= entry.sealed.keys()
    assert entry.at == AT + timedelta(seconds=1)
    assert entry.public == {
        "stage": "asked",
        "kind": "vehicle",
        "purpose": "serious",
        "cameras": 12,
        "oldest_days": 30,
        "rules": ("within-90-days",),
    }


def test_times_are_told_in_utc_whatever_zone_they_came_in() -> None:
    summer = timezone(timedelta(hours=1))
    event = replace(consultation(1), at=datetime(2026, 7, 1, 13, 0, 0, 123_999, tzinfo=summer))
    assert b'"at":"2026-07-01T12:00:00.123Z"' in seal(event, new_salt)[0]
    with pytest.raises(SchemaError, match="zone"):
        seal(replace(event, at=datetime(2026, 7, 1)), new_salt)  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "AB12 CDE"},
        {"purpose": ""},
        {"stage": 3},
        {"cameras": -1},
        {"cameras": True},
        {"cameras": 1.5},
        {"cameras": 1 << 53},
        {"rules": ("a\nb",)},
        {"rules": ("x",) * 33},
        {"rules": "x"},
        {"reason": " "},
        {"reason": "x" * 8_001},
        {"reason": "\ud800"},
        {"plate": 7},
    ],
)
def test_what_a_field_may_not_hold_is_refused_by_its_name_and_not_quoted(change) -> None:
    (name, value), *_ = change.items()
    with pytest.raises(SchemaError) as told:
        seal(replace(consultation(1), **change), new_salt)
    assert name in str(told.value)
    assert not str(value).strip() or str(value) not in str(told.value) or len(str(value)) < 3


def test_a_name_that_a_stranger_put_into_an_entry_is_not_repeated() -> None:
    with pytest.raises(EntryError) as told:
        parse_entry(changed(SEALED, public={**json.loads(SEALED)["public"], "AB12 CDE\x1b": 1}))
    assert "AB12" not in str(told.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"v":1' + b"0" * 5000 + b"}",
        SEALED.replace(b'","at"', b'", "at"'),
        SEALED.replace(b'"v":1', b'"v":1.0'),
        SEALED.replace(b'"v":1', b'"v":true'),
        SEALED.replace(b'"v":1', b'"v":1,"v":1'),
        SEALED.replace(b'"v":1', b'"v":0'),
        SEALED.replace(b"consultation", b"contemplation"),
        SEALED.replace(b"Z", b"+00:00"),
        SEALED.replace(b"2026-", b"2026-13-"),
        changed(SEALED, public=[]),
        changed(SEALED, sealed={"person": "AB"}),
        changed(SEALED, sealed={"colour": "0" * 64}),
        changed(SEALED, sealed=[1]),
        changed(SEALED, at=7),
        changed(SEALED, more=1),
        SEALED + b"\n",
    ],
)
def test_what_is_no_entry_is_refused(data) -> None:
    with pytest.raises(EntryError):
        parse_entry(data)


def test_an_entry_of_a_later_schema_is_told_from_a_bad_one() -> None:
    with pytest.raises(LaterVersionError):
        parse_entry(SEALED.replace(b'"v":1', b'"v":2'))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_of_entries_fail_in_another_way(data) -> None:
    with pytest.raises(EntryError):
        parse_entry(data)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50),
    st.binary(min_size=32, max_size=32),
)
def test_an_opening_opens_its_own_field_and_value_under_its_own_salt_only(value, salt) -> None:
    made = commitment("plate", salt=salt, value=value)
    verify_opening(Opening(3, "plate", salt, value), made)
    for wrong in (
        Opening(3, "person", salt, value),
        Opening(3, "plate", salt, value + "x"),
        Opening(3, "plate", bytes([salt[0] ^ 1, *salt[1:]]), value),
    ):
        with pytest.raises(OpeningError):
            verify_opening(wrong, made)


def test_a_salt_of_another_length_commits_to_nothing() -> None:
    for length in (0, 31, 33, 64):
        with pytest.raises(OpeningError):
            commitment("plate", salt=bytes(length), value="x")


def test_an_opening_does_not_show_its_value_by_chance() -> None:
    assert "AB12CDE" not in repr(Opening(1, "plate", bytes(32), "AB12CDE"))


def test_an_event_that_is_too_long_for_a_log_is_refused() -> None:
    event = SignIn(at=AT, person="PC 1", outcome="signed-in", means="totp")
    assert len(seal(event, new_salt)[0]) < 300
    with pytest.raises(SchemaError):
        seal(replace(event, outcome="x" * 65), new_salt)


def test_days_are_days_and_not_moments() -> None:
    erasure = next(event for event in examples() if event.act is Act.ERASURE)
    assert seal(replace(erasure, day=date(2026, 1, 2)), new_salt)[0].count(b'"day":"2026-01-02"') == 1
    with pytest.raises(SchemaError):
        seal(replace(erasure, day=datetime(2026, 1, 2, tzinfo=UTC)), new_salt)
