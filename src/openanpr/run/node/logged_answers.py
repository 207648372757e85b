"""Files of answers to people in the audit log: every step before it is kept, all that it says as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from openanpr.audit.acts import RightsChange
from openanpr.audit.port import Log, logged
from openanpr.rights.answer_ports import Files
from openanpr.store.control.rights_files import step_digest


class _Step(Protocol):
    @property
    def step(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def case_ref(self) -> str: ...


class _File(Protocol):
    @property
    def case_ref(self) -> str: ...


_StepT = TypeVar("_StepT", bound=_Step)
_FileT = TypeVar("_FileT", bound=_File)


class LoggedFiles(Generic[_FileT, _StepT]):
    """Files, as `rights.answer_ports.Files`, of which no step is kept that the log has not."""

    def __init__(self, files: Files[_FileT, _StepT], kind: str, log: Log) -> None:
        self._files, self._kind, self._log = files, kind, log

    def append(self, file_id: str, number: int, step: _StepT) -> None:
        """Log a step, then keep it; raises AuditError and ChangedMeanwhileError: then it is not kept."""
        known = None if number == 0 else self._files.find(file_id)
        case = step.case_ref if known is None else known.case_ref
        event = RightsChange(
            at=step.at,
            step=f"{self._kind}-{step.step}",
            kind=self._kind,
            case=case,
            person=step.by,
            written=step_digest(step),
        )
        with logged(self._log, event):
            self._files.append(file_id, number, step)

    def find(self, file_id: str) -> _FileT | None:
        """Return a file, None where there is none."""
        return self._files.find(file_id)

    def every(self) -> Sequence[_FileT]:
        """Return all files of this kind."""
        return self._files.every()
