"""Beginning with a link, passkeys, stepping up and a force's own sign-in, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.people import founding
from openanpr.people.account import Post
from tests.pages.office import looks_right
from tests.people.oidc_server import CLIENT, SECRET, Provider, serving

PASSWORD = "four random words do"


@pytest.fixture
def link(office) -> str:
    """A link for a first administrator, as an address of the page."""
    newcomer = founding.Newcomer("ann", "Ann Hill", Post(53, "Office", "North"))
    made = founding.first_link(office.world.made.door.desk, newcomer, now=office.world.now)
    return f"/join#{made.value.token}"


def code_of(page: Page, office) -> str:
    """What an app shows that was given the secret of the page."""
    secret = page.locator(".secret__text").inner_text().replace(" ", "")
    return pyotp.TOTP(secret).at(office.world.now)


def authenticator(page: Page, *, present: bool = True, known: bool = True) -> None:
    """Give the browser a security key that asks for its owner's finger, and has it.

    It waits where nobody is `present`, and finds another's finger where the person is not `known`.
    """
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": known,
        "automaticPresenceSimulation": present,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_somebody_begins_with_a_link_and_is_shown_their_recovery_codes_once(office, link) -> None:
    with office.at() as page:
        page.goto(link)
        assert page.url.endswith("/join"), "the token stays out of the address"
        looks_right(page, "join")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/join/look")
        looks_right(page, "set-up")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill(code_of(page, office))
        page.get_by_role("button", name="Set up my account").click()
        expect(page.get_by_role("heading", name="Your account is set up")).to_be_visible()
        assert page.locator(".codes__one").count() == 10
        looks_right(page, "recovery-codes")
        page.goto("/")
        page.goto(link)
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("This link is not good")


def test_the_code_in_the_picture_is_the_secret_in_the_text(office, link) -> None:
    cv2 = pytest.importorskip("cv2")
    numpy = pytest.importorskip("numpy")
    with office.at() as page:
        page.goto(link)
        page.get_by_role("button", name="Continue").click()
        shot = page.locator(".secret__code").screenshot()
        secret = page.locator(".secret__text").inner_text().replace(" ", "")
    picture = cv2.imdecode(numpy.frombuffer(shot, numpy.uint8), cv2.IMREAD_COLOR)
    told, *_ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert told.startswith("otpauth://totp/")
    assert secret in told


def test_without_script_the_link_is_pasted(office, link) -> None:
    with office.at(java_script_enabled=False) as page:
        page.goto("/join")
        page.get_by_label("Your link").fill(f"{office.home}{link}")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Your sign-in name is")).to_be_visible()


def test_a_wrong_code_and_two_passwords_leave_the_link_good(office, link) -> None:
    with office.at() as page:
        page.goto(link)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill("something else altogether")
        page.get_by_label("Code", exact=True).fill("000000")
        page.get_by_role("button", name="Set up my account").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("not the same")
        looks_right(page, "set-up-faults")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_label("The same password again").fill("short")
        page.get_by_label("Code", exact=True).fill(code_of(page, office))
        page.get_by_role("button", name="Set up my account").click()
        expect(summary).to_contain_text("12")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill("000000")
        page.get_by_role("button", name="Set up my account").click()
        expect(summary).to_contain_text("The code is not the one")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill(code_of(page, office))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your account is set up")).to_be_visible()


def test_a_passkey_is_added_signs_in_and_steps_up(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page:
        authenticator(page)
        page.goto("/account")
        page.get_by_label("What you call the new passkey").fill("My laptop")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("My laptop").first).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        looks_right(page, "sign-in-passkey")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{office.home}/")
        expect(page.get_by_text("You are signed in as")).to_be_visible()
        office.world.later(minutes=6)
        page.goto("/account")
        page.get_by_role("button", name="Remove My laptop").click()
        expect(page.get_by_text("second factor").first).to_be_visible()
        page.get_by_role("link", name="Give my second factor").click()
        page.wait_for_url("**/step-up?next=/account")
        looks_right(page, "step-up-passkey")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/account")
        page.get_by_role("button", name="Remove My laptop").click()
        expect(page.get_by_text("You have none.")).to_be_visible()


def test_the_account_with_a_passkey_looks_right(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        authenticator(page)
        page.goto("/account")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("My passkey").first).to_be_visible()
        looks_right(page, "account-passkey")


def test_while_a_passkey_is_waited_for_the_page_says_so_and_asks_once(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        authenticator(page, present=False)
        begun: list[str] = []
        page.on("request", lambda one: begun.append(one.url) if one.url.endswith("/begin") else None)
        page.goto("/account")
        page.get_by_label("What you call the new passkey").fill("My key")
        page.keyboard.press("Enter")
        waits = page.get_by_role("status").filter(has_text="Waiting for your passkey")
        expect(waits).to_be_visible()
        page.get_by_role("button", name="Add a passkey").click()
        looks_right(page, "account-passkey-waits")
        assert len(begun) == 1
        page.reload()
        expect(waits).not_to_be_visible()
        expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()


def test_a_passkey_that_is_not_used_is_told_in_plain_words_and_can_be_tried_again(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        authenticator(page, known=False)
        page.goto("/account")
        for _ in range(2):
            page.get_by_role("button", name="Add a passkey").click()
            expect(page.get_by_role("alert")).to_have_text(
                "No passkey was used. Try again, or go on another way."
            )
            expect(page.get_by_role("status").filter(has_text="Waiting")).not_to_be_visible()
        looks_right(page, "account-passkey-refused")


def test_a_node_that_is_not_reached_is_told_in_plain_words(office) -> None:
    with office.at() as page:
        authenticator(page)
        page.goto("/sign-in")
        page.route("**/passkey/begin", lambda one: one.abort("connectionrefused"))
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_have_text("The node was not reached. Try again in a moment.")
        looks_right(page, "sign-in-not-reached")


def test_a_wrong_code_does_not_step_up_and_says_so(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/step-up?next=/account")
        looks_right(page, "step-up")
        page.get_by_label("Code", exact=True).fill("000000")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("The code is not taken")


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    made.claims = {"sub": "pc-1234", "name": "Dan Dale", "groups": ["ANPR-OWN"], "amr": ["pwd", "mfa"]}
    with serving(made):
        yield made


@pytest.fixture
def county(open_office, provider, tmp_path):
    """A node that knows the sign-in of a force."""
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, "utf-8")
    office = open_office(
        "[[people.providers]]\n"
        f'name = "county"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nsecret_file = "{secret}"\n'
        'role_claim = "groups"\nroles = {ANPR-OWN = "list-owner"}\nranks = {}\nstrong = ["mfa"]\n'
        'force = 53\nunit = "Crime"\nteam = "North"\n'
    )
    provider.now = lambda: int(office.world.now.timestamp())
    return office


def test_a_browser_that_comes_back_from_the_force_lands_on_a_page_and_is_signed_in(county) -> None:
    with county.at() as page:
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in through county").click()
        expect(page.get_by_text("You are signed in as")).to_be_visible()
        assert page.url == f"{county.home}/"
        expect(page.get_by_text("Dan Dale").first).to_be_visible()


def test_a_sign_in_that_the_force_does_not_vouch_for_lands_on_a_page_that_says_so(county, provider) -> None:
    provider.claims["amr"] = ["pwd"]
    with county.at() as page:
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in through county").click()
        expect(page.get_by_text("What you can do")).to_be_visible()
        looks_right(page, "provider-refused")
        page.goto("/")
        expect(page.get_by_text("You are signed in as")).not_to_be_visible()


def test_what_comes_back_twice_is_refused_on_a_page(county) -> None:
    with county.at() as page:
        page.goto("/api/sign-in/provider/county/callback?state=x&code=y")
        expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
        assert "county" not in page.locator("main").inner_text()
