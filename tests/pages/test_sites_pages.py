"""The case for a camera in a browser: written part by part, decided upon by another, tested, reviewed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Rank, Role
from openanpr.sites.case import Case, Consulted, Form
from openanpr.sites.desk import Done
from openanpr.sites.life import Step
from tests.pages.keys import keys_alone
from tests.pages.office import looks_right
from tests.sites.scene import CASE, NUMBERS, scored

TITLE = "Mill Street, westbound"
LOOKS = "both lanes by the third tree"


@pytest.fixture
def mo(office):
    return office.person("mo", Role.ANPR_MANAGER)


@pytest.fixture
def sue(office):
    return office.person("sue", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT, team="Command")


def day(page: Page, name: str, text: str) -> None:
    """Fill in a day, as 1 10 2026."""
    for part, said in zip(("day", "month", "year"), text.split(), strict=True):
        page.locator(f"#{name}_{part}").fill(said)


def save(page: Page, button: str = "Save") -> None:
    page.get_by_role("button", name=button, exact=True).click()


def begin(page: Page, form: str = "Fixed", title: str = TITLE) -> None:
    page.goto("/sites")
    page.get_by_role("link", name="Begin a case").click()
    page.get_by_label("What the site is called").fill(title)
    page.get_by_label(form, exact=True).check()
    page.get_by_label("Area").fill("north")
    save(page, "Save and go on")
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def write_texts(page: Page) -> None:
    """Fill in the parts that are the same for every form."""
    page.get_by_role("link", name="The need, and what follows").click()
    for label in ("What need does it meet?", "Strategic assessment", "What follows if nothing is done?"):
        page.get_by_label(label).fill(f"{label} said")
    save(page)
    page.get_by_role("link", name="Local and wider views").click()
    page.get_by_label("What do people who live or work there").fill("the parish asked for it")
    page.get_by_label("What do others think of it?").fill("a club of drivers was against it")
    save(page)


def write_lists(page: Page) -> None:
    page.get_by_role("link", name="The grounds, and evidence").click()
    page.get_by_role("link", name="Add a piece of evidence").click()
    page.get_by_label("Local crime").check()
    page.get_by_label("What it is").fill("burglaries of a year")
    page.get_by_label("Where it is kept").fill("CR/2026/7")
    day(page, "on", "1 9 2026")
    page.get_by_label("Who answers for it").fill("the crime analyst")
    save(page)
    page.get_by_role("link", name="Back to the parts").click()
    page.get_by_role("link", name="Who was consulted").click()
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Who was asked").fill("the parish")
    day(page, "on", "2 10 2026")
    page.get_by_label("What they said").fill("they want it")
    page.get_by_label("What they were answered").fill("they were told how it works")
    save(page)
    page.get_by_role("link", name="Back to the parts").click()
    page.get_by_role("link", name="Alternatives that intrude").click()
    for label in ("It intrudes less", "It intrudes more"):
        page.get_by_role("link", name="Add an alternative").click()
        page.get_by_label(label).check()
        page.get_by_label("What could be done").fill("a patrol on Friday nights")
        page.get_by_label("Why it is not the answer").fill("it was tried")
        save(page)
    page.get_by_role("link", name="Back to the parts").click()
    page.get_by_role("link", name="What is expected in a year").click()
    page.get_by_role("link", name="Add an expectation").click()
    page.get_by_label("Outcomes").check()
    page.get_by_label("At least so many").fill("20")
    page.get_by_label("Why so many").fill("two in three of the burglaries by car")
    save(page)
    page.get_by_role("link", name="Back to the parts").click()
    page.get_by_role("link", name="Data-protection impact").click()
    page.get_by_label("Where it is kept").fill("DPIA/7")
    day(page, "on", "1 10 2026")
    page.get_by_label("Who approved it").fill("the data protection officer")
    page.get_by_label("The risks that it found").fill("who lives beyond it is seen daily")
    save(page)


def add_camera(page: Page, *, place: bool = True) -> None:
    page.get_by_role("link", name="The cameras, and").click()
    page.get_by_role("link", name="Add a camera").click()
    page.get_by_label("Number of the camera").fill("53/1/7")
    if place:
        page.get_by_label("Latitude").fill("51.5")
        page.get_by_label("Longitude").fill("-2.6")
        page.get_by_label("What it looks at").fill(LOOKS)
    save(page)


def write_all(page: Page) -> None:
    """Write a whole fixed case, from its list of parts."""
    add_camera(page)
    page.get_by_role("link", name="Back to the parts").click()
    write_texts(page)
    write_lists(page)
    page.get_by_role("link", name="Cameras that are there already").click()
    page.get_by_role("link", name="Check for cameras near by").click()
    save(page, "Check now")
    expect(page.get_by_text("No other camera is near.")).to_be_visible()
    page.get_by_role("link", name="Back to the parts").click()


def submit(page: Page) -> str:
    page.get_by_role("link", name="Submit the case").click()
    save(page, "Submit it")
    expect(page.get_by_text("Waits for a decision", exact=True)).to_be_visible()
    return page.url.rpartition("/")[2]


def test_a_case_is_written_submitted_authorised_by_another_and_commissioned(office, mo, sue) -> None:
    with office.at(mo) as page:
        page.goto("/")
        page.get_by_role("link", name="Camera sites").first.click()
        looks_right(page, "sites-none")
        begin(page)
        looks_right(page, "sites-write")
        write_all(page)
        expect(page.get_by_role("link", name="Submit the case")).to_be_visible()
        looks_right(page, "sites-write-whole")
        site = submit(page)
        looks_right(page, "sites-submitted")
        expect(page.get_by_role("link", name="Authorise it")).to_have_count(0)
        assert LOOKS not in page.content()
    with office.at(sue) as page:
        page.goto("/")
        looks_right(page, "sites-start")
        page.get_by_role("link", name="1 camera site waits for a decision").click()
        looks_right(page, "sites-decide")
        page.get_by_role("link", name=TITLE).click()
        page.get_by_role("link", name="Where they stand").click()
        expect(page.get_by_text(LOOKS)).to_be_visible()
        looks_right(page, "sites-places")
        page.goto(f"/sites/{site}/authorise")
        looks_right(page, "sites-authorise")
        save(page, "Authorise it")
        expect(page.get_by_text("Authorised, not up yet")).to_be_visible()
    with office.at(mo) as page:
        page.goto(f"/sites/{site}")
        page.get_by_role("link", name="Say that it was put up").click()
        day(page, "on", "22 11 2026")
        save(page)
        page.get_by_role("link", name="See its tests").click()
        expect(page.get_by_text("No test yet")).to_be_visible()
        looks_right(page, "sites-tests-none")
        test = scored(office.world.stores.intake.cameras.every()[0].camera, office.world.now)
        office.world.stores.intake.tests.keep(test)
        page.reload()
        expect(page.get_by_text("Passed", exact=True)).to_be_visible()
        looks_right(page, "sites-tests")
        page.get_by_role("link", name="Commission the site").click()
        save(page, "Judge the tests")
        expect(page.get_by_text("Stands", exact=True)).to_be_visible()
        looks_right(page, "sites-stands")
        page.goto("/sites/cameras")
        looks_right(page, "sites-cameras")


def standing(office, case: Case = CASE, *, title: str = TITLE) -> str:
    """A site that stands, of the camera of this node, written by another manager and authorised by sid."""
    world = office.world
    desk, now = world.made.siting.desk, world.now
    case = replace(case, title=title, dpia=replace(case.dpia, on=now.date()), consulted=())
    asked = Consulted("the parish", now.date(), "they want it", "they were told")
    case = replace(case, consulted=(asked,))
    max_, sid = Done("max", now), Done("sid", now, "it is needed")
    site = desk.draft(case, max_).site_id
    if case.form is not Form.VEHICLE_MOUNTED:
        desk.check(site, max_)
    desk.submit(site, max_)
    desk.decide(site, Step.AUTHORISED, sid)
    desk.installed(site, now.date(), max_)
    for camera in case.camera_ids:
        world.stores.intake.tests.keep(scored(camera, now))
    desk.commission(site, max_)
    return site


def test_a_site_is_reviewed_with_what_it_brought_and_renewed_by_another(office) -> None:
    site = standing(office)
    office.world.later(days=NUMBERS.review_days - 20)
    mob = office.person("mob", Role.ANPR_MANAGER)
    sub = office.person("sub", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT)
    with office.at(mob) as page:
        page.goto("/sites?show=due")
        looks_right(page, "sites-due")
        page.get_by_role("link", name=TITLE).click()
        expect(page.get_by_text("its time runs out")).to_be_visible()
        page.get_by_role("link", name="What they brought").click()
        looks_right(page, "sites-contribution")
        page.goto(f"/sites/{site}/dpia-reviewed")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="Say who went through it")).to_be_visible()
        looks_right(page, "sites-dpia-faults")
        day(page, "on", f"{office.world.now.day} {office.world.now.month} {office.world.now.year}")
        page.get_by_label("Who went through it").fill("the data protection officer")
        page.get_by_label("What came of it").fill("no change")
        save(page)
        page.get_by_role("link", name="Write the review of the year").click()
        expect(page.get_by_text("Arrests: none.")).to_be_visible()
        looks_right(page, "sites-review")
        page.get_by_label("The need as it is now").fill("burglars still come over it")
        page.get_by_label("What the cameras changed").fill("a third fewer")
        save(page, "Save the review")
        expect(page.get_by_text("Reviewed, waits for a decision", exact=True)).to_be_visible()
        looks_right(page, "sites-reviewed")
    with office.at(sub) as page:
        page.goto(f"/sites/{site}/lapse")
        expect(page.get_by_text("burglars still come over it")).to_be_visible()
        looks_right(page, "sites-lapse")
        page.goto(f"/sites/{site}/renew")
        page.get_by_label("Why").fill("the need is shown")
        looks_right(page, "sites-renew")
        save(page, "Renew it")
        expect(page.get_by_text("Stands", exact=True)).to_be_visible()


def test_whoever_wrote_the_review_or_lacks_the_rank_is_told_why_they_do_not_decide(office) -> None:
    site = standing(office)
    office.world.made.siting.desk.review(site, "still", "good", Done("both", office.world.now))
    both = office.person(
        "both", Role.ANPR_MANAGER, Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT, team="Command"
    )
    ian = office.person("ian", Role.AUTHORISING_OFFICER, rank=Rank.INSPECTOR)
    for who, said in ((both, "another person must"), (ian, "rank of superintendent")):
        with office.at(who) as page:
            page.goto(f"/sites/{site}")
            expect(page.get_by_text(said)).to_be_visible()
            expect(page.get_by_text("Next review due on 22 November 2027.")).to_be_visible()
            expect(page.get_by_role("link", name="Renew it")).to_have_count(0)
            looks_right(page, f"sites-kept-{who.login}")
            page.goto(f"/sites/{site}/renew")
            expect(page.get_by_text("You may not")).to_be_visible()
            page.get_by_label("Why").fill("I would like it")
            save(page, "Renew it")
            expect(page.get_by_text("Stands", exact=True)).to_have_count(0)


def test_a_moveable_camera_is_moved_and_taken_down(office) -> None:
    site = standing(office, replace(CASE, form=Form.MOVEABLE, stays_days=28))
    office.world.later(days=22)
    with office.at(office.person("mov", Role.ANPR_MANAGER)) as page:
        page.goto(f"/sites/{site}")
        expect(page.get_by_text("It may stay where it is for so long", exact=False)).to_be_visible()
        looks_right(page, "sites-stay-due")
        page.get_by_role("link", name="Move a camera").click()
        looks_right(page, "sites-move")
        day(page, "on", "14 12 2026")
        page.get_by_label("latitude").fill("51.8660")
        page.get_by_label("longitude").fill("-2.2382")
        page.get_by_label("What it looks at").fill("the eastern end, by the inn")
        save(page, "It stands there now")
        expect(page.get_by_text("that would be the same stay").first).to_be_visible()
        looks_right(page, "sites-move-refused")
        page.get_by_label("latitude").fill("51.9912")
        save(page, "It stands there now")
        expect(page.get_by_role("table", name="Stays").get_by_role("row")).to_have_count(3)
        assert "the inn" not in page.content()
        looks_right(page, "sites-moved")
        page.get_by_role("link", name="Take a camera down").click()
        day(page, "on", "14 12 2026")
        save(page, "It was taken down")
        expect(page.get_by_text("Taken down").first).to_be_visible()


def test_a_camera_in_a_vehicle_has_a_form_of_its_own(office, mo) -> None:
    with office.at(mo) as page:
        begin(page, "In a vehicle", "Two cars of roads policing")
        expect(page.get_by_role("link", name="Cameras that are there already")).to_have_count(0)
        add_camera(page, place=False)
        page.get_by_role("link", name="Say which vehicles").click()
        page.get_by_label("Which vehicles carry").fill("two marked cars")
        page.get_by_label("What may they be driven").fill("patrols that an inspector tasks")
        save(page)
        expect(page.get_by_text("patrols that an inspector tasks")).to_be_visible()
        looks_right(page, "sites-vehicles")
        cameras = page.url
        for path in ("stay", "9.9.9/change", "9.9.9/remove"):
            answer = page.goto(f"{cameras}/{path}")
            assert answer is not None
            assert answer.status == 404, path


def test_entries_of_a_part_are_changed_and_taken_out(office, mo) -> None:
    with office.at(mo) as page:
        begin(page)
        write = page.url
        page.goto(f"{write}/alternatives")
        looks_right(page, "sites-rows-none")
        page.get_by_role("link", name="Add an alternative").click()
        save(page)
        expect(page.get_by_role("link", name="Choose how far it intrudes")).to_be_visible()
        looks_right(page, "sites-row-faults")
        page.get_by_label("It intrudes less").check()
        page.get_by_label("What could be done").fill("a patrol")
        page.get_by_label("Why it is not the answer").fill("it was tried")
        save(page)
        page.get_by_role("link", name="Change an alternative, 1").click()
        expect(page.get_by_label("What could be done")).to_have_value("a patrol")
        page.get_by_label("What could be done").fill("two patrols")
        save(page)
        expect(page.get_by_text("two patrols")).to_be_visible()
        looks_right(page, "sites-rows")
        page.get_by_role("link", name="Take out an alternative, 1").click()
        looks_right(page, "sites-row-out")
        save(page, "Take it out")
        expect(page.get_by_text("Nothing yet.")).to_be_visible()
        for path in ("/alternatives/7/change", "/alternatives/x/remove"):
            answer = page.goto(f"{write}{path}")
            assert answer is not None
            assert answer.status == 404
        page.goto(f"{write}/cameras/add")
        page.get_by_label("Number of the camera").fill("53/1/7")
        page.get_by_label("Latitude").fill("51.5")
        save(page)
        expect(page.get_by_role("link", name="A place is both")).to_be_visible()
        looks_right(page, "sites-camera-faults")


def test_two_who_write_at_once_do_not_write_over_one_another(office, mo) -> None:
    with office.at(mo) as page:
        begin(page)
        page.get_by_role("link", name="The need, and what follows").click()
        page.get_by_label("What need does it meet?").fill("mine")
        site = page.url.split("/")[4]
        desk = office.world.made.siting.desk
        desk.revise(site, replace(desk.find(site).case, need="hers"), Done("mia", office.world.now))
        save(page)
        expect(page.get_by_text("somebody changed this case meanwhile", exact=False).first).to_be_visible()
        expect(page.get_by_label("What need does it meet?")).to_have_value("mine")
        assert desk.find(site).case.need == "hers"


def submitted(office) -> str:
    """A site that mo wrote and that waits for a decision."""
    desk, now = office.world.made.siting.desk, office.world.now
    asked = Consulted("the parish", now.date(), "they want it", "they were told")
    case = replace(CASE, title=TITLE, dpia=replace(CASE.dpia, on=now.date()), consulted=(asked,))
    site = desk.draft(case, Done("mo", now)).site_id
    desk.check(site, Done("mo", now))
    desk.submit(site, Done("mo", now))
    return site


def test_a_case_is_sent_back_and_written_on(office, mo, sue) -> None:
    site = submitted(office)
    with office.at(sue) as page:
        page.goto(f"/sites/{site}/send-back")
        page.get_by_label("Why").fill("the school was not asked")
        save(page, "Send it back")
        expect(page.get_by_text("Sent back", exact=True).first).to_be_visible()
        assert page.goto(f"/sites/{site}/write").status == 403
    with office.at(mo) as page:
        page.goto(f"/sites/{site}/write")
        expect(page.get_by_text("the school was not asked")).to_be_visible()
        looks_right(page, "sites-sent-back")


def test_an_officer_decides_upon_what_they_read_and_nothing_that_came_since(office, sue) -> None:
    site = submitted(office)
    with office.at(sue) as page:
        page.goto(f"/sites/{site}")
        desk, now = office.world.made.siting.desk, office.world.now
        desk.decide(site, Step.SENT_BACK, Done("sid", now, "not yet"))
        desk.revise(site, replace(desk.find(site).case, need="another need"), Done("mo", now))
        desk.submit(site, Done("mo", now))
        page.get_by_role("link", name="Authorise it").click()
        save(page, "Authorise it")
        expect(page.get_by_text("since you looked: look again", exact=False).first).to_be_visible()
        looks_right(page, "sites-authorise-changed")
        page.goto(f"/sites/{site}")
        expect(page.get_by_text("another need")).to_be_visible()
        page.get_by_role("link", name="Authorise it").click()
        save(page, "Authorise it")
        expect(page.get_by_text("Authorised, not up yet")).to_be_visible()


def test_an_auditor_sees_cases_and_no_place_and_does_nothing(office) -> None:
    site = standing(office)
    with office.at(office.person("una", Role.AUDITOR, team="Standards")) as page:
        page.goto(f"/sites/{site}")
        for name in ("Where they stand", "Withdraw it", "Go on writing"):
            expect(page.get_by_role("link", name=name)).to_have_count(0)
        for path in ("/places", "/withdraw", "/renew", "/write", "/write/about", "/move"):
            answer = page.goto(f"/sites/{site}{path}")
            assert answer is not None
            assert answer.status == 403, path


def test_a_confidential_site_is_not_there_for_whoever_may_not_know_of_it(office, sue) -> None:
    secret = replace(CASE, confidential=True, confidential_why="a visit", named=("sid",))
    site = standing(office, secret, title="The quiet house")
    with office.at(sue) as page:
        page.goto("/sites")
        expect(page.get_by_text("The quiet house")).to_have_count(0)
        page.goto("/sites/cameras")
        expect(page.get_by_text("53/1/7")).to_have_count(0)
        for path in ("", "/places", "/contribution", "/tests", "/renew", "/nothing"):
            answer = page.goto(f"/sites/{site}{path}")
            assert answer is not None
            assert answer.status == 404, path
            assert "The quiet house" not in page.content()


def test_a_case_can_be_begun_and_written_by_the_keyboard_alone(office, mo) -> None:
    with office.at(mo) as page, keys_alone(page) as keys:
        page.goto("/")
        keys.follow("Camera sites", "**/sites")
        keys.follow("Begin a case", "**/site-new")
        keys.fill("What the site is called", TITLE)
        keys.choose("Fixed")
        keys.fill("Area", "north")
        keys.follow("Save and go on", "**/write")
        keys.follow("The need, and what follows", "**/write/need")
        keys.fill("What need does it meet?", "burglars come over it by car")
        keys.follow("Save", "**/write")
        keys.follow("The cameras, and", "**/write/cameras")
        keys.follow("Add a camera", "**/cameras/add")
        keys.fill("Number of the camera", "53/1/7")
        keys.follow("Save", "**/write/cameras")
        expect(page.get_by_text("Camera 53/1/7", exact=True)).to_be_visible()
