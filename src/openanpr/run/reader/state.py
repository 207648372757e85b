"""The state folder of a reader: its key, what it is enrolled as, its outbox; one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from openanpr.core.camera import CameraId
from openanpr.run.exit_code import RefusedError

_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Enrolled:
    """As what the reader is known, at which node."""

    node: str
    device: str
    camera: str
    key_id: str


@dataclass(frozen=True, slots=True)
class StateFolder:
    """Where the files of one reader are."""

    path: Path

    @property
    def key(self) -> Path:
        """The private key; it never leaves this folder."""
        return self.path / "key.pem"

    @property
    def outbox(self) -> Path:
        """The reads and pictures that wait."""
        return self.path / "outbox.db"

    @property
    def watched(self) -> Path:
        """Which files of a watched folder were read."""
        return self.path / "watched.txt"

    @property
    def _enrolled(self) -> Path:
        return self.path / "enrolled.json"

    def enrolled(self) -> Enrolled | None:
        """Return what is remembered, None when never enrolled; raises RefusedError for a damaged file."""
        try:
            return Enrolled(**json.loads(self._enrolled.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise RefusedError(
                f"{self._enrolled} cannot be read: remove it and key.pem beside it and enrol again with a "
                "new code; what waits in the outbox stays"
            ) from error

    def remember(self, enrolled: Enrolled) -> None:
        """Keep what the reader is enrolled as, on disk when this returns; raises OSError."""
        part = self.path / ".enrolled.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(enrolled), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._enrolled)
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def default_state(camera: CameraId, environ: Mapping[str, str]) -> Path:
    """Return where a reader keeps its state: what systemd gives, or a folder of the user's own."""
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.partition(":")[0])
    named = str(camera).replace("/", "-")
    home = environ.get("XDG_STATE_HOME")
    base = Path(home) if home else Path.home() / ".local" / "state"
    return base / "openanpr" / f"reader-{named}"


@contextmanager
def held(path: Path) -> Generator[StateFolder, None, None]:
    """Make the folder if need be and hold it, for this process alone; raises RefusedError."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
    except OSError as error:
        raise RefusedError(f"the state folder {path} cannot be used ({error.strerror})") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise RefusedError(
            f"another reader runs with the state folder {path}: one folder is one camera and one process"
        ) from error
    try:
        yield StateFolder(path)
    finally:
        os.close(descriptor)
