"""Undo text that was decoded with the wrong encoding."""

from __future__ import annotations

from crawler.text.repairs import Repair

STEP = "mojibake"


def undo(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Give the text, the repairs and the flags."""
    return text, (), ()


def apply(repair: Repair, text: str) -> str:
    """Repeat a repair on a text."""
    del repair
    return text
