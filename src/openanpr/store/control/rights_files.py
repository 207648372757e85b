"""Files of answers to people: steps that are only ever added to, and the packs that were made for reply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

import msgspec
import sqlalchemy as sa

from openanpr.rights.answer_ports import ChangedMeanwhileError
from openanpr.store.control.engine import DatabaseError, erasing, reading, writing
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.schema import metadata
from openanpr.store.control.times import to_us

FORM: Final = 1
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")

rights_file: Final = sa.Table(
    "rights_file",
    metadata,
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("case_ref", sa.Text, nullable=False),
    sa.Column("opened_at_us", sa.BigInteger, nullable=False),
    sa.Index("ix_rights_file_case_ref", "case_ref"),
)

rights_file_step: Final = sa.Table(
    "rights_file_step",
    metadata,
    sa.Column("file_id", sa.Text, sa.ForeignKey("rights_file.file_id"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("form", sa.SmallInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON of the step
)

rights_pack: Final = sa.Table(
    "rights_pack",
    metadata,
    sa.Column("file_id", sa.Text, sa.ForeignKey("rights_file.file_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("made_at_us", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)


class KeptStep(Protocol):
    """A step as far as a row needs it: when, and of which case where it is the first."""

    @property
    def at(self) -> datetime:
        """When it was taken, UTC."""
        ...

    @property
    def case_ref(self) -> str:
        """The case; told by the first step."""
        ...


_StepT = TypeVar("_StepT", bound=KeptStep)
_FileT = TypeVar("_FileT")


class RightsFiles(Generic[_FileT, _StepT]):
    """Files of one kind, as `rights.answer_ports.Files`. Safe to share between threads."""

    __slots__ = ("_decoder", "_engine", "_kind", "_make")

    def __init__(
        self,
        engine: sa.Engine,
        kind: str,
        step: type[_StepT],
        make: Callable[[str, tuple[_StepT, ...]], _FileT],
    ) -> None:
        """`kind` names the files, `step` is the class of their steps, `make` puts a file together."""
        self._engine, self._kind, self._make = engine, kind, make
        self._decoder = msgspec.json.Decoder(step)

    def append(self, file_id: str, number: int, step: _StepT) -> None:
        """Keep a step as that number, from 0; raises ChangedMeanwhileError where another has it."""
        with writing(self._engine) as connection:
            next_change(connection, Register.RIGHTS)  # whoever else appends waits here
            counted = sa.select(sa.func.count()).where(rights_file_step.c.file_id == file_id)
            if connection.execute(counted).scalar_one() != number:
                raise ChangedMeanwhileError("somebody took a step on this meanwhile: look again")
            at_us = to_us(step.at)
            if number == 0:
                new = {"kind": self._kind, "case_ref": step.case_ref, "opened_at_us": at_us}
                connection.execute(sa.insert(rights_file).values(file_id=file_id, **new))
            document = _ENCODER.encode(step).decode()
            row = {"file_id": file_id, "number": number, "at_us": at_us, "form": FORM, "document": document}
            connection.execute(sa.insert(rights_file_step).values(**row))

    def find(self, file_id: str) -> _FileT | None:
        """Return a file of this kind, None where there is none."""
        found = self._files(rights_file.c.file_id == file_id)
        return found[0] if found else None

    def every(self) -> Sequence[_FileT]:
        """Return all files of this kind, by when they were opened."""
        return self._files(sa.true())

    def _files(self, which: sa.ColumnElement[bool]) -> tuple[_FileT, ...]:
        wanted = (
            sa.select(rights_file_step.c.file_id, rights_file_step.c.form, rights_file_step.c.document)
            .join(rights_file, rights_file.c.file_id == rights_file_step.c.file_id)
            .where(rights_file.c.kind == self._kind, which)
            .order_by(rights_file.c.opened_at_us, rights_file.c.file_id, rights_file_step.c.number)
        )
        steps: dict[str, list[_StepT]] = {}
        with reading(self._engine) as connection:
            for file_id, form, document in connection.execute(wanted):
                if form != FORM:
                    raise DatabaseError(
                        "answers to people are of a later version: upgrade this node, or restore a backup"
                    )
                steps.setdefault(file_id, []).append(self._decoder.decode(document))
        return tuple(self._make(file_id, tuple(found)) for file_id, found in steps.items())


def step_digest(step: object) -> str:
    """Return the SHA-256 of a step as it is kept."""
    return hashlib.sha256(_ENCODER.encode(step)).hexdigest()


class RightsPacks:
    """Packs as they were made, byte by byte. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, file_id: str, sha256: str, made_at: datetime, pack: bytes) -> None:
        """Keep a pack; one of the same digest is left as it is."""
        with writing(self._engine) as connection:
            one = (rights_pack.c.file_id == file_id, rights_pack.c.sha256 == sha256)
            if connection.execute(sa.select(rights_pack.c.sha256).where(*one)).first() is None:
                row = {"file_id": file_id, "sha256": sha256, "made_at_us": to_us(made_at), "bytes": pack}
                connection.execute(sa.insert(rights_pack).values(**row))

    def find(self, file_id: str, sha256: str) -> bytes | None:
        """Return a pack, None where it is not kept."""
        one = (rights_pack.c.file_id == file_id, rights_pack.c.sha256 == sha256)
        with reading(self._engine) as connection:
            found = connection.execute(sa.select(rights_pack.c.bytes).where(*one)).scalar()
            return None if found is None else bytes(found)


def forget_files(engine: sa.Engine, case_ref: str) -> int:
    """Erase all files and packs of a case, overwritten on disk; return how many files."""
    mine = sa.select(rights_file.c.file_id).where(rights_file.c.case_ref == case_ref)
    with erasing(engine) as connection:
        for table in (rights_pack, rights_file_step):
            connection.execute(sa.delete(table).where(table.c.file_id.in_(mine)))
        return connection.execute(sa.delete(rights_file).where(rights_file.c.case_ref == case_ref)).rowcount
