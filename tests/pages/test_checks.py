"""The checks that every page goes through find what they are there to find."""

from __future__ import annotations

from tests.pages.office import nameless, overflow, unseen_stops, violations

BAD = """<!DOCTYPE html><html lang="en"><title>bad</title><style>
.a:focus { outline: none; box-shadow: none; background: inherit; border-color: inherit }
</style><main><h1>Bad</h1><a class="a" href="/x">seen by nobody</a><a href="/y">seen</a>
<button></button><p style="color:#999;background:#fff">grey on white</p>
<div style="width:3000px">wide</div></main>"""


def test_each_check_finds_its_fault_in_a_bad_page(browser) -> None:
    page = browser.new_page()
    page.set_content(BAD)
    found = violations(page)
    assert any("color-contrast" in one for one in found)
    assert any("button-name" in one for one in found)
    assert overflow(page) > 0
    assert nameless(page) == ["button"]
    assert [one for one in unseen_stops(page) if "seen by nobody" in one]
    assert not [one for one in unseen_stops(page) if one.strip().endswith("seen")]
    page.get_by_role("link", name="seen", exact=True).focus()
    assert [one for one in unseen_stops(page) if "seen by nobody" in one], "it begins at the top in any case"
    page.close()
