"""Figures in a browser: what waits, what is published and withheld, notes, proof, counted anew."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from openanpr.audit.acts import Act
from openanpr.core.role import Role
from tests.pages.office import looks_right
from tests.run_node.test_publishing import SETTLED, populated


def aside(does) -> None:
    """Do it in a thread of its own: a browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(does).result()


def test_a_publisher_sees_months_notes_one_and_hands_out_its_proof(office) -> None:
    world = office.world
    aside(lambda: populated(world))
    with office.at(office.person("pia", Role.PUBLISHER)) as page:
        page.goto("/")
        page.get_by_role("link", name="Publishing").first.click()
        expect(page.get_by_role("row", name="November 2026")).to_contain_text("Not settled yet")
        expect(page.get_by_text("Nothing is published yet.")).to_be_visible()
        looks_right(page, "publishing-waits")
    world.now = SETTLED
    world.made.publishing.publish_due(SETTLED)
    world.made.public_site.turn()
    pia = office.person("pip", Role.PUBLISHER)
    with office.at(pia) as page:
        page.goto("/publishing")
        expect(page.get_by_text("under the checkpoint of 1 January 2027")).to_be_visible()
        looks_right(page, "publishing-all")
        page.get_by_role("link", name="November 2026").click()
        expect(page.get_by_text("counts of 1 to 4 are withheld")).to_be_visible()
        expect(page.get_by_role("link", name="Count it anew")).to_have_count(0)
        looks_right(page, "publishing-month")
        with page.expect_download() as got:
            page.get_by_role("link", name="The document with its proof").click()
        told = json.loads(got.value.path().read_text("utf-8"))
        assert told["document"]["period"] == "2026-11"
        page.get_by_role("link", name="Publish a note").click()
        page.get_by_role("button", name="Publish the note").click()
        expect(page.get_by_role("link", name="Write some text of at most")).to_be_visible()
        page.get_by_label("Note").fill("A camera was counted as fixed; it moves.")
        looks_right(page, "publishing-note")
        before = world.stores.log.size
        page.get_by_role("button", name="Publish the note").click()
        expect(page.get_by_text("A camera was counted as fixed; it moves.")).to_be_visible()
        acts = [one.act for one in world.stores.log.entries_from(before, 10)]
        assert Act.PUBLICATION in acts
        looks_right(page, "publishing-noted")
        assert page.goto("/publishing/2026-11/recount").status == 403
        assert page.goto("/publishing/2026-10").status == 404
        assert page.goto("/publishing/yesterday").status == 404
        assert page.goto("/publishing/2026-11/file?note=9").status == 404


def test_an_auditor_counts_a_month_anew_and_notes_nothing(office) -> None:
    world = office.world
    aside(lambda: populated(world))
    world.now = SETTLED
    world.made.publishing.publish_due(SETTLED)
    with office.at(office.person("una", Role.AUDITOR, team="Standards")) as page:
        page.goto("/publishing/2026-11")
        expect(page.get_by_role("link", name="Publish a note")).to_have_count(0)
        page.get_by_role("link", name="Count it anew").click()
        page.get_by_label("Why").fill("quarterly check")
        page.get_by_role("button", name="Count it anew").click()
        expect(page.get_by_text("Nothing that can still be counted differs")).to_be_visible()
        looks_right(page, "publishing-recount")
        assert page.goto("/publishing/2026-11/note").status == 403
