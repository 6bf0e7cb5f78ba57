"""Chat services, and whatever else Apprise speaks to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.delivery.errors import Undelivered
from crawler.delivery.rendering import harmless

if TYPE_CHECKING:
    from crawler.delivery.rendering import Rendered
    from crawler.delivery.targets import Target


def send(target: Target, rendered: Rendered) -> None:
    """Send the short form to ``target`` as plain text. Raises ``Undelivered``.

    Chat services know no idempotency keys: a message of which nobody knows whether it arrived is sent again.
    """
    import apprise  # noqa: PLC0415  only those who deliver by it should wait for it

    _hush()
    service = apprise.Apprise(
        asset=apprise.AppriseAsset(
            app_id="portalwatch",
            app_desc="portalwatch",
            async_mode=False,
            # Else it sends in a pool of threads, for which the end of the process waits.
            service_timeout=0,
        )
    )
    if not service.add(target.url):
        raise Undelivered("Apprise cannot read the address, or lacks a library for it")
    result = service.notify(
        title=harmless(rendered.subject),
        body=rendered.chat,
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
