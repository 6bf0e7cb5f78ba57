"""Loads, when it is imported, whatever a visit of this project needs; visits are forked from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.utils.misc import load_object, walk_modules_iter
from scrapy.utils.project import get_project_settings

from crawler import visit as visit  # noqa: PLC0414  loaded for those that are forked

if TYPE_CHECKING:
    from scrapy.settings import Settings


def load(settings: Settings) -> None:
    """Import the spiders and what they go through. The event loop is left to those that are forked."""
    for module in settings.getlist("SPIDER_MODULES"):
        list(walk_modules_iter(module))
    for kind in ("ITEM_PIPELINES", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"):
        for component in settings.getdict(kind):
            load_object(component)


load(get_project_settings())
