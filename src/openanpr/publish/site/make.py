"""The whole site as files, by path: the same bytes for the same state, to be served or hosted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from openanpr.audit.entry import canonical
from openanpr.publish.copy.look import CHECKPOINT, INDEX, KEY, digest, digests, document_path
from openanpr.publish.ports import Kept
from openanpr.publish.proof import file_of
from openanpr.publish.publication import digest_of
from openanpr.publish.site.pages import Pages, style
from openanpr.publish.site.state import PublicState
from openanpr.publish.verifier import FILE, verifier
from openanpr.publish.words import ENGLISH, Catalogue

NOT_FOUND = "404.html"


@dataclass(frozen=True, slots=True)
class Site:
    """Every file of the site by its path, such as `figures/2026-09.html`."""

    files: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of the names and contents of all files."""
        return digest(self.files)


def make_site(state: PublicState, languages: Sequence[Catalogue]) -> Site:
    """Return the site in each language: English at its root, any other in a folder by its name.

    Raises PublicationError, WordsError, CheckpointError.
    """
    if not languages or languages[0].language != ENGLISH:
        raise ValueError("the first language is English, for it stands at the root")
    files = dict(_downloads(state))
    for words in languages:
        files |= Pages(state, words, tuple(languages)).every()
    files["style.css"] = style().encode("utf-8")
    files[INDEX] = _index(state, files)
    return Site(dict(sorted(files.items())))


def _downloads(state: PublicState) -> Iterator[tuple[str, bytes]]:
    """What is no page: proved documents, the assessment's files, the checkpoint and the key."""
    for one in state.published:
        if one.proof is None:
            raise ValueError("what waits for its proof is shown to nobody")
        yield _document(one), file_of(one.body, one.proof)
    for language, one in state.assessments.items():
        end = "" if language == ENGLISH else f"-{language}"
        yield f"assessment/self-assessment{end}.json", one.document
        yield f"assessment/self-assessment{end}.pdf", one.paper
    yield CHECKPOINT, state.log.checkpoint
    yield KEY, f"{state.log.key}\n".encode()
    yield FILE, verifier()


def _document(one: Kept) -> str:
    return document_path(str(one.period), one.number)


def _index(state: PublicState, files: Mapping[str, bytes]) -> bytes:
    """What is here, for programs: what was published, by which rules, and the digest of each file."""
    log = state.log.read
    assessment = state.assessments.get(ENGLISH)
    told = {
        "version": 1,
        "name": state.name,
        "made_at": _time(state.at),
        "promises": {name: _time(by) for name, by in state.promises.items()},
        "figures_old": state.figures_old,
        "assessment_old": state.assessment_old,
        "log": {"origin": log.origin, "size": log.size, "root": log.root.hex(), "key": state.log.key},
        "rules": {"profile": state.profile.label, "digest": state.rules},
        "published": [
            {
                "period": str(one.period),
                "number": one.number,
                "file": _document(one),
                "digest": digest_of(one.body),
            }
            for one in state.published
        ],
        "assessment": None
        if assessment is None
        else {"number": assessment.number, "digest": assessment.digest},
        "addresses": [
            {"address": one.address, "looked_at": one.looked_at, "looked_by": one.looked_by}
            for one in state.addresses
        ],
        "files": digests(files),
    }
    return canonical(told) + b"\n"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
