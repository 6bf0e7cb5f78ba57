"""Chat services, and whatever else Apprise speaks to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import apprise

from crawler.delivery import robots
from crawler.delivery.errors import Undelivered
from crawler.delivery.rendering import harmless

if TYPE_CHECKING:
    from crawler.delivery.rendering import Rendered
    from crawler.delivery.targets import Target

LEAST_ROOM = 1_000
"""Bytes; what takes less, such as a short message of a telephone, cuts a longer one into several itself."""


class Chat:
    """What the address of a target stands for. Raises ``Undelivered`` for one that Apprise cannot use."""

    def __init__(self, target: Target) -> None:
        _hush()
        self._asset = apprise.AppriseAsset(
            app_id="portalwatch",
            app_desc="portalwatch",
            async_mode=False,
            # Else it sends in a pool of threads, for which the end of the process waits.
            service_timeout=0,
        )
        self._services = apprise.Apprise(asset=self._asset)
        if not self._services.add(target.url):
            raise Undelivered("Apprise cannot read the address, or lacks a library for it")

    @property
    def room(self) -> int:
        """The bytes (UTF-8) that a message may have: some services count bytes, others characters."""
        return max(LEAST_ROOM, min(service.body_maxlen for service in self._services))

    def send(self, rendered: Rendered) -> None:
        """Send the short form as plain text. Raises ``Undelivered``.

        Chat services know no idempotency keys: a message of which nobody knows whether it arrived is sent
        again.
        """
        title = harmless(rendered.subject)
        others = apprise.Apprise(asset=self._asset)
        for service in self._services:
            if robots.is_robot(service):
                robots.post(service, f"{title}\n{rendered.chat}")
            else:
                others.add(service)
        if others:
            self._notify(others, title, rendered.chat)

    @staticmethod
    def _notify(services: apprise.Apprise, title: str, text: str) -> None:
        result = services.notify(
            title=title,
            body=text,
            body_format=apprise.NotifyFormat.TEXT,
            interpret_escapes=False,
            log_level=logging.WARNING,
        )
        if not result:
            said = "; ".join(dict.fromkeys(entry.message for entry in result.logs()))
            raise Undelivered(said or "Apprise could not send it and says no reason")


def _hush() -> None:
    """Keep Apprise's own lines from the log: they hold parts of the address. What it says is told."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
