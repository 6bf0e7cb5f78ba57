"""The headers of every answer."""

from __future__ import annotations

HEADERS = {
    # Nothing of a page that was crawled may run, load or be framed.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
