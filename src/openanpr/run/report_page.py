"""The report: one page that stands alone, written piece by piece so that memory stays flat."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import IO

from openanpr.run.report_card import hit_card, read_card
from openanpr.run.save import OutputError
from openanpr.run.sighting import Sighting, printable
from openanpr.voi.fault import BadRow
from openanpr.voi.list_file import ListFile

_BAD_ROWS_SHOWN = 200


def write_report(
    path: Path,
    sightings: Iterable[Sighting],
    *,
    title: str,
    made_at: datetime,
    faults: Sequence[object],
    lists: Sequence[ListFile],
) -> None:
    """Write the page at `path` in one go. Raises OutputError when it cannot be written."""
    page = ReportPage(path)
    try:
        for sighting in sightings:
            page.add(sighting)
        page.finish(title=title, made_at=made_at, faults=faults, lists=lists)
    finally:
        page.abandon()


class ReportPage:
    """A page that grows with every read and appears at its place, whole, when finished.

    Pictures go straight to spool files beside the page. Needs no network, script or other file to be
    shown.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = self._exact_count = self._possible_count = 0
        self._compared = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not the system's own place for such files, which may be memory.
            self._reads, self._exact, self._possible = (_spool(path.parent) for _ in range(3))
        except OSError as error:
            raise OutputError.of(path, error) from error

    def add(self, sighting: Sighting) -> None:
        """Put a read and its hits on the page. Raises OutputError."""
        self._count += 1
        self._compared = self._compared or sighting.hits is not None
        try:
            self._reads.write(read_card(sighting, number=self._count))
            for hit in sighting.exact:
                self._exact_count += 1
                self._exact.write(hit_card(sighting, hit, number=self._count))
            for hit in sighting.possible:
                self._possible_count += 1
                self._possible.write(hit_card(sighting, hit, number=self._count))
        except OSError as error:
            raise OutputError.of(self._path, error) from error

    def finish(
        self, *, title: str, made_at: datetime, faults: Sequence[object], lists: Sequence[ListFile]
    ) -> None:
        """Put the page together at its place, over an older one. Raises OutputError."""
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            with part.open("w", encoding="utf-8", errors="replace") as page:
                page.write(self._head(title, made_at, len(faults)))
                self._write_hits(page)
                self._write_reads(page)
                page.write(_lists_part(lists))
                page.write(_faults_part(faults))
                page.write(_piece("foot.html").substitute())
            part.replace(self._path)
        except OSError as error:
            raise OutputError.of(self._path, error) from error
        finally:
            part.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Let go of the spool files; harmless after `finish`, and may be called twice."""
        for spool in (self._reads, self._exact, self._possible):
            spool.close()

    def _head(self, title: str, made_at: datetime, faults: int) -> str:
        css = _text("report.css")
        return _piece("head.html").substitute(
            title=escape(printable(title)),
            # The policy admits this very style sheet, pictures inside the page, and nothing else.
            style_hash=base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii"),
            css=css,
            made_iso=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            made=f"{made_at.day} {made_at:%B %Y, %H:%M} UTC",
            reads=self._count,
            exact=self._exact_count if self._compared else "–",
            possible=self._possible_count if self._compared else "–",
            faults=faults,
        )

    def _write_hits(self, page: IO[str]) -> None:
        page.write('<section aria-labelledby="hits"><h2 id="hits">Hits</h2>\n')
        if not self._compared:
            page.write('<p class="none">These reads were compared with no list.</p>\n')
        elif not self._exact_count + self._possible_count:
            page.write('<p class="none">No plate that was read is on a list.</p>\n')
        if self._exact_count:
            page.write(
                "<h3>Exact</h3>\n<p>The plate that was read is the plate on the list. It is a reading and "
                "not an identification: check the picture, the vehicle and that the entry still stands.</p>\n"
            )
            _pour(self._exact, page)
        if self._possible_count:
            page.write(
                "<h3>Possible</h3>\n<p><strong>Look at the picture before anything is done.</strong> The "
                "plate that was read is not surely the one on the list.</p>\n"
            )
            _pour(self._possible, page)
        page.write("</section>\n")

    def _write_reads(self, page: IO[str]) -> None:
        page.write('<section aria-labelledby="reads"><h2 id="reads">Every read</h2>\n')
        if not self._count:
            page.write('<p class="none">No plate was read.</p>\n')
        _pour(self._reads, page)
        page.write("</section>\n")


def _spool(folder: Path) -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", dir=folder)


def _pour(spool: IO[str], page: IO[str]) -> None:
    spool.seek(0)
    shutil.copyfileobj(spool, page)


def _lists_part(lists: Sequence[ListFile]) -> str:
    if not lists:
        return ""
    parts = ['<section aria-labelledby="lists"><h2 id="lists">Lists</h2>\n']
    for one in lists:
        name = escape(printable(one.name))
        parts.append(
            f"<h3>{name}</h3>\n<p>{len(one.entries):,} entries used; {one.weeded:,} weeded; "
            f"{len(one.bad_rows):,} rows to look at.</p>\n"
        )
        if one.bad_rows:
            parts.append(_bad_rows_table(name, one.bad_rows))
    return "".join([*parts, "</section>\n"])


def _bad_rows_table(name: str, bad_rows: Sequence[BadRow]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{bad.line}</th><td>{"used" if bad.used else "not used"}</td>'
        f"<td>{escape(bad.reason)}</td></tr>\n"
        for bad in bad_rows[:_BAD_ROWS_SHOWN]
    )
    more = len(bad_rows) - _BAD_ROWS_SHOWN
    note = f"<p>{more:,} more rows are not shown.</p>\n" if more > 0 else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Rows of {name} to look at">'
        '<table class="rows"><caption>Rows to look at</caption><thead><tr><th scope="col">Line</th>'
        '<th scope="col">Row</th><th scope="col">Why</th></tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>\n{note}"
    )


def _faults_part(faults: Sequence[object]) -> str:
    if not faults:
        return ""
    items = "".join(f"<li>{escape(printable(str(fault)))}</li>\n" for fault in faults)
    return (
        '<section aria-labelledby="faults"><h2 id="faults">What could not be read</h2>\n'
        f'<ul class="faults">\n{items}</ul></section>\n'
    )


def _text(name: str) -> str:
    return resources.files("openanpr.run").joinpath("pages", name).read_text(encoding="utf-8")


def _piece(name: str) -> Template:
    return Template(_text(name))
