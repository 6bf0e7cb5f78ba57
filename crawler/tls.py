"""Which servers a portal's requests may make a secure connection with: the spider's attribute ``tls``.

Each crawl has settings of its own, so a profile holds for the requests of one spider (robots.txt and
redirects included) and for no other of the same process.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

NORMAL = ""
LEGACY = "legacy"
PROFILES = (NORMAL, LEGACY)
HANDLER = "crawler.oldservers.OldServersHandler"
IN_WORDS = "TLS profile legacy: TLS 1.0, weak keys and ciphers, and legacy renegotiation are accepted"

# What OpenSSL says when a server offers only what it refuses by default.
_OLD = re.compile(
    r"unsafe legacy renegotiation disabled|unsupported protocol|alert protocol version"
    r"|alert handshake failure|(?:dh|ee|ca) key too small|md too weak|wrong signature type|legacy sigalg",
    re.IGNORECASE,
)


def use(settings: BaseSettings, profile: str) -> None:
    """Let requests that are made under ``settings`` go by ``profile``; NORMAL changes nothing."""
    if profile == LEGACY:
        handlers = {**settings.getdict("DOWNLOAD_HANDLERS"), "https": HANDLER}
        settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")


def profile_of(settings: BaseSettings) -> str:
    """Return the profile that requests under ``settings`` go by."""
    return LEGACY if settings.getdict("DOWNLOAD_HANDLERS").get("https") == HANDLER else NORMAL


def looks_old(reason: str) -> bool:
    """Tell whether a handshake that failed with ``reason``, OpenSSL's words, may succeed with LEGACY."""
    return bool(_OLD.search(reason))
