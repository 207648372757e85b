"""One's own account in a browser, and what the log has of oneself and of nobody else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from openanpr.audit.acts import Alteration, Consultation, Disclosure, Erasure, PeopleChange
from openanpr.core.role import Role
from openanpr.people.account import Account, Post
from openanpr.people.roles import Grant
from tests.pages.office import Office, looks_right
from tests.web_api.node_people import token_of

MARK = "LB07SEO"


def searched(office: Office, person: str, reference: str) -> int:
    """Log that somebody was shown reads; return the number of the entry."""
    event = Consultation(
        at=office.world.now,
        person=person,
        stage="shown",
        kind="reads",
        purpose="crime",
        reference=reference,
        reason="a burglary",
        plate=MARK,
        reads=3,
    )
    return office.world.stores.log.append(event).index


def test_the_account_says_what_counts_and_why_the_rest_does_not(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    store, now = office.world.stores.people, office.world.now
    new = Account("a-new", "new", "Nell New", Post(53, "Crime", "North"), "test", now)
    store.add(new)
    grant = Grant("g-new", "a-new", Role.ANALYST, None, now, now + timedelta(days=9), "test", now, "a test")
    store.give(grant, lambda _: None)
    with office.at(ivy) as page:
        page.goto("/account")
        expect(page.get_by_text("Investigator").first).to_be_visible()
        assert "anpr-user" in page.locator("main").inner_text()
        looks_right(page, "account")
    with office.at(new) as page:
        page.goto("/account")
        expect(page.get_by_text("Analyst does not count")).to_be_visible()
        looks_right(page, "account-untrained")


def test_a_session_elsewhere_is_ended_and_then_all(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page, office.at(ivy) as other:
        page.goto("/account")
        page.get_by_role("button", name="End the session from").click()
        expect(page.get_by_text("End all")).not_to_be_visible()
        other.goto("/account")
        assert "/sign-in" in other.url
        token_of(office.world, ivy)
        page.goto("/account")
        page.get_by_role("button", name="End all").click()
        page.wait_for_url("**/sign-in")
        page.goto("/account")
        assert "/sign-in" in page.url


def test_the_session_of_another_cannot_be_ended(office) -> None:
    ivy, dan = office.person("ivy", Role.INVESTIGATOR), office.person("dan", Role.ANALYST)
    token_of(office.world, dan)
    theirs = next(
        one.session_id
        for one in office.world.stores.people.open_sessions(office.world.now)
        if one.account_id == dan.account_id
    )
    with office.at(ivy) as page:
        page.goto("/account")
        csrf = page.evaluate("document.body.dataset.csrf")
        told = page.request.post(
            f"{office.home}/account/sessions/{theirs}/end",
            form={"csrf": csrf},
            headers={"origin": office.home, "sec-fetch-site": "same-origin"},
        )
        assert told.status in {401, 403, 404}
    left = office.world.stores.people.open_sessions(office.world.now)
    assert theirs in {one.session_id for one in left}


def test_a_vehicle_is_declared_and_withdrawn_and_its_mark_is_in_no_address(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto("/account/vehicles")
        looks_right(page, "vehicles-none")
        page.get_by_role("button", name="Declare").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the registration mark")
        page.get_by_label("Registration mark").fill("lb07 seo")
        page.get_by_label("My own").check()
        page.keyboard.press("Enter")
        expect(page.locator(".plate")).to_be_visible()
        looks_right(page, "vehicles")
        page.get_by_label("Registration mark").fill("LB07SEO")
        page.get_by_label("My own").check()
        page.get_by_role("button", name="Declare").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("declared already")
        page.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_text("You have declared none.")).to_be_visible()
        assert not [one for one in asked if "lb07" in one.lower()]


def test_new_recovery_codes_want_a_second_factor_just_now(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page:
        page.goto("/account")
        page.get_by_role("button", name="Make new recovery codes").click()
        expect(page.locator(".codes__one")).to_have_count(10)
        page.get_by_role("link", name="I have written them down").click()
        page.wait_for_url("**/account")
        office.world.later(minutes=6)
        page.goto("/account")
        expect(page.get_by_role("button", name="Make new recovery codes")).not_to_be_visible()
        expect(page.get_by_role("link", name="give your second factor")).to_be_visible()


def test_the_log_of_oneself_says_what_for_and_proves_it(office, tmp_path) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    number = searched(office, ivy.account_id, "CR/1234")
    office.world.stores.log.append(
        PeopleChange(
            at=office.world.now,
            person="a-boss",
            subject=ivy.account_id,
            step="role-given",
            outcome="done",
            source="10.1.2.3",
            about="role=investigator",
        )
    )
    with office.at(ivy) as page:
        page.goto("/account/log")
        told = page.locator("main").inner_text()
        assert "You were shown records: 3 reads" in told
        assert "CR/1234" in told
        assert "On your account, by somebody else: a role was given" in told
        assert MARK not in told
        assert "a-boss" not in told
        assert "10.1.2.3" not in told
        looks_right(page, "own-log")
        page.get_by_role("link", name=re.compile(rf"Entry {number}\b")).click()
        expect(page.get_by_role("heading", name="Its proof holds")).to_be_visible()
        looks_right(page, "own-proof")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Save the proof").click()
        saved = tmp_path / "proof.json"
        waiting.value.save_as(saved)
    assert MARK not in saved.read_text("utf-8")
    assert "CR/1234" in verified(saved, str(office.world.stores.log.key), tmp_path)


def verified(saved: Path, key: str, folder: Path) -> str:
    """What the verifier of outsiders says of a proof."""
    (folder / "key.txt").write_text(key, "utf-8")
    command = [sys.executable, "-m", "openanpr.audit.verify", "--entry", str(saved)]
    done = subprocess.run(
        [*command, "--key", str(folder / "key.txt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nobody_sees_what_the_log_has_of_another(office) -> None:
    ivy, dan = office.person("ivy", Role.INVESTIGATOR), office.person("dan", Role.ADMINISTRATOR)
    theirs = searched(office, ivy.account_id, "CR/1234")
    office.world.stores.log.append(
        Alteration(at=office.world.now, person="ivy", subject="ivy", reason="dan", what="quarantine-mend")
    )
    with office.at(dan) as page:
        page.goto("/account/log")
        told = page.locator("main").inner_text()
        assert "CR/1234" not in told
        assert "You changed a record" not in told
        for address in (f"/account/log/{theirs}", "/account/log/99999999"):
            page.goto(address)
            expect(page.get_by_text("There is no such entry of yours")).to_be_visible()
        got = page.request.get(f"{office.home}/api/me/log?before={theirs + 1}")
        assert [one["entry"] for one in got.json()["entries"] if one["entry"] == theirs] == []
    with office.at(ivy) as page:
        page.goto("/account/log")
        told = page.locator("main").inner_text()
        assert "CR/1234" in told
        assert "You changed a record" in told


def test_a_name_from_before_the_account_and_a_device_of_the_same_name_are_not_the_person(office) -> None:
    log, earlier = office.world.stores.log, office.world.now
    before = log.append(
        Alteration(at=earlier, person="gate-1", subject="x", reason="old", what="quarantine-mend")
    ).index
    office.world.later(minutes=1)
    gate = office.person("gate-1", Role.INVESTIGATOR)
    page_of_list = Disclosure(
        at=office.world.now,
        person="gate-1",
        recipient="gate-1",
        what="list-page",
        purpose="matching",
        reference="stolen from 1 to 2",
        reason="the list is for devices",
    )
    device = log.append(page_of_list).index
    mine = log.append(
        Alteration(at=office.world.now, person="gate-1", subject="x", reason="new", what="quarantine-mend")
    ).index
    with office.at(gate) as page:
        page.goto("/account")
        got = page.request.get(f"{office.home}/api/me/log").json()["entries"]
    numbers = {one["entry"] for one in got}
    assert mine in numbers
    assert numbers.isdisjoint({before, device})


def test_a_name_that_means_something_else_in_the_log_is_nobodys(office) -> None:
    log = office.world.stores.log
    theirs = log.append(
        Alteration(at=office.world.now, person="machine-owner", subject="x", reason="y", what="log-mend")
    ).index
    odd = office.person("machine-owner", Role.INVESTIGATOR)
    with office.at(odd) as page:
        page.goto("/account")
        got = page.request.get(f"{office.home}/api/me/log").json()["entries"]
    assert theirs not in {one["entry"] for one in got}


def test_older_entries_are_a_page_further_on_and_none_is_told_twice(office) -> None:
    ivy, dan = office.person("ivy", Role.INVESTIGATOR), office.person("dan", Role.ANALYST)
    numbers = {searched(office, (ivy if n % 4 else dan).account_id, f"CR/{n}") for n in range(600)}
    with office.at(ivy) as page:
        page.goto("/account/log")
        looks_right(page, "own-log-long", light="day")
        page.get_by_role("link", name="Older entries").click()
        expect(page.get_by_role("link", name="Newest entries")).to_be_visible()
        seen: list[int] = []
        before = ""
        while True:
            told = json.loads(page.request.get(f"{office.home}/api/me/log{before}").text())
            seen += [one["entry"] for one in told["entries"]]
            if not told["before"]:
                break
            before = f"?before={told['before']}"
        assert len(seen) == len(set(seen))
        assert seen == sorted(seen, reverse=True)
        assert len(numbers & set(seen)) == 450


def test_what_was_erased_names_nobody_any_more(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    number = searched(office, ivy.account_id, "CR/77")
    log = office.world.stores.log
    log.erase_openings([number], Erasure(at=office.world.now, what="log-openings", rules=(), rows=1))
    with office.at(ivy) as page:
        page.goto("/account/log")
        assert "CR/77" not in page.locator("main").inner_text()
        page.goto(f"/account/log/{number}")
        expect(page.get_by_text("There is no such entry of yours")).to_be_visible()


def test_a_log_that_takes_nothing_tells_nothing(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page:
        page.goto("/account")
        office.world.stores.log._broken = "the disk failed under it"
        page.goto("/account/log")
        expect(page.get_by_text("could not be written down")).to_be_visible()
        office.world.stores.log._broken = ""


def test_the_account_by_night_is_as_clear(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    searched(office, ivy.account_id, "CR/1234")
    with office.at(ivy, color_scheme="dark") as page:
        for name in ("", "/log", "/vehicles"):
            page.goto(f"/account{name}")
            looks_right(page, f"account{name.replace('/', '-')}", light="night")
