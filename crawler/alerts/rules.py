"""What a watch says, and what has to be done to make the stored watches those of a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Rule:
    """What a watch says.

    ``targets`` are names of delivery targets; ``digest`` is empty (at once), ``hourly`` or ``daily``;
    ``quiet`` is a span at +08:00 such as 22:00-07:00; ``burst`` alerts an hour go out singly (0: all).
    """

    name: str
    query: str
    targets: tuple[str, ...] = ()
    digest: str = ""
    quiet: str = ""
    burst: int = 0
    full_text: bool = False


OPTIONS = tuple(field.name for field in fields(Rule) if field.name != "name")


@dataclass(frozen=True, slots=True)
class Change:
    """A step of a plan: ``add``, ``change`` or ``remove``; ``old`` and ``new`` are before and after."""

    step: str
    name: str
    old: Rule | None = None
    new: Rule | None = None

    @property
    def fields(self) -> list[str]:
        """The fields that differ."""
        return [name for name in OPTIONS if getattr(self.old, name, None) != getattr(self.new, name, None)]


def plan(stored: Mapping[str, tuple[Rule, bool]], wanted: Iterable[Rule]) -> list[Change]:
    """Return what makes the ``stored`` watches those of a file, sorted by name.

    ``stored`` maps names to rules and whether a file made them: watches that were added by hand stay, unless
    the file names them too.
    """
    rules = {rule.name: rule for rule in wanted}
    changes = []
    for name in sorted({*stored, *rules}):
        old, from_file = stored.get(name, (None, False))
        new = rules.get(name)
        if old is None:
            changes.append(Change("add", name, new=new))
        elif new is not None:
            if old != new or not from_file:
                changes.append(Change("change", name, old, new))
        elif from_file:
            changes.append(Change("remove", name, old))
    return changes
