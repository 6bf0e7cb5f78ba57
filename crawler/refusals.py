"""Why a page did not become an article."""

from __future__ import annotations

from scrapy.exceptions import DropItem


class Refused(DropItem):  # an outcome that is counted, not a fault of the program
    """A page that is no article: names the page, the field and the reason in one sentence.

    ``kind`` is a short machine name for the counters, such as ``no-body`` or ``future-date``.
    """

    def __init__(self, url: str, field: str, reason: str, *, kind: str = "refused") -> None:
        super().__init__(f"{url}: {field}: {reason}")
        self.url = url
        self.field = field
        self.reason = reason
        self.kind = kind


PASSING = frozenset({"too-slow", "not-stored", "blocked"})
"""Kinds of refusals that may be none at the next visit."""
