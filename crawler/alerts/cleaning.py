"""What may stand in a feed."""

from __future__ import annotations

import re

# Outside of what XML 1.0 allows, and the C1 controls, which it allows and readers choke on.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return ``text`` without control characters and what else no XML document may hold."""
    return _FORBIDDEN.sub("", text)
