"""What was found is kept for a case, exported and printed in a browser."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.pages.office import looks_right
from tests.pages.search.world import (
    MARK,
    REFERENCE,
    run_one,
)


def test_chosen_rows_are_kept_for_a_case_with_notes_until_it_is_closed(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/cases")
        looks_right(page, "cases-none")
        page.get_by_role("button", name="Open the case").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the reference")
        page.get_by_label("Reference").fill(REFERENCE)
        page.get_by_label("Last day").fill("30/06/2027")
        page.get_by_role("button", name="Open the case").click()
        page.wait_for_url(re.compile(r"/cases/[0-9a-f]{32}$"))
        run_one(page)
        page.get_by_role("button", name="Keep them").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Choose the rows")
        page.get_by_label("Row 1", exact=True).check()
        page.get_by_label("Row 3", exact=True).check()
        page.get_by_label("Why they are kept").fill("They show the van near the yard.")
        page.get_by_role("button", name="Keep them").click()
        page.wait_for_url(re.compile(r"/cases/[0-9a-f]{32}$"))
        expect(page.get_by_text("2 reads, kept 22 November 2026")).to_be_visible()
        page.get_by_label("New note").fill("The driver is not to be seen.")
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_text("The driver is not to be seen.")).to_be_visible()
        looks_right(page, "cases-one")
        page.get_by_role("button", name="Open them, which is written down").click()
        expect(page.locator("main .plate")).to_have_count(2)
        looks_right(page, "cases-held")
        page.get_by_role("link", name="Back to the case").click()
        page.get_by_label("Why it is closed").fill("The burglars were found and charged.")
        page.get_by_role("button", name="Close it").click()
        expect(page.get_by_text("it takes nothing more")).to_be_visible()
        page.goto("/cases")


def test_chosen_rows_are_exported_to_a_named_recipient_and_printed_with_their_head(yard, ivy) -> None:
    with yard.at(ivy) as page:
        run_one(page)
        page.get_by_label("Row 2", exact=True).check()
        page.get_by_role("button", name="Export them").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter to whom it goes")
        expect(page.get_by_label("Row 2", exact=True)).to_be_checked()
        page.get_by_label("To whom it goes").fill("CPS South West")
        with page.expect_download() as sent:
            page.get_by_role("button", name="Export them").click()
        text = Path(sent.value.path()).read_text("utf-8")
        assert "CPS South West" in text
        assert MARK in text
        assert MARK not in sent.value.suggested_filename
        page.get_by_role("button", name="Print them").click()
        expect(page.locator(".printed")).to_contain_text(MARK)
        looks_right(page, "search-printed")
