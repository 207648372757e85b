"""Webhooks: signed so that anyone can check them, tried again, and never switched off."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from openanpr.alert.events import numbered
from openanpr.alert.webhook import (
    Delivery,
    DeliveryState,
    Endpoint,
    HmacSigner,
    Retries,
    WebhookSignatureError,
    deliveries,
    full_jitter_s,
    sent_again,
    signed_content,
    signed_headers,
    tried,
    verify_hmac,
)
from tests.alert.scenes import (
    AT,
    BOOK,
    HOUR,
    MINUTE,
    NAMED,
    NOBODY_MUCH,
    OPERATOR,
    covert_hit,
    make_hit,
    raised,
)

SECRET = bytes(range(32))
RETRIES = Retries()
CONTROL_ROOM = Endpoint("control room", "https://control.example/hook", OPERATOR)


def event_of(*hits):
    return numbered(raised(*hits), {})[0]


def one_delivery() -> Delivery:
    (made,) = deliveries(event_of(make_hit()), [CONTROL_ROOM], BOOK, now=AT)
    return made


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks libraries (key, id, time, body and signature)."""
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC),
        signer=HmacSigner(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def signed(payload: bytes = b"{}") -> dict[str, str]:
    return signed_headers("a.1", payload, at=AT, signer=HmacSigner(SECRET))


def verify(headers, payload=b"{}", secret=SECRET, now=AT) -> None:
    verify_hmac(headers, payload, secret, now=now, tolerance=5 * MINUTE)


def test_a_receiver_can_check_what_was_signed_while_it_is_fresh() -> None:
    verify(signed())
    verify(signed(), now=AT + 5 * MINUTE)
    verify(signed() | {"webhook-signature": "v1,AAAA " + signed()["webhook-signature"]})


@pytest.mark.parametrize(
    ("headers", "changed"),
    [
        ({}, {"payload": b"{ }"}),
        ({}, {"secret": bytes(32)}),
        ({}, {"now": AT + HOUR}),
        ({}, {"now": AT - HOUR}),
        ({"webhook-id": "b.1"}, {}),
        ({"webhook-timestamp": str(int(AT.timestamp()) + 1)}, {}),
        ({"webhook-timestamp": ""}, {}),
        ({"webhook-timestamp": "²"}, {}),
        ({"webhook-timestamp": "9" * 12}, {}),
        ({"webhook-signature": ""}, {}),
        ({"webhook-signature": "v1,é"}, {}),
    ],
)
def test_whatever_was_changed_is_refused(headers, changed) -> None:
    with pytest.raises(WebhookSignatureError):
        verify(signed() | headers, **changed)


class Ed25519Signer:
    """What `run/` provides: the same port over a real key."""

    scheme = "v1a"

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content)


def test_a_key_pair_signs_through_the_same_door() -> None:
    signer = Ed25519Signer()
    headers = signed_headers("a.1", b"{}", at=AT, signer=signer)
    scheme, signature = headers["webhook-signature"].split(",")
    assert scheme == "v1a"
    content = signed_content("a.1", headers["webhook-timestamp"], b"{}")
    signer.key.public_key().verify(base64.b64decode(signature), content)


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="24 bytes"):
        HmacSigner(b"short")
    assert repr(SECRET) not in repr(HmacSigner(SECRET))


def test_an_endpoint_is_sent_what_it_would_see_as_a_person_and_no_more() -> None:
    covert, named = event_of(covert_hit()), Endpoint("cell", "https://cell.example", NAMED)
    stranger = Endpoint("press", "https://press.example", NOBODY_MUCH)
    everyone = [CONTROL_ROOM, named, stranger]
    assert [d.endpoint for d in deliveries(event_of(make_hit()), everyone, BOOK, now=AT)] == ["control room"]
    assert [d.endpoint for d in deliveries(covert, everyone, BOOK, now=AT)] == ["cell"]


def test_a_delivery_keeps_its_id_over_all_tries_and_shows_no_plate_when_printed() -> None:
    first = one_delivery()
    again = tried(first, 503, now=AT, chance=0.5, retries=RETRIES)
    assert again.message_id == first.message_id == event_of(make_hit()).id
    assert b"AB12CDE" in first.payload
    assert "AB12CDE" not in repr(first)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_is_delivered(status) -> None:
    done = tried(one_delivery(), status, now=AT, chance=0.5, retries=RETRIES)
    assert (done.state, done.next_at, done.tries) == (DeliveryState.DELIVERED, None, 1)


@pytest.mark.parametrize("status", [None, 301, 400, 401, 403, 404, 410, 429, 500, 503])
def test_everything_else_is_tried_again_even_gone(status) -> None:
    after = tried(one_delivery(), status, now=AT, chance=0.5, retries=RETRIES)
    assert (after.state, after.next_at) == (DeliveryState.WAITING, AT + timedelta(seconds=2.5))
    assert (after.tries, after.status) == (1, status)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_spread_evenly_below_a_bound_that_doubles_up_to_the_most(failures, chance) -> None:
    bound = full_jitter_s(failures, 1.0, RETRIES)
    assert bound == min(3600.0, 5.0 * 2 ** min(failures - 1, 30))
    assert full_jitter_s(failures, chance, RETRIES) == pytest.approx(chance * bound)


def test_a_receiver_that_asks_for_more_time_gets_it_within_reason() -> None:
    def wait_s(asked_s: float) -> float:
        after = tried(one_delivery(), 503, now=AT, chance=0.0, retries=RETRIES, asked_s=asked_s)
        return (after.next_at - AT).total_seconds()

    assert (wait_s(60), wait_s(-5), wait_s(10**9)) == (60, 0, 3600)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([None, 410, 500])), min_size=1, max_size=40))
def test_a_delivery_waits_until_it_is_too_old_and_then_is_a_dead_letter(answers) -> None:
    retries = Retries(first_s=60, most_s=3600, give_up_after=timedelta(hours=6))
    delivery, now = one_delivery(), AT
    for chance, status in answers:
        delivery = tried(delivery, status, now=now, chance=chance, retries=retries)
        if delivery.state is DeliveryState.DEAD:
            assert now + HOUR > AT + timedelta(hours=6)
            break
        assert delivery.next_at is not None
        assert now <= delivery.next_at <= AT + timedelta(hours=6)
        now = delivery.next_at
    # Whatever became of it, the next event goes to the endpoint as if nothing had happened.
    (following,) = deliveries(event_of(make_hit(2)), [CONTROL_ROOM], BOOK, now=now)
    assert (following.state, following.next_at, following.tries) == (DeliveryState.WAITING, now, 0)


def test_a_try_that_would_come_after_the_end_is_not_waited_for() -> None:
    end = AT + RETRIES.give_up_after
    last = tried(one_delivery(), 500, now=end - MINUTE, chance=0.0, retries=RETRIES, asked_s=60)
    assert last.next_at == end
    assert (
        tried(last, 500, now=end - MINUTE, chance=0.0, retries=RETRIES, asked_s=61).state
        is DeliveryState.DEAD
    )


def test_a_dead_letter_can_be_sent_again_and_a_living_one_cannot() -> None:
    dead = tried(one_delivery(), 500, now=AT + 99 * HOUR, chance=0.5, retries=RETRIES)
    assert (dead.state, dead.next_at) == (DeliveryState.DEAD, None)
    again = sent_again(dead, now=AT + 100 * HOUR)
    assert (again.state, again.next_at, again.tries) == (DeliveryState.WAITING, AT + 100 * HOUR, 0)
    assert (again.message_id, again.payload) == (dead.message_id, dead.payload)
    with pytest.raises(ValueError, match="dead letter"):
        sent_again(again, now=AT)
    with pytest.raises(ValueError, match="waits"):
        tried(dead, 200, now=AT, chance=0.5, retries=RETRIES)


def test_a_schedule_without_waits_is_refused() -> None:
    for wrong in ({"first_s": 0.0}, {"first_s": 9.0, "most_s": 1.0}, {"give_up_after": timedelta(0)}):
        with pytest.raises(ValueError, match="Retries"):
            Retries(**wrong)
    with pytest.raises(ValueError, match="chance"):
        full_jitter_s(1, 1.5, RETRIES)
