"""What restoring a text did to it, step by step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of step that was undone in a text.

    ``step`` is the step's name, such as ``gloss`` or ``cut``; ``count`` how often it was taken;
    ``before`` and ``after`` one example; ``detail`` whatever repeating the step needs (see ``apply``).
    """

    step: str
    count: int
    before: str
    after: str
    detail: str = ""
