"""Which addresses are none of the public Internet."""

from __future__ import annotations

import ipaddress
import socket

# Assigned for protocols (RFC 6890), and what translates addresses of IPv4 (RFC 6052).
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_private(host: str) -> bool:
    """Tell whether ``host`` is a literal address outside the public Internet, or a name for this machine.

    >>> is_private("192.168.1.1"), is_private("[::1]"), is_private("localhost"), is_private("www.gov.cn")
    (True, True, True, False)
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not _is_public(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 2130706433 are addresses to a resolver though not to ipaddress.
        return not _is_public(ipaddress.ip_address(socket.inet_aton(name)))
    except OSError:
        return False


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether one host of the public Internet has an address, and one of IPv4 that it stands for."""
    if not address.is_global or address.is_multicast or address in _PROTOCOLS:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        within = address.sixtofour or (
            ipaddress.IPv4Address(address.packed[-4:]) if address in _NAT64 else None
        )
        return within is None or _is_public(within)
    return True
