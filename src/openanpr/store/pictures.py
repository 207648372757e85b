"""Pictures of reads: JPEGs named by their capture day and their SHA-256, in a folder or an S3 bucket."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import obstore
from obstore.exceptions import BaseError as ObstoreError
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ObjectStore

MOST_BYTES = 2 * 2**20
"""The largest picture kept, unless settings say less: a patch has some 3 KB, an overview 25 KB."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOLD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_HELD = "held"


class PictureError(Exception):
    """A picture that is not taken in or not given out, and why."""


class PictureStoreError(PictureError):
    """The folder or bucket could not be used; try again once it can."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket; `endpoint` is None for AWS itself, `allow_http` only for a server on this machine."""

    name: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    endpoint: str | None = None
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class PictureName:
    """What names a picture: the capture time of its read, and the SHA-256 of its JPEG (64 hex digits)."""

    captured_at: datetime
    sha256: str

    def __post_init__(self) -> None:
        """Refuse what could name another place in the store."""
        if not _SHA256.fullmatch(self.sha256):
            raise PictureError("a picture is named by the SHA-256 of its JPEG: 64 hex digits, small letters")
        if self.captured_at.tzinfo is None:
            raise PictureError("a picture is filed by its capture time, which needs a zone")

    @property
    def day(self) -> date:
        """The UTC day under which it is filed."""
        return self.captured_at.astimezone(UTC).date()


class Pictures:
    """The pictures of all reads. Threads may share it."""

    def __init__(self, store: ObjectStore, folder: Path | None, most_bytes: int) -> None:
        self._store = store
        self._folder = folder
        self._most_bytes = most_bytes

    @classmethod
    def in_folder(cls, folder: Path, *, most_bytes: int = MOST_BYTES) -> Self:
        """Pictures in a folder of this machine, made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = folder.resolve()
        return cls(LocalStore(folder, automatic_cleanup=True), folder, most_bytes)

    @classmethod
    def in_bucket(cls, bucket: Bucket, *, most_bytes: int = MOST_BYTES) -> Self:
        """Pictures in an S3 bucket that is there; each upload carries its SHA-256 for the server to check.

        Raises PictureStoreError when the bucket is not there or may not be listed: later a missing bucket
        would look like a missing picture.
        """
        store = S3Store(
            bucket.name,
            endpoint=bucket.endpoint or f"https://s3.{bucket.region}.amazonaws.com",
            region=bucket.region,
            access_key_id=bucket.key_id,
            secret_access_key=bucket.secret,
            checksum_algorithm="SHA256",
            virtual_hosted_style_request=False,
            client_options={"allow_http": bucket.allow_http},
        )
        pictures = cls(store, None, most_bytes)
        pictures.days()
        return pictures

    def put(self, name: PictureName, jpeg: bytes, *, kept_from: date) -> None:
        """Keep a picture, on disk when this returns; it may come long after its read, and come twice.

        Raises PictureError for what is no JPEG, too large, not the picture that `name` says or of a day
        before `kept_from`, which retention has dropped; PictureStoreError when it could not be kept.
        """
        if name.day < kept_from:
            raise PictureError(f"pictures of {name.day} are past their time and are not taken in")
        if len(jpeg) > self._most_bytes:
            raise PictureError(f"a picture has at most {self._most_bytes} bytes, this one {len(jpeg)}")
        if not (jpeg.startswith(_START) and jpeg.endswith(_END)):
            raise PictureError("only JPEGs are kept: this does not begin and end as one")
        if hashlib.sha256(jpeg).hexdigest() != name.sha256:
            raise PictureError("the picture is not the one that its read names: its SHA-256 differs")
        key = _key(name)
        try:
            obstore.put(self._store, key, jpeg, use_multipart=False)
            self._to_disk(key)
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"a picture could not be kept ({type(fault).__name__})") from fault

    def get(self, name: PictureName, *, hold_id: str | None = None) -> bytes | None:
        """The JPEG, None when it is not here; with `hold_id` the copy kept for that hold.

        Raises PictureError when it is no longer what its name says, PictureStoreError.
        """
        key = _key(name) if hold_id is None else _held_key(hold_id, name)
        try:
            jpeg = bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"a picture could not be fetched ({type(fault).__name__})") from fault
        if hashlib.sha256(jpeg).hexdigest() != name.sha256:
            raise PictureError("the stored picture has changed since it was kept: its SHA-256 differs")
        return jpeg

    def has(self, name: PictureName) -> bool:
        """Whether the JPEG is here; raises PictureStoreError."""
        try:
            obstore.get(self._store, _key(name))  # of which nothing is fetched but its head
        except FileNotFoundError:
            return False
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"a picture could not be looked for ({type(fault).__name__})") from fault
        return True

    def days(self) -> tuple[date, ...]:
        """The capture days that have pictures, oldest first; raises PictureStoreError."""
        try:
            found = obstore.list_with_delimiter(self._store)["common_prefixes"]
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"pictures could not be listed ({type(fault).__name__})") from fault
        try:
            return tuple(sorted(date.fromisoformat(prefix) for prefix in found if prefix != _HELD))
        except ValueError:
            raise PictureStoreError(
                "beside the pictures lies what is no capture day: give them a folder or bucket of their own"
            ) from None

    def held(self) -> frozenset[str]:
        """The holds for which copies are kept; raises PictureStoreError."""
        try:
            found = obstore.list_with_delimiter(self._store, f"{_HELD}/")["common_prefixes"]
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"pictures could not be listed ({type(fault).__name__})") from fault
        return frozenset(prefix.removeprefix(f"{_HELD}/") for prefix in found)

    def count(self, day: date) -> int:
        """How many pictures of a capture day are here; raises PictureStoreError."""
        return sum(len(keys) for keys in self._keys(day.isoformat()))

    def hold(self, name: PictureName, hold_id: str) -> bool:
        """Copy a picture for a hold; False when it is not here. Raises PictureStoreError."""
        if self.get(name, hold_id=hold_id) is not None:
            return True
        key = _held_key(hold_id, name)
        try:
            obstore.copy(self._store, _key(name), key)
            self._to_disk(key)
        except FileNotFoundError:
            return False
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"a picture could not be held ({type(fault).__name__})") from fault
        return True

    def delete_day(self, day: date) -> int:
        """Delete the pictures of a capture day, held copies apart; return how many."""
        return self._delete(day.isoformat())

    def delete_hold(self, hold_id: str) -> int:
        """Delete the copies kept for a hold and return how many; raises PictureStoreError."""
        return self._delete(f"{_HELD}/{checked_hold_id(hold_id)}")

    def _delete(self, prefix: str) -> int:
        gone = 0
        for keys in self._keys(prefix):
            try:
                obstore.delete(self._store, keys)
            except FileNotFoundError:
                continue  # deleted meanwhile by another run
            except (ObstoreError, OSError) as fault:
                raise PictureStoreError(f"pictures could not be deleted ({type(fault).__name__})") from fault
            gone += len(keys)
        self._clear(prefix)
        return gone

    def _clear(self, prefix: str) -> None:
        """Remove the unfinished files that a kill left in a folder: no listing of obstore's shows them."""
        if self._folder is None or not (self._folder / prefix).exists():
            return
        try:
            shutil.rmtree(self._folder / prefix)
        except OSError as fault:
            raise PictureStoreError(f"pictures could not be deleted ({type(fault).__name__})") from fault

    def _keys(self, prefix: str) -> Iterator[Sequence[str]]:
        try:
            for page in obstore.list(self._store, f"{prefix}/", chunk_size=1000):
                yield [meta["path"] for meta in page]
        except (ObstoreError, OSError) as fault:
            raise PictureStoreError(f"pictures could not be listed ({type(fault).__name__})") from fault

    def _to_disk(self, key: str) -> None:
        """Wait until a file and the names that lead to it are on disk; a bucket's answer already says so."""
        if self._folder is None:
            return
        path = self._folder / key
        for part in (path, *path.parents):
            handle = os.open(part, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if part == self._folder:
                return


def checked_hold_id(hold_id: str) -> str:
    """Return the id of a hold; raises PictureError for what could name another place in the store."""
    if not _HOLD.fullmatch(hold_id) or ".." in hold_id:
        raise PictureError("a hold's id has up to 64 letters, digits, dots, dashes and underscores")
    return hold_id


def _key(name: PictureName) -> str:
    # Two levels below the day, so that no folder of a busy day grows too large to list.
    return f"{name.day.isoformat()}/{name.sha256[:2]}/{name.sha256}.jpg"


def _held_key(hold_id: str, name: PictureName) -> str:
    return f"{_HELD}/{checked_hold_id(hold_id)}/{name.sha256}.jpg"
