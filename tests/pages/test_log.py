"""The audit log in a browser: looked through, proved, opened, handed out; checkpoints; a replay."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from openanpr.audit.acts import Act
from openanpr.audit.disclosure import Disclosure, verify_disclosure
from openanpr.audit.note import KeyKind, NoteSigner
from openanpr.core.role import Role
from openanpr.people.account import Account
from tests.pages.asking import REFERENCE, SETTINGS, look_up, with_cases
from tests.pages.office import Office, looks_right

WHY = "a complaint that somebody looked up a neighbour"


@pytest.fixture
def logged(open_office) -> Office:
    """A node where ivy asked one search that ran and one that was refused."""
    office = open_office(SETTINGS)
    with_cases(office)
    ivy = office.person("ivy", Role.INVESTIGATOR)
    look_up(office, ivy)
    look_up(office, ivy, days=500)
    return office


@pytest.fixture
def ada(logged) -> Account:
    return logged.person("ada", Role.AUDITOR, team="South")


def numbers(office: Office, act: Act) -> list[int]:
    """The numbers of the entries of an act."""
    log = office.world.stores.log
    return [n for n, one in enumerate(log.entries_from(0, log.size)) if one.act is act]


def test_the_log_is_looked_through_by_act_and_by_day_and_to_older_entries(logged, ada) -> None:
    log = logged.world.stores.log
    for _ in range(60):
        logged.world.deliver()
    with logged.at(ada) as page:
        page.goto("/log")
        expect(page.locator(".log tbody tr")).to_have_count(50)
        looks_right(page, "log-entries")
        page.get_by_role("link", name="Older entries").click()
        page.wait_for_url("**before=*")
        first = int(page.locator(".log tbody tr th").first.inner_text())
        assert first < log.size - 50
        page.get_by_label("Act").first.select_option("Somebody asked or looked")
        page.get_by_label("Day, such as").first.fill("22/11/2026")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**act=consultation*")
        shown = [int(text) for text in page.locator(".log tbody th").all_inner_texts()]
        assert shown == numbers(logged, Act.CONSULTATION)[::-1]
        page.get_by_label("Day, such as").first.fill("23/11/2026")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text("There is no such entry.")).to_be_visible()
        looks_right(page, "log-empty")


def test_an_entry_is_shown_with_a_proof_that_an_outsider_can_repeat(logged, ada, tmp_path) -> None:
    log = logged.world.stores.log
    index = numbers(logged, Act.CONSULTATION)[0]
    with logged.at(ada) as page:
        page.goto("/log")
        page.get_by_label("Entry number").fill(str(index))
        page.get_by_role("button", name="Show").click()
        page.wait_for_url(f"**/log/entries/{index}")
        looks_right(page, "log-entry")
        assert "AB12" not in page.content()
        leaf, root = page.locator("#leaf").inner_text(), page.locator("#root").inner_text()
        with page.expect_download() as taken:
            page.get_by_role("link", name="Download the entry with its proof").click()
        file = tmp_path / "proof.json"
        taken.value.save_as(file)
    found = Disclosure.parse(file.read_bytes())
    assert found.openings == ()
    assert hashlib.sha256(b"\0" + found.entry).hexdigest() == leaf
    assert log.latest.checkpoint.root.hex() == root
    words = ["--entry", str(file), "--key", str(log.key)]
    done = subprocess.run(
        [sys.executable, "-m", "openanpr.audit.verify", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert f"PROVED: entry {index}" in done.stdout


def test_an_entry_is_opened_for_a_case_and_handed_out_and_both_are_logged_first(
    logged, ada, tmp_path
) -> None:
    index = numbers(logged, Act.CONSULTATION)[0]
    with logged.at(ada) as page:
        page.goto(f"/log/entries/{index}")
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Say why")
        looks_right(page, "log-entry-faults")
        page.locator("#reference").fill(REFERENCE)
        page.locator("#why").fill(WHY)
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_text("Ivy (ivy)").first).to_be_visible()
        expect(page.locator(".opened", has_text="AB12CDE")).to_be_visible()
        assert "AB12" not in page.url
        looks_right(page, "log-entry-opened")
        page.locator("#for-recipient").fill("Crown Court")
        page.locator("#for-reference").fill("T2026/123")
        page.locator("#for-why").fill("production order")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Download to hand out").click()
        file = tmp_path / "opened.json"
        taken.value.save_as(file)
    log = logged.world.stores.log
    proved = verify_disclosure(Disclosure.parse(file.read_bytes()), log_key=log.key)
    assert proved.values["plate"] == "AB12CDE"
    *_, mine, theirs = numbers(logged, Act.DISCLOSURE)
    opened = [verify_disclosure(log.disclose(n), log_key=log.key).values for n in (mine, theirs)]
    assert [one["recipient"] for one in opened] == ["ada", "Crown Court"]
    assert [one["reason"] for one in opened] == [WHY, "production order"]
    assert log.entries_from(mine, 1)[0].public["regards"] == index


def test_a_person_is_looked_for_and_that_is_logged_before(logged, ada) -> None:
    log = logged.world.stores.log
    with logged.at(ada) as page:
        page.goto("/log")
        page.get_by_text("Look for a person").click()
        page.get_by_role("button", name="Look for this person").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the sign-in name")
        page.locator("#person").fill("ivy")
        page.locator("#reference").fill(REFERENCE)
        page.locator("#why").fill(WHY)
        size = log.size
        page.get_by_role("button", name="Look for this person").click()
        expect(page.get_by_role("heading", name="Entries that name ivy")).to_be_visible()
        shown = [int(text) for text in page.locator(".log tbody th").all_inner_texts()]
        looks_right(page, "log-person")
    asked = log.entries_from(size, 1)[0]
    assert (asked.act, asked.public["kind"], asked.public["stage"]) == (
        Act.CONSULTATION,
        "audit-log",
        "asked",
    )
    named = verify_disclosure(log.disclose(size), log_key=log.key).values
    assert (named["person"], named["for_whom"], named["reason"]) == ("ada", "ivy", WHY)
    assert set(numbers(logged, Act.CONSULTATION)[:-1]) <= set(shown)
    for number in shown:
        values = verify_disclosure(log.disclose(number), log_key=log.key).values
        assert {"ivy", "a-ivy"} & set(values.values())


def test_the_log_goes_on_from_a_checkpoint_that_was_kept_and_not_from_a_foreign_one(logged, ada) -> None:
    log = logged.world.stores.log
    kept = log.checkpoint().note.to_bytes().decode()
    logged.world.deliver()
    witness = NoteSigner.generate("witness.example", KeyKind.COSIGNATURE)
    log.checkpoint()
    line = str(witness.sign(log.latest.checkpoint.text, at=int(logged.world.now.timestamp())))
    log.add_cosignature(line, witness.key)
    other = NoteSigner.generate(log.key.name)
    foreign = kept.partition("\n\n")[0] + "\n\n" + str(other.sign(kept.partition("\n\n")[0] + "\n"))
    with logged.at(ada) as page:
        page.goto("/log")
        # To open a page is itself logged, and so a later checkpoint than the witness's may be the latest.
        page.get_by_role("link", name="Checkpoints").click()
        page.wait_for_url("**/log/checkpoints")
        expect(page.get_by_role("cell", name="witness.example")).to_be_visible()
        looks_right(page, "log-checkpoints")
        page.get_by_role("button", name="Prove it").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Paste the checkpoint")
        page.get_by_label("The checkpoint that you kept").fill(foreign)
        page.get_by_role("button", name="Prove it").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("no checkpoint of this log")
        page.get_by_label("The checkpoint that you kept").fill(kept)
        page.get_by_role("button", name="Prove it").click()
        expect(page.get_by_role("heading", name="It goes on from there")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text(log.latest.checkpoint.root.hex())
        looks_right(page, "log-consistency")
        later = log.latest.note.to_bytes().decode()
        page.get_by_label("The checkpoint that you kept").fill(later)
        page.get_by_label("A later one").fill(kept)
        page.get_by_role("button", name="Prove it").click()
        expect(page.get_by_role("heading", name="It does not go on from there")).to_be_visible()
        looks_right(page, "log-inconsistent")


def test_past_searches_are_judged_again_under_another_profile(logged, ada) -> None:
    ivy = logged.world.stores.people.by_login("ivy")
    assert look_up(logged, ivy, days=400, category="serious")["state"] == "waiting"
    with logged.at(ada) as page:
        page.goto("/log/policy")
        expect(page.get_by_text("Nobody searches without writing why")).to_be_visible()
        looks_right(page, "log-policy")
        page.get_by_label("The last days").fill("many")
        page.get_by_role("button", name="Judge them again").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("how many days back")
        page.get_by_label("The last days").fill("30")
        page.get_by_label("Under the profile").select_option("current")
        page.get_by_role("button", name="Judge them again").click()
        expect(page.locator("#replayed")).to_contain_text("3 searches of the last 30 days")
        expect(page.locator(".verdict")).to_contain_text("1 would have been decided otherwise")
        expect(page.locator(".way").first).to_contain_text("Would be: Refused")
        expect(page.locator(".way").first).to_contain_text(
            "search-age-of-category: Nobody asks for reads older"
        )
        looks_right(page, "log-replayed")
        assert "AB12" not in page.content()
    last = logged.world.stores.log.entries_from(numbers(logged, Act.CONSULTATION)[-1], 1)[0]
    assert last.public["stage"] == "past-decisions"


def test_the_log_looks_right_by_night(logged, ada) -> None:
    with logged.at(ada, color_scheme="dark") as page:
        for path, name in (
            ("", "entries"),
            ("/entries/0", "entry"),
            ("/checkpoints", "checkpoints"),
            ("/policy", "policy"),
        ):
            page.goto(f"/log{path}")
            looks_right(page, f"log-{name}", light="night")


def test_whoever_may_not_read_the_log_is_refused(logged) -> None:
    ivy = logged.world.stores.people.by_login("ivy")
    with logged.at(ivy) as page:
        for path in ("/log", "/log/entries/0", "/log/checkpoints", "/log/policy"):
            page.goto(path)
            expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_an_entry_that_is_not_there_is_told_so(logged, ada) -> None:
    logged.world.later(minutes=1)
    with logged.at(ada) as page:
        for number in ("999999", "x"):
            page.goto(f"/log/entries/{number}")
            expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_node_where_nobody_searched_has_nothing_to_judge_again(open_office) -> None:
    office = open_office()
    with office.at(office.person("ada", Role.AUDITOR)) as page:
        page.goto("/log/policy")
        page.get_by_role("button", name="Judge them again").click()
        expect(page.get_by_text("No search was asked in that time.")).to_be_visible()
        looks_right(page, "log-replayed-nothing")
