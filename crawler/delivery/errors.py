"""What goes wrong between the outbox and a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


class TargetError(Exception):
    """A target, or the file of targets, that cannot be used; the message is one sentence without secrets."""


class Undelivered(Exception):  # noqa: N818  an outcome, not a fault of the program
    """A message that was not taken, or not provably; ``retry_after`` is what the target asked for."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
