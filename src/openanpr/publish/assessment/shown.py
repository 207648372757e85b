"""What is handed out of a version: its document, and beside it what came after it was frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openanpr.publish.assessment.compare import Comparison, Drift, compare, drift
from openanpr.publish.assessment.desk import AssessmentDesk, look
from openanpr.publish.assessment.document import ActionTold, Document, DocumentError, read_document
from openanpr.publish.assessment.telling import Audience, Telling, action_told, tell
from openanpr.publish.assessment.version import NotPossibleError, State, Version, published_now
from openanpr.publish.words import Catalogue


@dataclass(frozen=True, slots=True)
class Shown:
    """A document in its words, with what was not so when it was frozen.

    `drift` is evidence that stands otherwise now, `looked_at` when that was; None of a draft.
    `actions` are the plan as it is today, by their ids. `code` is what signs a draft, "" for any other.
    """

    version: Version
    document: Document
    words: Catalogue
    drift: tuple[Drift, ...]
    looked_at: datetime | None
    actions: dict[str, ActionTold]
    code: str = ""


def shown(desk: AssessmentDesk, number: int, words: Catalogue, audience: Audience, *, now: datetime) -> Shown:
    """Return a version as it is handed out. A draft is never for the public.

    Raises NoSuchVersionError, NotPossibleError; DocumentError where the store has lost what was frozen, or
    has another than was signed.
    """
    sheet = look(desk, number, now=now)
    version, telling = sheet.version, Telling(words, audience, desk.numbers)
    live = tell(sheet, telling)
    actions = {one.id: action_told(one, telling) for one in version.actions}
    if version.state is State.DRAFT:
        if telling.open:
            raise NotPossibleError(f"version {number} is a draft: it is not for the public")
        return Shown(version, live, words, (), None, actions, sheet.code)
    frozen = frozen_document(desk, version, words.language, audience)
    return Shown(version, frozen, words, drift(frozen, live), now, actions)


def in_force(desk: AssessmentDesk, words: Catalogue) -> Shown | None:
    """Return the assessment that is published, with the plan as it is today; None where there is none.

    Nothing is measured for it, and no drift is told: for a page that anybody may ask for at any time. Raises
    DocumentError.
    """
    version = published_now(desk.store.every())
    if version is None:
        return None
    frozen = frozen_document(desk, version, words.language, Audience.PUBLIC)
    telling = Telling(words, Audience.PUBLIC, desk.numbers)
    actions = {one.id: action_told(one, telling) for one in version.actions}
    return Shown(version, frozen, words, (), None, actions)


def compared(
    desk: AssessmentDesk, before: int, after: int, words: Catalogue, audience: Audience, *, now: datetime
) -> Comparison:
    """Return what changed from one version to another. Raises as `shown` does."""
    telling = Telling(words, audience, desk.numbers)
    return compare(_document(desk, before, telling, now), _document(desk, after, telling, now))


def _document(desk: AssessmentDesk, number: int, telling: Telling, now: datetime) -> Document:
    """Return a version as it was frozen; a draft, which nobody of the public sees, as it stands now."""
    version = desk.store.find(number)
    if version.state is not State.DRAFT:
        return frozen_document(desk, version, telling.words.language, telling.audience)
    if telling.open:
        raise NotPossibleError(f"version {number} is a draft: it is not for the public")
    return tell(look(desk, number, now=now), telling)


def frozen_document(desk: AssessmentDesk, version: Version, language: str, audience: Audience) -> Document:
    """Return a document as it was frozen. Raises DocumentError where it is lost, or not what was signed."""
    body = desk.store.document(version.number, language, audience.value)
    if body is None or version.signed is None:
        raise DocumentError(f"the document of version {version.number} is not there: restore a backup")
    found = read_document(body)
    public_english = desk.store.document(version.number, "en", Audience.PUBLIC.value)
    if public_english is None or read_document(public_english).digest != version.signed.digest:
        raise DocumentError(
            f"the document of version {version.number} is not the one that was signed: compare it with the "
            "audit log, and restore a backup"
        )
    return found
