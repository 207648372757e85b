"""The way to the case system, as the settings give it."""

from __future__ import annotations

from openanpr.run.node.secret_file import read_secret_text
from openanpr.run.node.settings import Cases
from openanpr.search.case_http import CaseAddress


def case_address(said: Cases) -> CaseAddress:
    """Return the way to the case system of the settings; raises CaseAddressError, SecretFileError."""
    token = None if said.token_file is None else read_secret_text(said.token_file, "cases.token_file")
    return CaseAddress(
        said.url,
        said.state_at,
        said.open_words,
        said.closed_words,
        said.echo_at,
        {} if token is None else {"authorization": f"Bearer {token}"},
        float(said.timeout_s),
        said.ca_file,
    )
