"""Published vectors, and the arithmetic of codes, passwords, slowing down and sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from openanpr.people.event import Reason
from openanpr.people.keys import PeopleKeys, SealError, token_text
from openanpr.people.password import HashCost, Passwords, verify_fit
from openanpr.people.recovery import code_digest, codes, looks_like_one
from openanpr.people.session import (
    Session,
    SessionError,
    SessionRules,
    Way,
    csrf_token,
    verify_counts,
    verify_csrf,
    verify_fresh,
)
from openanpr.people.slow_down import BY_ACCOUNT, BY_SOURCE, Slowing, Tries, judge
from openanpr.people.source import place_of
from openanpr.people.totp import NEVER, CodeError, app_address, app_text, step_of
from tests.people.scene import CHEAP, NOW, ROOT

KEYS = PeopleKeys.derive(ROOT)

RFC_6238 = b"12345678901234567890"  # appendix B, the key for SHA-1
# Its eight digits cut to the last six: the same truncation with another modulus (RFC 4226, section 5.3).
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("at_s", "code"), VECTORS)
def test_the_codes_of_rfc_6238_are_taken_at_their_time(at_s, code) -> None:
    at = datetime.fromtimestamp(at_s, UTC)
    assert step_of(code, RFC_6238, last_step=NEVER, now=at) == at_s // 30


def test_the_vector_of_rfc_5869_holds_for_what_makes_our_keys() -> None:
    made = HKDF(SHA256(), 42, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA))).derive(b"\x0b" * 22)
    assert made.hex().startswith("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")


def test_a_hash_of_the_argon2_reference_is_taken() -> None:
    # phc-winner-argon2, src/test.c: version 0x13, argon2id, t=2, m=2^16, p=1, salt "somesalt".
    kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    passwords = Passwords(CHEAP, lambda count: b"c" * count)
    verdict = passwords.check("password", kept)
    assert (verdict.right, verdict.outdated) == (True, True)
    assert not passwords.check("Password", kept).right
    assert not passwords.check("password", "no hash at all").right


@given(drift=st.integers(-120, 120), last=st.integers(-4, 4))
def test_a_code_is_taken_within_one_step_of_its_own_and_only_after_the_last_one_used(drift, last) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    step = int(at.timestamp()) // 30
    code = _code_at(at + timedelta(seconds=drift))
    its_step = int((at + timedelta(seconds=drift)).timestamp()) // 30
    near, later = abs(its_step - step) <= 1, its_step > step + last
    if near and later:
        assert step_of(code, RFC_6238, last_step=step + last, now=at) == its_step
        return
    with pytest.raises(CodeError) as caught:
        step_of(code, RFC_6238, last_step=step + last, now=at)
    assert caught.value.replayed == near


def _code_at(at: datetime) -> str:
    return pyotp.TOTP(app_text(RFC_6238)).at(at)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "9" * 5000])
def test_a_text_that_is_no_code_is_wrong_and_nothing_else(code) -> None:
    with pytest.raises(CodeError) as caught:
        step_of(code, RFC_6238, last_step=NEVER, now=NOW)
    assert not caught.value.replayed


def test_an_app_is_told_its_secret_as_apps_read_it() -> None:
    told = app_address(RFC_6238, login="ann", issuer="OpenANPR")
    assert told == "otpauth://totp/OpenANPR:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=OpenANPR"
    with pytest.raises(ValueError, match="20 random bytes"):
        app_text(b"short")


def test_recovery_codes_are_ten_each_of_its_own_account() -> None:
    made = codes(bytes(range(100)))
    assert len(set(made)) == 10
    assert all(looks_like_one(code) for code in made)
    assert not looks_like_one("123456")
    assert code_digest(made[0].lower().replace("-", ""), "ann", KEYS) == code_digest(made[0], "ann", KEYS)
    assert code_digest(made[0], "ann", KEYS) != code_digest(made[0], "bob", KEYS)


@given(secret=st.binary(max_size=64), flip=st.integers(0, 10_000))
def test_what_is_sealed_opens_for_its_owner_unchanged_and_for_nobody_else(secret, flip) -> None:
    sealed = KEYS.seal(secret, owner="ann", nonce=b"n" * 12)
    assert KEYS.unseal(sealed, owner="ann") == secret
    changed = bytearray(sealed)
    changed[flip % len(sealed)] ^= 1
    for other, owner in ((sealed, "bob"), (bytes(changed), "ann"), (b"", "ann")):
        with pytest.raises(SealError):
            KEYS.unseal(other, owner=owner)
    with pytest.raises(SealError):
        PeopleKeys.derive(b"s" * 32).unseal(sealed, owner="ann")


def test_keys_and_tokens_are_made_of_enough_chance() -> None:
    for wrong in (lambda: PeopleKeys.derive(b"x"), lambda: token_text(b"x"), lambda: codes(b"x")):
        with pytest.raises(ValueError, match="bytes"):
            wrong()
    with pytest.raises(ValueError, match="bytes"):
        KEYS.seal(b"", owner="x", nonce=b"n")
    assert len(token_text(bytes(32))) == 43
    assert "rrr" not in repr(KEYS)


def test_a_password_is_taken_in_every_spelling_of_its_letters() -> None:
    passwords = Passwords(CHEAP, lambda count: b"c" * count)
    kept = passwords.hash("cafe\u0301 au lait noir")
    assert passwords.check("caf\u00e9 au lait noir", kept).right
    verify_fit("correct horse battery", "ann")
    assert not passwords.check("x" * 5000, passwords.hash("x" * 129)).right
    assert not passwords.check("anything", None).right


@given(failures=st.integers(0, 200))
def test_the_delay_grows_and_has_an_end(failures) -> None:
    for slowing in (BY_ACCOUNT, BY_SOURCE):
        delay = slowing.delay_s(failures)
        assert 0 <= delay <= slowing.most_s <= 900
        assert slowing.delay_s(failures + 1) >= delay


@given(gaps=st.lists(st.floats(0, 100_000), max_size=60))
def test_nobody_ever_waits_longer_than_the_longest_delay(gaps) -> None:
    now, tries = NOW, None
    for gap in gaps:
        now += timedelta(seconds=gap)
        judged = judge(tries, BY_ACCOUNT, now=now)
        tries = judged.tries
        assert judged.wait_s <= BY_ACCOUNT.most_s
        assert judge(tries, BY_ACCOUNT, now=now + timedelta(seconds=BY_ACCOUNT.most_s)).wait_s == 0


def test_a_clock_that_went_back_makes_nobody_wait_for_years() -> None:
    found = judge(Tries(50, NOW + timedelta(days=900)), BY_ACCOUNT, now=NOW)
    assert found.wait_s == BY_ACCOUNT.most_s


def test_failures_are_forgotten_after_a_while() -> None:
    slowing = Slowing(0, 1, 10, 100)
    assert judge(Tries(50, NOW), slowing, now=NOW + timedelta(seconds=100)).tries.failures == 1


SESSION = Session("s", "f", "ann", b"d", Way.APP, NOW, NOW, NOW + timedelta(hours=12), NOW, "10.0.0.1")


def test_a_session_counts_within_its_times_and_no_clock_that_went_back_makes_it_live_again() -> None:
    rules = SessionRules()
    assert verify_counts(SESSION, rules, now=NOW) == SESSION
    seen = replace(SESSION, seen_at=NOW + timedelta(hours=11, minutes=59))
    for wrong, now in (
        (SESSION, NOW + rules.idle),
        (seen, NOW + rules.whole),
        (seen, NOW + timedelta(hours=11)),
        (None, NOW),
    ):
        with pytest.raises(SessionError):
            verify_counts(wrong, rules, now=now)


def test_each_time_of_a_session_ends_at_its_own_second() -> None:
    """To the second: a minute of a clock put right, ten seconds of a slow page, and what lies beyond."""
    rules, second = SessionRules(), timedelta(seconds=1)
    verify_counts(SESSION, rules, now=NOW - timedelta(seconds=60))
    with pytest.raises(SessionError) as caught:
        verify_counts(SESSION, rules, now=NOW - timedelta(seconds=61))
    assert caught.value.reason is Reason.CLOCK_WENT_BACK
    verify_fresh(SESSION, rules, source="10.0.0.1", now=NOW - timedelta(seconds=60))
    with pytest.raises(SessionError):
        verify_fresh(SESSION, rules, source="10.0.0.1", now=NOW - timedelta(seconds=61))
    followed = replace(SESSION, followed_at=NOW)
    for seconds, stolen in ((0, False), (10, False), (11, True)):
        with pytest.raises(SessionError) as caught:
            verify_counts(followed, rules, now=NOW + seconds * second)
        assert (caught.value.reason, caught.value.stolen) == (Reason.REPLAYED_TOKEN, stolen)


def test_a_factor_is_fresh_for_minutes_from_its_own_place() -> None:
    rules = SessionRules()
    verify_fresh(SESSION, rules, source="10.0.0.1", now=NOW + timedelta(minutes=4, seconds=59))
    for source, minutes in (("10.0.0.1", 5), ("10.0.0.2", 0), ("10.0.0.1", -2)):
        with pytest.raises(SessionError):
            verify_fresh(SESSION, rules, source=source, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("socket", "socket"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_house_are_one_place(source, place) -> None:
    assert place_of(source) == place


def test_a_form_belongs_to_one_token() -> None:
    verify_csrf(csrf_token("a", KEYS), "a", KEYS)
    for said in (csrf_token("b", KEYS), "", "é"):
        with pytest.raises(SessionError):
            verify_csrf(said, "a", KEYS)


def test_the_usual_cost_is_written_down_once() -> None:
    assert HashCost() == HashCost(19 * 1024, 2, 1)
