"""What databases cannot keep of a text."""

from __future__ import annotations


def storable(text: str) -> str:
    """Return ``text`` without NUL, which PostgreSQL refuses; halves of surrogate pairs become ``?``."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
