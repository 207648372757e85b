"""A list brought in from a file: sent by a browser, put down for as long as it is read, and reported on."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.voi.fault import ListError
from openanpr.web.api.route import LongText, Pool, Text
from openanpr.web.pages.account.signing import spoken
from openanpr.web.pages.days import read_moment
from openanpr.web.pages.form import FormFaultsError, SentFile
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.lists.told import ImportTold, ListTold, ProfileTold
from openanpr.web.pages.lists.which import ONE, SECTION, list_at, path_of
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

MOST_BYTES: Final = 64 * 2**20
FORMS: Final = {
    "sixteen-columns": "Sixteen columns, the form in which lists go round",
    "pnc-like": "Stolen and wanted vehicles",
    "midas-like": "Uninsured vehicles",
    "dvla-like": "Untaxed vehicles",
}
_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
_WORDS: Final = {
    "profile": "Choose the form that the file has",
    "kind": "Say whether the file is the whole list or what changed",
    "why": "Say why the file is brought in",
    "when": "Choose when its contents were true",
    "feed_revision": "Enter the source's own number as a whole number",
    "feed_base": "Enter the source's own number as a whole number",
}
_ORDER: Final = ("file", "profile", "kind", "when", "source", "why", "feed")
"""Of the form's fields, by how their names begin: so a summary tells what is wrong from the top down."""

_Number = Annotated[int, Meta(ge=0, lt=2**53)]


class ImportFields(Struct, frozen=True):
    """What goes with a file."""

    profile: Text
    kind: Literal["full", "delta"]
    why: LongText
    when: Literal["now", "then"] = "now"
    feed_revision: _Number | None = None
    feed_base: _Number | None = None
    revive: bool = False


@dataclass(frozen=True, slots=True)
class Uploads:
    """A folder of the node's own for files while they are read: nobody else may look into it."""

    folder: Path

    def sweep(self) -> None:
        """Take off what a crash may have left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def put(self, file: SentFile) -> Generator[Path]:
        """Lend the path of a file while the block lasts; it is gone after it. Raises OSError."""
        own = self.folder / secrets.token_hex(8)
        own.mkdir(mode=0o700, parents=True)
        self.folder.chmod(0o700)
        try:
            path = own / (_NAME.sub("_", file.name).strip("._")[-80:] or "upload")
            path.touch(mode=0o600)
            path.write_bytes(file.body)
            yield path
        finally:
            shutil.rmtree(own)


@dataclass(frozen=True, slots=True)
class ImportPages:
    """What the pages need; `zone`: in whose time the form's times are."""

    inside: Inside
    uploads: Uploads
    zone: ZoneInfo


def import_pages(pages: ImportPages) -> list[PageRoute]:
    """Return the pages of bringing a list in."""
    path, change = f"{ONE}/import", Act.CHANGE_LIST
    return [
        page(path, change, lambda visit: _form(pages, visit, list_at(pages.inside, visit), {})),
        sent(path, change, lambda visit: _bring_in(pages, visit), pool=Pool.FAR, files_bytes=MOST_BYTES),
    ]


def _form(pages: ImportPages, visit: Visit, of: ListTold, faults: dict[str, str]) -> Shown:
    values = {
        "section": SECTION,
        "list": of,
        "forms": FORMS
        | {key: f"{one.name}, a form of this node's own" for key, one in _own(pages, visit).items()},
        "said": {key: texts[0] for key, texts in visit.form.fields.items()},
        "again": visit.form.file("file") is not None,
        "most_mib": MOST_BYTES // 2**20,
        "path": path_of(of),
        "faults": faults,
    }
    return Shown("lists/import.html", values, 422 if faults else 200)


def _own(pages: ImportPages, visit: Visit) -> dict[str, ProfileTold]:
    """Return the profiles of the node's settings, by what stands for each in the form."""
    told = pages.inside.ask(visit, Question("GET", "/imports/profiles"), list[ProfileTold])
    return {f"own-{number}": one for number, one in enumerate(told, 1)}


def _profile(pages: ImportPages, visit: Visit, chosen: str) -> str | None:
    """Return the profile that was chosen, as an import takes it; None for one that was not offered."""
    if chosen in FORMS:
        return chosen
    own = _own(pages, visit).get(chosen)
    return None if own is None else own.profile


def _bring_in(pages: ImportPages, visit: Visit) -> Answer:
    of = list_at(pages.inside, visit)
    try:
        form, file = _filled(pages, visit)
    except FormFaultsError as fault:
        return _form(pages, visit, of, fault.faults)
    try:
        with pages.uploads.put(file) as path:
            asked = {**form, "list": of.name, "path": str(path.absolute())}
            told = pages.inside.ask(visit, Question("POST", "/imports", form=asked), ImportTold)
    except ListError as fault:
        # Of all that a file is refused for, its time alone stands in a field of its own.
        field = "when" if "its contents" in str(fault) else "file"
        return _form(pages, visit, of, {field: spoken(fault)})
    if told.proposal is None:
        return Shown("lists/unchanged.html", {"section": SECTION, "list": of, "path": path_of(of)})
    return SeeOther(f"/list-changes/{told.proposal.number}?rows={told.rows}")


def _filled(pages: ImportPages, visit: Visit) -> tuple[dict[str, object], SentFile]:
    """Return what the form says, as the node's question takes it, and its file; raises FormFaultsError."""
    faults: dict[str, str] = {}
    form, file, at, profile = None, visit.form.file("file"), None, None
    if file is None:
        faults["file"] = "Choose a file"
    try:
        form = visit.form.read(ImportFields, _WORDS)
        profile = _profile(pages, visit, form.profile)
        if profile is None:
            faults["profile"] = _WORDS["profile"]
    except FormFaultsError as fault:
        faults |= fault.faults
    try:
        at = read_moment(visit.form, "source", pages.zone) if visit.form.text("when") == "then" else None
    except FormFaultsError as fault:
        faults |= fault.faults
    if faults or form is None or file is None:
        raise FormFaultsError(dict(sorted(faults.items(), key=_place)))
    said: dict[str, object] = {
        "profile": profile,
        "kind": form.kind,
        "why": form.why,
        "source_at": at,
        "feed_revision": form.feed_revision,
        "feed_base": form.feed_base,
        "revive": form.revive,
    }
    return said, file


def _place(fault: tuple[str, str]) -> int:
    return _ORDER.index(fault[0].partition("_")[0])
