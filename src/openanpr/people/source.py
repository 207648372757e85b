"""Where a request comes from, as far as it tells one place from another."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

_HOME_BITS: Final = 64
"""What one house or one phone is given of IPv6 (RFC 6177): whoever has one address of it has them all."""


def place_of(source: str) -> str:
    """Return the address, or for IPv6 its network of 64 bits; a text that is no address stays as it is."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _HOME_BITS), strict=False))
