"""Stored records that cannot be read: one of them must not stop what is done with all the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.store.packing import PackingError, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.store.packing import Content

logger = logging.getLogger(__name__)


def logged(name: object, error: PackingError) -> None:
    """Say in a line of the log that the article ``name`` is damaged."""
    logger.error("Article %s is left out: %s; `scrapy db check` finds all such", name, error)


def readable(
    packed: bytes, name: str | int, damaged: Callable[[str, PackingError], None] = logged
) -> Content | None:
    """Return a version's content; where it is damaged, tell ``damaged`` and return ``None``.

    ``name`` says whose it is: an article's address or number.
    """
    try:
        return unpack(packed)
    except PackingError as error:
        damaged(str(name), error)
        return None
