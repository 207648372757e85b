"""The verifier that everybody can download: one file, made of this program's own sources, of Python alone.

It is a zip archive that Python runs (PEP 441), not packed and with no time in it, so that the same version
of the program makes the same bytes wherever it is made.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import lru_cache
from importlib import resources
from typing import Final

FILE: Final = "openanpr-verify.pyz"

_AUDIT = "acts calling checkpoint commitment disclosure disk entry examine faults history merkle note"
_PUBLISH = "definitions exported figure log_counts log_reading period population proof publication"
MODULES: Final = (
    "openanpr",
    "openanpr.audit",
    *(f"openanpr.audit.{name}" for name in _AUDIT.split()),
    *(f"openanpr.audit.{name}" for name in ("ed25519", "openings", "schema", "tiles", "verify")),
    "openanpr.core",
    "openanpr.core.purpose",
    "openanpr.publish",
    *(f"openanpr.publish.{name}" for name in _PUBLISH.split()),
    *(f"openanpr.publish.{name}" for name in ("recount_log", "suppress", "verifier_main", "verify")),
    *(f"openanpr.publish.copy{name}" for name in ("", ".links", ".look", ".verify")),
)
"""What the file holds: all that its commands import, and nothing else; a test compares it with that."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("This needs Python 3.11 or later, and this is %d.%d." % sys.version_info[:2])
from openanpr.publish.verifier_main import main

sys.exit(main())
"""


@lru_cache(maxsize=1)
def verifier() -> bytes:
    """Return the file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, body in sorted({"__main__.py": _MAIN, **_sources()}.items()):
            one = zipfile.ZipInfo(path, _TIME)
            one.external_attr = 0o644 << 16
            one.create_system = 3  # whichever it is made on
            archive.writestr(one, body)
    return out.getvalue()


def verifier_digest() -> str:
    """Return its SHA-256, in hexadecimal."""
    return hashlib.sha256(verifier()).hexdigest()


def _sources() -> dict[str, bytes]:
    return dict(_source(name) for name in MODULES)


def _source(module: str) -> tuple[str, bytes]:
    package, _, name = module.rpartition(".")
    as_module = resources.files(package).joinpath(f"{name}.py") if package else None
    if as_module is not None and as_module.is_file():
        return f"{module.replace('.', '/')}.py", as_module.read_bytes()
    path = resources.files(module).joinpath("__init__.py")
    return f"{module.replace('.', '/')}/__init__.py", path.read_bytes()
