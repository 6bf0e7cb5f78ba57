"""Run a step on all texts of a page as one text, so that it decides over the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.text.repairs import Repair

    Undone = tuple[str, tuple[Repair, ...], tuple[str, ...]]

# A line of its own that no page has.
_BETWEEN = "\n\x1e\x1e\n"


def undo_all(
    undo: Callable[[str], Undone], texts: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Repair, ...], tuple[str, ...]]:
    """Give the texts, repairs and flags of ``undo`` on all texts; each by itself where they would mingle."""
    new, repairs, flags = undo(_BETWEEN.join(texts))
    parts = tuple(new.split(_BETWEEN))
    if texts and len(parts) == len(texts):
        return parts, repairs, flags
    done = [undo(text) for text in texts]
    return (
        tuple(text for text, _, _ in done),
        tuple(repair for _, repairs, _ in done for repair in repairs),
        tuple(dict.fromkeys(flag for _, _, flags in done for flag in flags)),
    )
