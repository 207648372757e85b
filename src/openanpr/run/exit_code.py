"""What the program tells the shell when it ends."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. A signal that stops it gives 128 and the signal's number (Ctrl-C: 130)."""

    DONE = 0
    """Everything was read."""
    SOURCE_FAILED = 1
    """Something could not be read; the rest was."""
    REFUSED = 2
    """The call, a list, a model or a place to write was at fault."""
    OLD = 3
    """What was looked at holds, and something of it is older than it may be."""
    NOBODY_LISTENS = 141
    """Standard output was closed by its reader, as `head` does."""


class RefusedError(Exception):
    """The run cannot begin or go on; the text says what to mend. Ends with `ExitCode.REFUSED`."""
