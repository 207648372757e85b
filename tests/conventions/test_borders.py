"""Which outside package may be imported where. import-linter holds our own folders to their floors."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from tests.conventions.tree import PACKAGE, ROOT, imported, place, python_files

# Folder: the outside packages that it may import. A folder that is not here may import none.
ALLOWED = {
    "audit": {"cryptography"},
    "capture": {"av", "cv2", "numpy"},
    "deliver": {"httpx"},
    "ingest": {"msgspec"},
    "match": {"numpy"},
    "policy": {"cedarpy", "msgspec"},
    "publish": {"jinja2", "msgspec", "typst"},
    "people": {"argon2", "cryptography", "httpx", "joserfc", "msgspec", "pyotp", "webauthn"},
    "read": {"av", "cv2", "numpy", "onnxruntime", "scipy"},
    "rights": {"cryptography", "typst"},
    "run": {"httpx", "numpy", "prometheus_client"},
    "search": {"httpx", "msgspec"},
    "store": {
        "alembic",
        "chdb",
        "clickhouse_connect",
        "msgspec",
        "numpy",
        "obstore",
        "psycopg",
        "sqlalchemy",
    },
    "web": {"govuk_frontend_jinja", "h11", "jinja2", "msgspec", "segno", "starlette", "uvicorn"},
    "wire": {"cryptography", "http_message_signatures", "msgspec"},
}
IMPORT_NAMES = {
    "argon2-cffi": "argon2",
    "chdb-core": "chdb",
    "clickhouse-connect": "clickhouse_connect",
    "http-message-signatures": "http_message_signatures",
    "opencv-python-headless": "cv2",
    "govuk-frontend-jinja": "govuk_frontend_jinja",
    "prometheus-client": "prometheus_client",
}
BY_OTHERS = {
    "python-multipart",  # by starlette, for forms with files
    "tzdata",  # by the standard library, where the machine has no table of time zones
}
EXTRAS = ("reader", "deliver", "audit", "node")


def outside(path) -> set[str]:
    return imported(path) - set(sys.stdlib_module_names) - {"openanpr"}


@pytest.mark.parametrize("path", python_files("src"), ids=place)
def test_an_outside_package_is_imported_only_where_it_belongs(path) -> None:
    parts = path.relative_to(PACKAGE).parts
    allowed = ALLOWED.get(parts[0], set()) if len(parts) > 1 else set()
    assert outside(path) <= allowed, f"{place(path)} may not import {outside(path) - allowed}"


def test_the_package_needs_exactly_what_its_extras_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = [need for extra in EXTRAS for need in project["optional-dependencies"][extra]]
    extra = {re.split(r"[<>=\[ ]", need)[0] for need in needs}
    named = {IMPORT_NAMES.get(name, name) for name in extra - BY_OTHERS}
    used = set().union(*(outside(path) for path in python_files("src")))
    assert project["dependencies"] == []
    assert used == named, f"imported but not named: {used - named}; named but not imported: {named - used}"


def test_what_is_shipped_never_imports_what_is_not() -> None:
    strays = [place(p) for p in python_files("src") if imported(p) & {"training", "tests", "benchmarks"}]
    assert not strays


def test_what_trains_the_models_does_not_lean_on_what_measures_them() -> None:
    strays = [place(p) for p in python_files("training") if imported(p) & {"tests", "benchmarks"}]
    assert not strays
