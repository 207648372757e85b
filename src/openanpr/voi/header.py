"""Which column of a list holds what: by the header row if there is one, else by the fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from openanpr.core.normalise import normalise

FIELDS = (
    *("vrm", "make", "model", "colour", "action", "warning_markers", "reason", "grading"),
    *("information", "force_area", "weed_date", "pnc_id", "protective_marking", "cad"),
    *("spare_1", "spare_2"),
)
"""The sixteen columns in their order, named as `core.entry.Entry` names them."""

# Names as they are written, folded to A-Z0-9. The national templates vary in case, spacing and age:
# the 5x5x5 grading became 3x5x2, GPMS became GSC.
_NAMES = MappingProxyType(
    {
        "vrm": "VRM VRN REGISTRATION REGISTRATIONMARK VEHICLEREGISTRATIONMARK REGISTRATIONNUMBER "
        "REGNO NUMBERPLATE PLATE",
        "make": "MAKE VEHICLEMAKE",
        "model": "MODEL VEHICLEMODEL",
        "colour": "COLOUR COLOR VEHICLECOLOUR",
        "action": "ACTION",
        "warning_markers": "WARNINGMARKERS WARNINGMARKER WARNINGSIGNALS WARNINGS",
        "reason": "REASON",
        "grading": "NIMCODE NIM NIM5X5X5CODE NIM5X5X5 5X5X5 5X5X5CODE 3X5X2 3X5X2CODE GRADING",
        "information": "INFORMATIONACTION INFORMATION INFOACTION INFO",
        "force_area": "FORCEAREA FORCEANDAREA FORCE",
        "weed_date": "WEEDDATE WEED EXPIRY EXPIRYDATE",
        "pnc_id": "PNCID PNC PNCIDENTITY",
        "protective_marking": "GPMSGSCMARKING GPMSMARKING GSCMARKING GPMS GSC PROTECTIVEMARKING MARKING",
        "cad": "CADINFORMATION CAD CADINFO",
        "spare_1": "SPARE1",
        "spare_2": "SPARE2",
    }
)
_FIELD_OF = MappingProxyType({name: field for field, names in _NAMES.items() for name in names.split()})


def header_fields(cells: Iterable[str]) -> tuple[str | None, ...] | None:
    """Return the field of each column if `cells` are a header row, None for a column not known.

    None when it is no header: a header names the VRM column, or at least three of the others.
    """
    fields = tuple(_FIELD_OF.get(normalise(cell)) for cell in cells)
    named = [field for field in fields if field is not None]
    return fields if "vrm" in named or len(named) >= 3 else None
