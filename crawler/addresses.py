"""Which addresses are none of the public Internet."""

from __future__ import annotations

import ipaddress
import socket


def is_private(host: str) -> bool:
    """Tell whether ``host`` is a literal address outside the public Internet, or a name for this machine.

    >>> is_private("192.168.1.1"), is_private("[::1]"), is_private("localhost"), is_private("www.gov.cn")
    (True, True, True, False)
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 2130706433 are addresses to a resolver though not to ipaddress.
        return not ipaddress.ip_address(socket.inet_aton(name)).is_global
    except OSError:
        return False
