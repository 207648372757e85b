"""Whether an address is of this machine: what goes there crosses no network."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
