"""What a feed says about itself, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.alerts.outbox import Alerted

# A tag (RFC 4151) wants a name that its maker holds; the random part behind it is what makes it unique.
TAG = "tag:portalwatch.invalid,2026"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says about itself."""

    id: str
    title: str
    description: str
    updated: datetime

    @staticmethod
    def entry_id(alert: Alerted) -> str:
        """Return the id of an alert's entry; it never changes."""
        return f"{TAG}:alert/{alert.uid}"
