"""What may be told of a fault in the log: its kind and where it arose. Its own words may quote a read."""

from __future__ import annotations


def kind_and_place(fault: BaseException) -> str:
    """Return such as `OSError at journal.py:120`: no word of the fault itself."""
    last = fault.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return type(fault).__name__
    return f"{type(fault).__name__} at {last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}"
