"""Undo escapes left in text, and strip characters that nobody sees."""

from __future__ import annotations

from crawler.text.repairs import Repair

STEPS = ("escape", "noise")


def undo(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Give the text, the repairs and the flags."""
    return text, (), ()


def undo_escapes(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Undo what must be undone before mojibake."""
    return text, (), ()


def strip(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Strip what must be stripped after mojibake."""
    return text, (), ()


def apply(repair: Repair, text: str) -> str:
    """Repeat a repair on a text."""
    del repair
    return text
