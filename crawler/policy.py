"""What settings and a spider's attributes together say about how a portal is visited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from crawler.definition import DefinitionError
from crawler.monitor.agenda import Watched
from crawler.monitor.duetimes import Bounds
from crawler.monitor.hours import Hours, length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Policy:
    """How often, when and at what cost a portal is visited; ``budget`` requests a day, 0 for no limit."""

    bounds: Bounds
    hours: Hours
    budget: int

    @classmethod
    def of(cls, settings: BaseSettings, spider: type[Any]) -> Self:
        """Return the policy for ``spider``. Raises DefinitionError."""
        try:
            hours = Hours.parse(getattr(spider, "window", "") or settings.get("PORTALWATCH_WINDOW", ""))
            every = (getattr(spider, "expect", None) or {}).get("every")
            bounds = Bounds(
                length(settings.get("PORTALWATCH_FLOOR", "10m")),
                length(settings.get("PORTALWATCH_CEILING", "1d")),
                settings.getfloat("PORTALWATCH_PACE", 12.0),
                hours,
            )
            found = bounds.within(every)
        except ValueError as error:
            raise DefinitionError(f"Spider {spider.name}: {error}.") from error
        own = getattr(spider, "requests_a_day", None)
        return cls(found, hours, settings.getint("PORTALWATCH_REQUESTS_A_DAY") if own is None else own)


def watched(settings: BaseSettings, spiders: Mapping[str, type[Any]]) -> dict[str, Watched]:
    """Return what there is to visit of ``spiders``. Raises DefinitionError."""
    return {
        name: Watched(section_urls(spider.base, spider.sections), policy.hours, policy.budget)
        for name, spider in spiders.items()
        for policy in [Policy.of(settings, spider)]
    }


def section_urls(base: str, sections: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of the section pages of a portal at ``base``."""
    return tuple(urljoin(f"{base.rstrip('/')}/", path) for path in sections.values())
