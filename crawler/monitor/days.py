"""Whether a short page tells a day, as a piece of news or a notice does and no message of a server. Pure."""

from __future__ import annotations

import re

# A moment to the second is when a firewall stepped in; 今天是 stands in the heads of portals.
_DAY = re.compile(
    r"(?<!今天是)(?<!\d)(?:20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?!\d*:\d\d:\d\d)|\d{1,2}月\d{1,2}日)"
)


def is_dated(shown: str) -> bool:
    """Return whether ``shown``, without white space, names a day."""
    return any(not shown[: hit.start()].endswith("今天是") for hit in _DAY.finditer(shown))
