"""What a hit says to those who see it."""

from __future__ import annotations

from enum import StrEnum


class Advice(StrEnum):
    """From the boldest to the mildest."""

    STOP = "stop"  # a stop is allowed; the entry is checked at its source first, the officer decides
    ASSESS = "assess"  # stop only on further grounds
    SILENT = "silent"  # do not stop, show no interest, report
    RECORD = "record"  # keep the sighting
    CHECK_PICTURE = "check_picture"  # a person compares picture and entry before anything else
