"""A watched folder of feed files: each imported once it is complete, then moved aside with its report."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from openanpr.core.voi_list import ChangeKind, Quarantined
from openanpr.voi.column_map import FeedProfile
from openanpr.voi.fault import ListError
from openanpr.voi.importing import Imported, ImportRequest, import_feed
from openanpr.voi.ports import InboxStore
from openanpr.voi.stolen import StolenPolicy

DONE, REFUSED = "done", "refused"
_UNFINISHED = (".part", ".tmp", ".partial", ".filepart")
_MOST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was dealt with: where it lies now, and what came of it (None: it was refused, and why)."""

    path: Path
    imported: Imported | None
    why_refused: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it was seen at a time."""

    size: int
    changed_ns: int
    inode: int


@dataclass(slots=True)
class Inbox:
    """A folder that feeds write into; remembers between looks which files have come to rest.

    A file counts as complete when it has stayed the same for `quiet`, or at once where its profile says
    that the feed renames files into place. Names that begin with a dot or end in `.part` or `.tmp` are
    left alone.
    """

    folder: Path
    profiles: Sequence[FeedProfile]
    store: InboxStore
    quiet: timedelta
    by: str
    stolen: StolenPolicy | None = None
    _seen: dict[Path, tuple[_Look, datetime]] = field(default_factory=dict[Path, tuple[_Look, datetime]])

    def sweep(self, now: datetime) -> Iterator[Taken]:
        """Yield each complete file as it is imported and moved to `done` or `refused`.

        A file that no profile knows is refused. An error of the store is not the file's fault: it is
        raised, and the file stays to be tried again; importing it twice changes nothing.
        """
        present = [path for path in sorted(self.folder.iterdir()) if _is_feed(path)]
        self._seen = {path: self._seen[path] for path in present if path in self._seen}
        for path in present:
            profile = next((one for one in self.profiles if one.file_name.fullmatch(path.name)), None)
            renamed = profile is not None and profile.renamed_into_place
            if renamed or self._at_rest(path, now):
                yield self._take(path, profile, now)
                self._seen.pop(path, None)

    def _at_rest(self, path: Path, now: datetime) -> bool:
        look = _look(path)
        before, since = self._seen.get(path, (None, now))
        if look is None or look != before:
            if look is not None:
                self._seen[path] = (look, now)
            return False
        return now - since >= self.quiet

    def _take(self, path: Path, profile: FeedProfile | None, now: datetime) -> Taken:
        before, digest = _look(path), _sha256(path)
        try:
            profile = _known(profile)
            request = _request(path, profile, by=self.by, at=now)
            imported = import_feed(path, request, profile=profile, store=self.store, stolen=self.stolen)
        except (ListError, LookupError) as error:
            why = str(error.args[0]) if error.args else "refused"
            report = {"state": REFUSED, "why": why}
            return Taken(self._aside(path, REFUSED, now, {**report, "sha256": digest}), None, why)
        report = self._report(imported, profile)
        if _look(path) != before:
            report["warning"] = "the file changed while it was read; what was read is what counts"
        return Taken(self._aside(path, DONE, now, {**report, "sha256": digest}), imported)

    def _report(self, imported: Imported, profile: FeedProfile) -> dict[str, object]:
        proposal = imported.proposal
        report: dict[str, object] = {
            "state": imported.state.value,
            "list": profile.list_name,
            "profile": profile.name,
            "rows": imported.rows,
        }
        if proposal is None or proposal.diff is None:
            return report
        diff = proposal.diff
        refused: tuple[Quarantined, ...] = self.store.quarantine(proposal.number, limit=_MOST_TOLD)
        return report | {
            "proposal": proposal.number,
            "revision": proposal.revision,
            "before": diff.before,
            "added": diff.added,
            "changed": diff.changed,
            "removed": diff.removed,
            "refused": diff.refused,
            "approval_asked_because": list(proposal.asks),
            "refused_rows": [{"line": row.line, "reason": row.reason} for row in refused],
        }

    def _aside(self, path: Path, where: str, now: datetime, report: dict[str, object]) -> Path:
        """Return where the file lies after its report was written beside that place and it was moved."""
        folder = self.folder / where
        folder.mkdir(exist_ok=True)
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        names = (f"{stamp}-{path.name}" if n == 0 else f"{stamp}-{n}-{path.name}" for n in count())
        target = next(folder / name for name in names if not (folder / name).exists())
        told = {"file": path.name, "at": now.astimezone(UTC).isoformat(), **report}
        with target.with_name(f"{target.name}.report.json").open("w", encoding="utf-8") as stream:
            json.dump(told, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        path.rename(target)
        for changed in (folder, self.folder):
            _sync_folder(changed)
        return target


def _request(path: Path, profile: FeedProfile, *, by: str, at: datetime) -> ImportRequest:
    found = profile.file_name.fullmatch(path.name)
    named = {} if found is None else found.groupdict()
    changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ImportRequest(
        ChangeKind(named.get("kind") or ChangeKind.FULL),
        by,
        at,
        f"feed {profile.name}",
        # The file's own time is the best account there is of when its contents were true.
        source_at=min(changed_at, at).replace(microsecond=0),
        feed_revision=_number(named.get("revision")),
        feed_base=_number(named.get("base")),
    )


def _known(profile: FeedProfile | None) -> FeedProfile:
    if profile is None:
        msg = "no feed profile knows a file of this name"
        raise ListError(msg)
    return profile


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _is_feed(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and not path.name.lower().endswith(_UNFINISHED)


def _look(path: Path) -> _Look | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return _Look(found.st_size, found.st_mtime_ns, found.st_ino)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
