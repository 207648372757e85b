"""A force's own sign-in, against a real provider over HTTP: the whole way, and every lie on it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from openanpr.core.role import Rank, Role
from openanpr.people import oidc, present, register
from openanpr.people.event import Deed, Reason
from openanpr.people.id_token import IdTokenError, key_set
from openanpr.people.oidc import Back, ProviderError
from openanpr.people.oidc_line import HttpLine, Registration
from openanpr.people.provider import ClaimRules, verify_address
from openanpr.people.provider import Provider as Known
from openanpr.people.session import Way
from tests.ingest.contracts import at_once
from tests.people.oidc_server import CLIENT, SECRET, Provider, serving
from tests.people.scene import HOME, POST, Scene, refused

RULES = ClaimRules(
    role_claim="groups",
    roles={
        "ANPR-INV": Role.INVESTIGATOR,
        "ANPR-AUTH": Role.AUTHORISING_OFFICER,
        "ANPR-AUD": Role.AUDITOR,
        "ANPR-OWN": Role.LIST_OWNER,
    },
    rank_claim="rank",
    ranks={"PC": Rank.NONE, "Insp": Rank.INSPECTOR, "Supt": Rank.SUPERINTENDENT},
    strong=frozenset({"mfa"}),
    post=POST,
)
REDIRECT = "https://anpr.example/sign-in/county"


@dataclass(slots=True)
class Force:
    """A force with its sign-in, as the node knows it."""

    scene: Scene
    provider: Provider
    line: HttpLine
    known: Known

    def back(self, sent: oidc.Sent) -> Back:
        """What a browser brings back, having gone to the provider over HTTP."""
        answer = httpx.get(sent.address, follow_redirects=False)
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        return Back(told["state"], told["code"], sent.browser, told["iss"])

    def begin(self) -> oidc.Sent:
        return oidc.begin(self.scene.desk, self.known, source=HOME, now=self.scene.now).value

    def finish(self, back: Back):
        return oidc.finish(self.scene.desk, self.known, self.line, back, source=HOME, now=self.scene.now)

    def enter(self):
        return self.finish(self.back(self.begin()))


@pytest.fixture
def force(scene) -> Iterator[Force]:
    provider = Provider(now=lambda: int(scene.now.timestamp()))
    provider.claims = {"sub": "pc-1234", "name": "Dan Dale", "groups": ["ANPR-OWN"], "amr": ["pwd", "mfa"]}
    line = HttpLine()
    with serving(provider):
        known = line.discover(registration(provider))
        yield Force(scene, provider, line, known)
    line.close()


def registration(provider: Provider, **other) -> Registration:
    told = {"name": "county", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    return Registration(**(told | {"redirect": REDIRECT, "rules": RULES} | other))


def roles_of(force: Force, token: str) -> frozenset[Role]:
    return present.present(force.scene.desk, token, source=HOME, now=force.scene.now).standing.roles


def test_a_person_of_the_force_comes_in_with_the_roles_of_their_claims(force) -> None:
    done = force.enter()
    assert [one.deed for one in done.events] == [Deed.ACCOUNT_MADE, Deed.SIGNED_IN]
    assert (done.value.account.name, done.value.session.way) == ("Dan Dale", Way.PROVIDER)
    assert roles_of(force, done.value.token) == {Role.LIST_OWNER}
    again = force.enter()
    assert again.value.account == done.value.account
    assert [one.deed for one in again.events] == [Deed.SIGNED_IN]


def test_a_role_that_needs_training_counts_once_the_training_is_recorded_here(force) -> None:
    scene = force.scene
    ann = scene.founder()
    force.provider.claims |= {"groups": ["ANPR-AUTH", "other"], "rank": ["Insp", "Supt"]}
    entered = force.enter().value
    assert roles_of(force, entered.token) == set()
    on = scene.now.date()
    passed = register.Passed(entered.account.account_id, "anpr-authoriser", on, on.replace(year=2027))
    register.record_training(scene.desk, scene.acting(ann), passed, now=scene.now)
    found = present.present(scene.desk, entered.token, source=HOME, now=scene.now).standing
    assert (found.roles, found.rank) == ({Role.AUTHORISING_OFFICER}, Rank.SUPERINTENDENT)


def test_claimed_roles_end_with_the_session_and_are_never_kept_as_grants(force) -> None:
    entered = force.enter().value
    assert force.scene.store.grants_of(entered.account.account_id) == ()
    force.provider.claims["groups"] = []
    assert refused(force.enter).refused is Reason.NO_ROLE
    assert roles_of(force, entered.token) == {Role.LIST_OWNER}, "as long as that session lives"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"amr": ["pwd"]}, Reason.NO_ROLE),
        ({"amr": None}, Reason.NO_ROLE),
        ({"groups": "nothing known"}, Reason.NO_ROLE),
        ({"groups": ["ANPR-AUTH"]}, Reason.NO_ROLE),
        ({"groups": ["ANPR-AUTH"], "rank": "PC"}, Reason.NO_ROLE),
        ({"groups": {"ANPR-OWN": 1}}, Reason.NO_ROLE),
        ({"iss": "https://evil.example"}, Reason.PROVIDER),
        ({"aud": "another"}, Reason.PROVIDER),
        ({"aud": [CLIENT, "another"]}, Reason.PROVIDER),
        ({"azp": "another"}, Reason.PROVIDER),
        ({"aud": None}, Reason.PROVIDER),
        ({"exp": 1}, Reason.PROVIDER),
        ({"exp": None}, Reason.PROVIDER),
        ({"exp": True}, Reason.PROVIDER),
        ({"iat": 1}, Reason.PROVIDER),
        ({"iat": 9_999_999_999}, Reason.PROVIDER),
        ({"nbf": 9_999_999_999}, Reason.PROVIDER),
        ({"nonce": "another"}, Reason.PROVIDER),
        ({"nonce": None}, Reason.PROVIDER),
        ({"sub": None}, Reason.PROVIDER),
        ({"sub": ""}, Reason.PROVIDER),
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_in_one_part_lets_nobody_in(force, claims, reason) -> None:
    force.provider.claims |= claims
    assert refused(force.enter).refused is reason
    assert force.scene.store.every() == ()


def test_two_audiences_are_taken_where_this_node_is_the_party_named(force) -> None:
    force.provider.claims |= {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert force.enter()


def unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def by_public_key(token: str) -> str:
    """The old trick: the public key as the secret of an HMAC."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "one"}).encode()).decode()
    return f"{head.rstrip('=')}.{token.split('.')[1]}.AAAA"


@pytest.mark.parametrize(
    "mangle",
    [
        unsigned,
        by_public_key,
        lambda token: token[:-8] + "AAAAAAAA",
        lambda _: "a.b.c",
        lambda _: "x" * 40_000,
    ],
)
def test_a_token_that_is_not_signed_by_the_provider_lets_nobody_in(force, mangle) -> None:
    force.provider.mangle = mangle
    assert refused(force.enter).refused is Reason.PROVIDER


def test_a_token_of_another_key_lets_nobody_in(force) -> None:
    force.provider.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    assert refused(force.enter).refused is Reason.PROVIDER


def test_a_state_is_good_once_for_ten_minutes_for_one_browser_and_one_provider(force) -> None:
    back = force.back(force.begin())
    force.finish(back)
    assert refused(force.finish, back).refused is Reason.PROVIDER
    late = force.back(force.begin())
    force.scene.later(minutes=10)
    assert refused(force.finish, late).refused is Reason.PROVIDER
    other = force.begin()
    stolen = replace(force.back(force.begin()), browser=other.browser)
    assert refused(force.finish, stolen).refused is Reason.PROVIDER
    assert refused(force.finish, Back("made up", "code", "browser", force.known.issuer))
    back = force.back(force.begin())
    force.known = replace(force.known, name="elsewhere")
    assert refused(force.finish, back).refused is Reason.PROVIDER


def test_a_code_is_worth_nothing_without_the_verifier_of_its_own_sign_in(force) -> None:
    first, second = force.back(force.begin()), force.back(force.begin())
    assert refused(force.finish, replace(first, code=second.code)).refused is Reason.PROVIDER


def test_no_administrator_makes_a_link_to_the_account_of_a_person_of_the_force(force) -> None:
    who = force.enter().value.account.account_id
    ann = force.scene.founder()
    with pytest.raises(ValueError, match="in use"):
        register.link_again(force.scene.desk, force.scene.acting(ann), who, now=force.scene.now)


def test_two_who_come_for_the_first_time_at_once_are_one_account(force) -> None:
    backs = [force.back(force.begin()) for _ in range(4)]
    found = at_once(lambda n: force.finish(backs[n]).value.account.account_id, 4)
    assert len(set(found)) == len(force.scene.store.every()) == 1


def test_a_disabled_person_is_not_let_in_by_their_force(force) -> None:
    who = force.enter().value.account.account_id
    ann = force.scene.founder()
    register.disable(force.scene.desk, force.scene.acting(ann), who, "left", now=force.scene.now)
    assert refused(force.enter).refused is Reason.DISABLED


def test_a_provider_that_is_down_or_answers_anything_else_lets_nobody_in(force) -> None:
    back = force.back(force.begin())
    for address in (f"{force.provider.issuer}/nowhere", "http://127.0.0.1:9"):
        force.known = replace(force.known, token_at=address)
        assert refused(force.finish, force.back(force.begin())).refused is Reason.PROVIDER
    assert back.code not in repr(back)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": "http://evil.example/token"},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"jwks_uri": 7},
    ],
)
def test_a_discovery_document_that_is_not_to_be_trusted_is_refused(force, told) -> None:
    force.provider.discovery = told
    with pytest.raises((ProviderError, ValueError)):
        force.line.discover(registration(force.provider))


def test_rules_that_make_an_administrator_or_take_a_password_alone_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="administrator"):
        replace(RULES, roles={"x": Role.ADMINISTRATOR})
    for strong in (frozenset(), frozenset({"pwd"})):
        with pytest.raises(ValueError, match="second factor"):
            replace(RULES, strong=strong)


@pytest.mark.parametrize("address", ["http://county.example", "ftp://x", "https://", "https://u@x", "x"])
def test_an_address_in_the_clear_is_refused(address) -> None:
    with pytest.raises(ValueError, match="https"):
        verify_address(address)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "%s"}]}' % ("A" * 40)]
)
def test_a_key_set_without_public_keys_is_refused(text) -> None:
    with pytest.raises(IdTokenError):
        key_set(text)
