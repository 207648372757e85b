"""The report: one page that stands alone, with everything escaped and nothing fetched."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from openanpr.core.read import Candidate, Character, Style
from openanpr.match.index import ListIndex
from openanpr.run.report_page import ReportPage, write_report
from openanpr.run.save import OutputError
from openanpr.run.sighting import Sighting
from openanpr.voi.list_file import read_list
from tests.match.reads import make_entry, make_read
from tests.pages.chromium import chromium

MADE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVIL = '"><script>alert(1)</script><img src=http://evil.example/x>'
VOID = {"meta", "img", "link", "br", "rect", "image", "polygon"}


def jpeg(width: int = 320, height: int = 180) -> bytes:
    shades = np.linspace(40, 200, width * height * 3).reshape(height, width, 3).astype(np.uint8)
    cv2.setNumThreads(1)
    return cv2.imencode(".jpg", shades)[1].tobytes()


def sightings() -> list[Sighting]:
    index = ListIndex.build(
        [
            make_entry("AB12CDE", 2, action="STOP", make="FORD", information=EVIL),
            make_entry("XY12Z0O", 3),
            make_entry("AB1*", 4),
        ]
    )
    pictures = {"patch": jpeg(120, 30), "overview": jpeg()}
    reads = [
        make_read("AB12CDE", **pictures),
        make_read("XY12ZOO", source=EVIL, model=EVIL, **pictures),
        make_read("QZ1", style=Style.BLACK, lines=2, characters=(Character("Q", 0.4, (("O", 0.3),)),)),
        make_read("LL99LLL", candidates=(Candidate("LL99LLL", 0.9), Candidate("LL99LL1", 0.1))),
    ]
    return [Sighting(read, index.match(read), (1280, 720)) for read in reads]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    source = tmp_path / "wanted.csv"
    source.write_text("AB12CDE\n*\nAB12CDE\n", encoding="utf-8")
    lists = [read_list(source, on=date(2026, 11, 22))]
    path = tmp_path / "out" / "page.html"
    write_report(path, sightings(), title="Bridge <Street>", made_at=MADE, faults=[EVIL], lists=lists)
    return path


class Outline(HTMLParser):
    """What a page is made of; wrong nesting fails at once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def outline(path) -> Outline:
    found = Outline()
    found.feed(path.read_text(encoding="utf-8"))
    assert not found.open
    return found


def test_the_page_is_well_formed_and_its_headings_step_down_one_by_one(page) -> None:
    headings = outline(page).headings
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def test_the_page_fetches_nothing_and_runs_nothing(page) -> None:
    for tag, attributes in outline(page).tags:
        assert tag not in {"script", "link", "iframe", "form", "object"}
        assert "style" not in attributes, "inline styles are refused by the page's own policy"
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,"))


def test_the_policy_admits_this_style_sheet_and_pictures_only(page) -> None:
    text = page.read_text(encoding="utf-8")
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search('Content-Security-Policy" content="([^"]+)"', text)[1]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_hits_stand_on_top_exact_before_possible(page) -> None:
    text = page.read_text(encoding="utf-8")
    places = [
        text.index(mark) for mark in ("<h3>Exact</h3>", "<h3>Possible</h3>", 'id="reads"', 'id="lists"')
    ]
    assert places == sorted(places)
    assert text.count('class="card hit hit-exact"') == 1
    assert text.count('class="card hit hit-possible"') == 2
    assert "O and 0, I and 1 look the same" in text


def test_every_picture_has_words_in_its_place(page) -> None:
    tags = outline(page).tags
    assert all(attributes.get("alt") for tag, attributes in tags if tag == "img")
    pictures = [attributes for tag, attributes in tags if tag == "svg" and attributes.get("role") == "img"]
    assert pictures
    assert all(attributes["aria-label"] for attributes in pictures)


def test_the_plate_is_outlined_in_pixels_of_the_frame(page) -> None:
    drawn = [attributes for tag, attributes in outline(page).tags if tag == "polygon"]
    assert drawn[0]["points"] == "100.0,82.0 219.5,80.0 220.0,108.2 101.0,110.0"
    assert any(attributes.get("viewbox") == "0 0 1280 720" for _, attributes in outline(page).tags)


def test_nothing_that_came_from_outside_is_taken_for_html(page) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4
    assert "Bridge &lt;Street&gt;" in text


def test_faults_and_rows_to_look_at_are_told(page) -> None:
    text = page.read_text(encoding="utf-8")
    assert "What could not be read" in text
    assert "at least 3 letters or digits" not in text.partition('id="lists"')[0]
    assert "not used twice" in text.partition('id="lists"')[2]


def test_a_page_without_reads_or_lists_says_so(tmp_path) -> None:
    path = tmp_path / "page.html"
    write_report(path, [], title="Nothing", made_at=MADE, faults=[], lists=[])
    assert "No plate was read." in path.read_text(encoding="utf-8")
    assert "compared with no list" in path.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_is_given_up_leaves_nothing_behind(tmp_path) -> None:
    page = ReportPage(tmp_path / "page.html")
    page.add(sightings()[0])
    page.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        ReportPage(tmp_path / "file" / "page.html")


def luminance(colour: str) -> float:
    value = colour.removeprefix("#")
    value = value if len(value) == 6 else "".join(2 * c for c in value)
    parts = [int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *(("--ink", g) for g in ("--ground", "--card", "--possible-soft")),
        *(("--soft", g) for g in ("--ground", "--card")),
        *(("--link", g) for g in ("--ground", "--card")),
        ("#fff", "--exact"),
        ("--possible", "#fff"),
        ("#d8e3ec", "--deep"),
        ("#d8e3ec", "#1b3b57"),
        ("#b3160e", "#fff"),
        ("#111", "#f9c80e"),
        ("#eceff1", "#151515"),
    ],
)
def test_text_stands_out_from_its_ground(page, ink, ground) -> None:
    css = page.read_text(encoding="utf-8")
    named = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]+)", css))
    for colour in (ink, ground):
        assert colour in css
    light, dark = sorted((luminance(named.get(c, c)) for c in (ink, ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.skipif(chromium() is None, reason="no Chromium here: `make browser` installs it")
@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_shows_the_page_with_its_style_and_without_complaint(page, tmp_path, width) -> None:
    shot = tmp_path / "shot.png"
    shown = subprocess.run(
        [
            *(
                str(chromium()),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--v=0",
            ),
            *(f"--window-size={width},1400", f"--screenshot={shot}", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Content Security Policy" not in shown.stderr
    picture = cv2.imread(str(shot))
    assert picture.shape[1] == width
    assert (picture[4, 4] == (63, 41, 16)).all(), "the head of the page is dark blue when the style applies"
