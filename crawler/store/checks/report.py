"""What a check found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NAMED = 20
"""So many findings of a kind are named one by one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: ``where`` is an address or a row, ``reason`` a sentence without its point."""

    kind: str
    where: str
    reason: str
    repaired: bool


@dataclass(slots=True)
class Report:
    """All findings, of which each kind's first are told to ``tell`` one by one."""

    fix: bool
    tell: Callable[[Finding], None]
    found: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, where: str, reason: str, *, repaired: bool = False) -> None:
        """Note a finding; ``repaired`` says that it was made good."""
        self.found[kind] += 1
        self.repaired[kind] += repaired
        if self.found[kind] <= NAMED:
            self.tell(Finding(kind, where, reason, repaired))

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.found
