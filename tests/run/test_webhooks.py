"""Webhooks over a real line to a real server that fails in every way there is."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import logging
import random
import ssl
import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from openanpr.alert.alert import OPEN
from openanpr.alert.take_in import take_in
from openanpr.alert.webhook import Endpoint, HmacSigner, Retries, sent_again
from openanpr.run.node.threads import Rounds
from openanpr.run.node.webhooks import Chance, WebhookSender, WebhookSettings, WebhookSettingsError
from openanpr.wire.webhook_signer import Ed25519Signer
from tests.alert.scenes import AT, BOOK, HOUR, ID_OF, MINUTE, NAMED, OPERATOR, covert_hit, make_hit
from tests.alert.stores import in_sqlite
from tests.run.webhook_receiver import Receiver, drip, endless, silence, status, verify

SECRET = bytes(range(32))
QUICK = Retries(first_s=1.0, most_s=60.0, give_up_after=timedelta(hours=1))
ROOM = "control room"


@pytest.fixture
def store(tmp_path):
    made = in_sqlite(tmp_path)
    yield made
    made.engine.dispose()


def sender(store, url: str, *, name=ROOM, reads_as=OPERATOR, met=True, **settings) -> WebhookSender:
    endpoint = Endpoint(name, url, reads_as)
    every = {
        "signer": HmacSigner(SECRET),
        "answer_timeout_s": 0.4,
        "idle_s": 0.05,
        "retries": QUICK,
        **settings,
    }
    chance = Chance(lambda: dt.datetime.now(dt.UTC), time.monotonic, random.Random(7))
    made = WebhookSender(store, lambda: BOOK, WebhookSettings(endpoint, **every), chance=chance)
    if met:
        made.collect(AT)  # the first look only notes where the endpoint begins
    return made


def alarm(store, *read_ids: int, make=make_hit) -> list[str]:
    """Raise an alert for each read, each of a vehicle of its own; return the ids of their events."""
    hits = [make(n, vrm_listed=f"V{n:06}", vrm_read=f"V{n:06}") for n in read_ids]
    return [f"{change.alert.id}.1" for change in take_in(hits, store, BOOK, now=AT, id_of=ID_OF)]


def turns_of(one: WebhookSender) -> Rounds:
    return Rounds("webhook", lambda: one.step(dt.datetime.now(dt.UTC)), cut_short=one.stop)


def wait_until(holds) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def worked_off(one: WebhookSender, now, *, until=HOUR) -> None:
    """Step through time until nothing waits any more."""
    end = now + until
    while now < end:
        wait_s = one.step(now)
        now += timedelta(seconds=max(wait_s, 0.001))  # a real clock never stands still
        if wait_s and one._store.next_at(one._endpoint.name) is None:
            return
    raise AssertionError("still waiting")


def test_an_alert_is_sent_so_that_a_stranger_can_check_it(store) -> None:
    with Receiver() as there, sender(store, there.url) as one:
        (message,) = alarm(store, 1)
        assert one.step(AT) == pytest.approx(0.05)
        (taken,) = there.taken
        verify(taken, secret=SECRET, now_s=AT.timestamp())
        assert taken.id == message == json.loads(taken.body)["event"]
        assert taken.headers["content-type"] == "application/json"
        assert one.standing.delivered == 1
        one.step(AT + MINUTE)
        assert len(there.taken) == 1


def test_a_key_pair_signs_too(store) -> None:
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    with Receiver() as there, sender(store, there.url, signer=signer) as one:
        alarm(store, 1)
        one.step(AT)
        verify(there.taken[0], public=signer.public, now_s=AT.timestamp())


@pytest.mark.parametrize("code", [301, 307, 400, 401, 404, 410, 429, 500, 503])
def test_whatever_is_not_2xx_is_tried_again_under_the_same_id(store, code) -> None:
    answers = [status(code, Location="/elsewhere"), status(code, Location="/elsewhere"), status(200)]
    with Receiver(answers) as there, sender(store, there.url) as one:
        (message,) = alarm(store, 1)
        one.step(AT)
        assert (one.standing.fault, one.standing.failures) == (f"http_{code}", 1)
        worked_off(one, AT + MINUTE)
        assert there.ids == [message] * 3
        assert {taken.path for taken in there.taken} == {"/hook?token=hidden-in-the-url"}
        assert (one.standing.delivered, one.standing.failures, one.standing.fault) == (1, 0, "")
        for taken, after in zip(there.taken, (0, 60, 60), strict=True):
            verify(taken, secret=SECRET, now_s=AT.timestamp() + after, tolerance_s=70)
        assert there.taken[0].headers["webhook-timestamp"] != there.taken[1].headers["webhook-timestamp"]


def test_gone_for_good_is_believed_of_no_endpoint(store) -> None:
    with Receiver([status(410)] * 5) as there, sender(store, there.url, retries=Retries(most_s=5)) as one:
        alarm(store, 1)
        worked_off(one, AT)
        alarm(store, 2)
        one.step(AT + HOUR)
        assert len(there.taken) == 7


def test_retry_after_is_heeded(store) -> None:
    with Receiver([status(503, Retry_After="40")]) as there, sender(store, there.url) as one:
        alarm(store, 1)
        one.step(AT)
        one.step(AT + timedelta(seconds=39))
        assert len(there.taken) == 1
        one.step(AT + timedelta(seconds=42))
        assert len(there.taken) == 2


@pytest.mark.parametrize("how", [silence(2.0), drip])
def test_a_receiver_that_is_too_slow_is_given_up_in_time_and_tried_again(store, how) -> None:
    with Receiver([how]) as there, sender(store, there.url) as one:
        (message,) = alarm(store, 1)
        began = time.monotonic()
        one.step(AT)
        assert time.monotonic() - began < 1.5
        assert (one.standing.delivered, one.standing.failures) == (0, 1)
        worked_off(one, AT + MINUTE)
        assert there.ids == [message, message]


@pytest.mark.parametrize(("code", "delivered"), [(200, 1), (500, 0)])
def test_an_answer_without_end_is_not_read_and_its_status_counts(store, code, delivered) -> None:
    with Receiver([endless(code)]) as there, sender(store, there.url) as one:
        alarm(store, 1)
        began = time.monotonic()
        one.step(AT)
        assert time.monotonic() - began < 1.5
        assert one.standing.delivered == delivered


def test_a_receiver_that_went_away_gets_all_of_it_when_it_is_back(store) -> None:
    with Receiver() as there:
        url, port = there.url, there.port
    with sender(store, url) as one:
        messages = alarm(store, *range(6))
        one.step(AT)
        assert one.standing.fault == "ConnectError"
        with Receiver(port=port) as there:
            worked_off(one, AT + 2 * MINUTE)
            assert sorted(there.ids) == sorted(messages)


def test_a_slow_endpoint_holds_up_no_other(store) -> None:
    with (
        Receiver([silence(5.0)] * 9) as slow,
        Receiver() as quick,
        sender(store, slow.url, name="slow", answer_timeout_s=1.0) as held_up,
        sender(store, quick.url, name="quick") as free,
    ):
        turns = [turns_of(one) for one in (held_up, free)]
        for rounds in turns:
            rounds.start()
        messages = alarm(store, *range(8))
        turns[1].soon()
        began = time.monotonic()
        while len(quick.taken) < 8 and time.monotonic() - began < 5:
            time.sleep(0.01)
        assert time.monotonic() - began < 1.0
        for rounds in turns:
            rounds.stop()
            assert rounds.join(10)
        assert sorted(quick.ids) == sorted(messages)
        assert held_up.standing.delivered == 0


def test_a_dead_letter_is_kept_and_switches_nothing_off(store) -> None:
    with Receiver([status(500)] * 400) as there, sender(store, there.url, idle_s=60) as one:
        (first,) = alarm(store, 1)
        worked_off(one, AT, until=3 * HOUR)
        assert one.standing.alarm
        (dead,) = store.dead()
        assert (dead.message_id, dead.status) == (first, 500)
        there.answers.clear()
        (second,) = alarm(store, 2)
        one.step(AT + 2 * HOUR)
        assert there.ids[-1] == second
        store.settle(sent_again(dead, now=AT + 2 * HOUR))
        one.step(AT + 3 * HOUR)
        assert there.ids[-1] == first
        assert store.dead() == ()


def test_an_endpoint_is_told_what_it_may_see_and_only_that(store) -> None:
    with (
        Receiver() as room,
        Receiver() as cell,
        sender(store, room.url) as to_room,
        sender(store, cell.url, name="cell", reads_as=NAMED) as to_cell,
    ):
        open_one, covert_one = alarm(store, 1), alarm(store, 2, make=covert_hit)
        to_room.step(AT)
        to_cell.step(AT)
        assert (room.ids, cell.ids) == (open_one, covert_one)
        assert store.heard(ROOM) == store.heard("cell") == {OPEN: 1, ("source unit",): 1}


def test_a_new_endpoint_begins_with_what_comes_next(store) -> None:
    alarm(store, 1)
    with Receiver() as there, sender(store, there.url, met=False) as one:
        one.step(AT)
        later = alarm(store, 2)
        one.step(AT)
        assert there.ids == later


def test_more_events_than_are_collected_at_once_all_arrive_once(store) -> None:
    messages = []
    with Receiver() as there, sender(store, there.url, at_once=50) as one:
        for n in range(5):
            messages += alarm(store, *range(n * 90, (n + 1) * 90))
        while one.step(AT) == 0:
            pass
        assert sorted(there.ids) == sorted(messages)


def test_events_that_were_forgotten_before_their_turn_are_counted_as_an_alarm(store) -> None:
    with Receiver() as there, sender(store, there.url) as one:
        alarm(store, 1, 2)
        store.forget_events(AT + HOUR)
        later = alarm(store, 3)
        one.step(AT)
        assert there.ids == later
        assert (one.standing.missed, one.standing.alarm) == (2, True)


def test_a_store_that_fails_for_a_while_costs_no_webhook(store, monkeypatch) -> None:
    def broken(*_args, **_more):
        raise OSError("disk")

    with Receiver() as there, sender(store, there.url) as one:
        messages = alarm(store, 1)
        with monkeypatch.context() as patch:
            patch.setattr(store, "due", broken)
            with pytest.raises(OSError, match="disk"):
                one.step(AT)
        one.step(AT)
        assert there.ids == messages


def test_the_end_cuts_a_try_short_and_its_webhook_is_sent_another_time(store) -> None:
    with Receiver([silence(20.0)]) as there:
        with sender(store, there.url, answer_timeout_s=15.0) as one:
            messages = alarm(store, 1, 2)
            rounds = turns_of(one)
            rounds.start()
            wait_until(lambda: there.taken)
            began = time.monotonic()
            rounds.stop()
            assert rounds.join(10)
            assert time.monotonic() - began < 5
            assert (one.standing.delivered, one.standing.failures) == (0, 0)
        with sender(store, there.url, met=False) as heir:
            worked_off(heir, dt.datetime.now(dt.UTC))
        assert set(there.ids) == set(messages)
        assert store.dead() == ()


class KilledError(BaseException):
    """Stands for a kill: nothing of ours catches it."""


class Mortal:
    """A store whose user dies at the n-th call, before or after the call did its work."""

    def __init__(self, store, at: int, *, after: bool) -> None:
        self.store, self.left, self.afterwards = store, at, after

    def __getattr__(self, name):
        method = getattr(self.store, name)

        def called(*args, **more):
            self.left -= 1
            if self.left == 0 and not self.afterwards:
                raise KilledError
            found = method(*args, **more)
            if self.left == 0:
                raise KilledError
            return found

        return called


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 19))
def test_a_kill_at_any_moment_neither_loses_nor_doubles(store, at, after) -> None:
    with Receiver([status(204), status(500)]) as there:
        with sender(store, there.url):
            messages = alarm(store, 1, 2, 3)
        mortal = Mortal(store, at, after=after)
        with sender(mortal, there.url, met=False) as doomed:
            try:
                for seconds in range(0, 180, 60):
                    doomed.step(AT + timedelta(seconds=seconds))
                died = False
            except KilledError:
                died = True
        assert died or mortal.left > 0
        with sender(store, there.url, met=False) as heir:
            worked_off(heir, AT + 10 * MINUTE)
        # Kept once each; on the wire at least once, a repeat always under the id of the first.
        assert set(there.ids) == set(messages)
        assert len(there.ids) <= 3 + 1 + died
        kept = [(row.message_id, row.state) for row in rows(store)]
        assert sorted(kept) == sorted((message, "delivered") for message in messages)


def rows(store):
    with store.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT message_id, state FROM alert_delivery").all()


@pytest.mark.parametrize(
    "url",
    [
        "http://control.example/hook",
        "http://127.0.0.1.example/hook",
        "ftp://localhost/hook",
        "https://user:pass@control.example/hook",
        "https:///hook",
        "https://control.example/hook#part",
        "https://control.example:99999/",
        "control.example/hook",
    ],
)
def test_a_url_that_cannot_be_trusted_is_refused_at_the_start_and_not_shown(store, url) -> None:
    with pytest.raises(WebhookSettingsError) as refused:
        sender(store, url)
    assert "example" not in str(refused.value)


def test_a_ca_file_that_is_not_there_is_refused_at_the_start(store, tmp_path) -> None:
    with pytest.raises(WebhookSettingsError, match="CA file"):
        sender(store, "https://control.example/", ca_file=tmp_path / "none.pem")


def certificate(folder) -> tuple[ssl.SSLContext, object]:
    """TLS for localhost that only its own file vouches for."""
    key, name = (
        Ed25519PrivateKey.generate(),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, None)
    )
    pem, key_pem = folder / "localhost.pem", folder / "localhost.key"
    pem.write_bytes(made.public_bytes(Encoding.PEM))
    key_pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_pem)
    return context, pem


def test_nothing_is_sent_to_an_endpoint_whose_certificate_nobody_vouches_for(store, tmp_path) -> None:
    tls, pem = certificate(tmp_path)
    with Receiver(tls=tls) as there:
        with sender(store, there.url) as one:
            messages = alarm(store, 1)
            one.step(AT)
            assert (one.standing.fault, there.taken) == ("ConnectError", [])
        with sender(store, there.url, ca_file=pem) as one:
            worked_off(one, AT + MINUTE)
            assert there.ids == messages


def test_nothing_private_is_written_into_the_log(store, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with Receiver([status(500)]) as there, sender(store, there.url) as one:
        alarm(store, 1)
        worked_off(one, AT)
    assert "V000001" not in caplog.text
    assert "hidden" not in caplog.text
    assert "hidden" not in repr(one._settings)
    assert repr(SECRET) not in repr(one._settings)
    assert "V000001" not in repr(one.standing)
