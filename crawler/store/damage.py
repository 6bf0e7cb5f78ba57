"""Stored records that cannot be read: one of them must not stop what is done with all the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.store.packing import PackingError, unpack

if TYPE_CHECKING:
    from crawler.store.packing import Content

logger = logging.getLogger(__name__)


def readable(packed: bytes, name: object) -> Content | None:
    """Return a version's content; where it is damaged, say so in a line of the log and return ``None``.

    ``name`` says whose it is: an article's address or number.
    """
    try:
        return unpack(packed)
    except PackingError as error:
        logger.error("Article %s is left out: %s; `scrapy db check` finds all such", name, error)  # noqa: TRY400  one line
        return None
