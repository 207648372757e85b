"""Pictures that people try are read in a process of its own, one at a time, that may write to no file."""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib.util import find_spec
from typing import Final

from openanpr.run.node.try_worker import NOT_READ
from openanpr.web.answers import TurnedAwayError
from openanpr.web.pages.tried import NotReadError, Tried, tried_of

_LOG = logging.getLogger("openanpr.node")
_WORKER: Final = "openanpr.run.node.try_worker"
_NEEDED: Final = ("av", "cv2", "numpy", "onnxruntime", "scipy")
_MOST_S: Final = 45.0
_BARE: Final = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""The process gets this environment alone: no secret of the node's own is in it."""

_GAVE_UP: Final = (
    "This could not be read: the reader gave up on it. Give another copy of it, or another picture"
)
_TOO_LONG: Final = "Reading this took too long and was ended: give a smaller picture or a shorter clip"


class Trying:
    """Reads what people try. Safe to share between threads, which take turns."""

    @property
    def missing(self) -> str:
        """Which packages of the reader are not there; "" where all are."""
        gone = [name for name in _NEEDED if find_spec(name) is None]
        return ", ".join(gone)

    def read(self, body: bytes) -> Tried:
        """Return what was read; raises NotReadError, and TurnedAwayError where no process can be begun."""
        command = [sys.executable, "-I", "-B", "-m", _WORKER]
        try:
            done = subprocess.run(  # noqa: S603 - our own program, and nothing of what was sent is in the command
                command, input=body, capture_output=True, timeout=_MOST_S, check=False, env=_BARE, cwd="/"
            )
        except subprocess.TimeoutExpired:
            raise NotReadError(_TOO_LONG) from None
        except OSError:
            raise TurnedAwayError(503, "busy") from None
        if done.returncode == NOT_READ:
            raise NotReadError(done.stdout.decode("utf-8", "replace"))
        if done.returncode != 0:
            _LOG.warning("a picture that somebody tried ended its reader (code %d)", done.returncode)
            raise NotReadError(_GAVE_UP)
        return tried_of(done.stdout)
