"""Which portals there are: the project's spiders, found by name, checked before anything starts."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from scrapy.spiderloader import get_spider_loader

from crawler import definition
from crawler.cli import WrongUse
from crawler.spider import PortalSpider
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings


def portal_names(settings: BaseSettings) -> list[str]:
    """Return the names of all portals, sorted."""
    loader = get_spider_loader(settings)
    return sorted(name for name in loader.list() if issubclass(loader.load(name), PortalSpider))


def portal_regions(settings: BaseSettings) -> dict[str, str]:
    """Return the regions of the portals that have one, by the portals' names."""
    loader = get_spider_loader(settings)
    regions = {name: getattr(loader.load(name), "region", "") for name in loader.list()}
    return {name: region for name, region in regions.items() if region}


def portal_sites(settings: BaseSettings) -> dict[str, str]:
    """Return the names of the portals by what they call themselves, canonical and in lower case."""
    loader = get_spider_loader(settings)
    sites = {name: getattr(loader.load(name), "portal", "") for name in loader.list()}
    return {canonical(site).lower(): name for name, site in sites.items() if site}


def spider_class(settings: BaseSettings, name: str) -> type[PortalSpider]:
    """Return the spider of the portal ``name``, checked; raises WrongUse with a hint, or DefinitionError."""
    names = portal_names(settings)
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(names)}."
        raise WrongUse(f"There is no portal named {name!r}.{hint}")
    found = get_spider_loader(settings).load(name)
    assert issubclass(found, PortalSpider)
    definition.check(found)
    return found


def spider_classes(settings: BaseSettings, names: Iterable[str]) -> dict[str, type[PortalSpider]]:
    """Return the spiders of ``names``, or of all portals where it is empty."""
    return {name: spider_class(settings, name) for name in dict.fromkeys(names) or portal_names(settings)}
