"""Sending what is due when a run ends; a run that has nothing to send loads no more than this."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.delivery import claims
from crawler.store.database import DatabaseError, open_database
from crawler.store.times import now

if TYPE_CHECKING:
    from scrapy.settings import Settings

logger = logging.getLogger(__name__)


def deliver_due(settings: Settings) -> str:
    """Send what is due; return what became of it in a sentence, empty if there was nothing.

    Whatever keeps it from being sent is an error in the log; the messages wait in the database.
    """
    try:
        database = open_database(settings["PORTALWATCH_DATABASE_URL"])
        try:
            if not claims.due_targets(database, now()):
                return ""
            from crawler.delivery import service  # noqa: PLC0415  with all that it loads, only when needed
            from crawler.delivery.errors import TargetError  # noqa: PLC0415  as above

            try:
                sender = service.sender_of(settings, database)
                return service.outcome(sender.once(), sender)
            except TargetError as error:
                logger.error("Alerts wait, as nothing can be sent: %s", error)  # noqa: TRY400  one line
        finally:
            database.close()
    except DatabaseError as error:
        logger.error("Alerts wait, as nothing can be sent: %s", error)  # noqa: TRY400  one line
    return ""
