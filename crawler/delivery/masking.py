"""Keeping secrets out of whatever is printed, logged or stored."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
SHORTEST = 4
"""Characters; hiding shorter texts would shred every message and tell nothing."""
_PIECES = re.compile(r"[/@:?&=#,]+")

_HOST = re.compile(r"(?:[a-z0-9-]{1,20}\.)+(?:[a-z]{2,8}|\d{1,3})", re.IGNORECASE)
"""A name or an IPv4 address of a host: no token has full stops in such places."""


class Masker:
    """Replaces every secret that it knows, in whichever form an address or a message holds it."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def __call__(self, text: str) -> str:
        """Return ``text`` with ``***`` for each secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def add(self, secret: str) -> None:
        """Hide ``secret`` from now on, and its forms in URLs and in Python's representations."""
        plain = unquote(secret)
        forms = {secret, plain, quote(plain), quote(plain, safe=""), quote_plus(plain), repr(plain)[1:-1]}
        self._secrets |= {form for form in forms if len(form) >= SHORTEST}

    def add_address(self, url: str, *, token: int = 6) -> None:
        """Hide all of ``url`` but its scheme, and each part of at least ``token`` characters by itself."""
        self.add(url)
        behind = url.partition("://")[2]
        for piece in (behind.strip("?"), *_PIECES.split(behind)):
            if len(piece) >= token and not _HOST.fullmatch(piece):
                self.add(piece)
