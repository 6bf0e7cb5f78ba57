"""What is due now and next, of the portals that a patrol is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import WrongUse
from crawler.holding import lease_name
from crawler.monitor import agenda, leases
from crawler.policy import watched
from crawler.processes import has_ended
from crawler.roster import spider_classes
from crawler.store.database import open_database
from crawler.store.times import now
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from scrapy.settings import Settings


class Rounds:
    """The portals ``names`` (all if empty). Raises WrongUse, DefinitionError or DatabaseError.

    ``clock`` returns the present moment, aware.
    """

    def __init__(self, settings: Settings, names: Iterable[str], clock: Callable[[], datetime] = now) -> None:
        spiders = spider_classes(settings, names)
        if not spiders:
            raise WrongUse("There is no portal yet; docs/adding-a-portal.md says how one is added.")
        self._portals = watched(settings, spiders)
        self._url: str = settings["PORTALWATCH_DATABASE_URL"]
        self._clock = clock

    def due(self) -> dict[str, list[str]]:
        """Return the sections that are due, by portal, of portals that nobody is visiting."""
        at = self._clock()
        database = open_database(self._url)
        try:
            with database.reading() as session:
                found = agenda.due(session, self._portals, at)
                taken = leases.held(session, map(lease_name, found), at, has_ended)
        finally:
            database.close()
        return {name: urls for name, urls in found.items() if lease_name(name) not in taken}

    def held(self, portals: Iterable[str]) -> set[str]:
        """Return those of ``portals`` that somebody is visiting. Raises DatabaseError."""
        leased = {lease_name(name): name for name in portals}
        database = open_database(self._url)
        try:
            with database.reading() as session:
                return {leased[name] for name in leases.held(session, leased, self._clock(), has_ended)}
        finally:
            database.close()

    def seconds(self) -> float:
        """Return how long it is until something is due; 0 if something is."""
        upcoming = self._next()
        return max((upcoming[0] - self._clock()).total_seconds(), 0.0) if upcoming else 3600.0

    def outlook(self) -> str:
        """Return what is due next, in a sentence."""
        upcoming = self._next()
        if upcoming is None:
            return "Nothing is due."
        return f"Nothing is due before {upcoming[0].astimezone(LOCAL):%m-%d %H:%M} (+08:00): {upcoming[1]}."

    def _next(self) -> tuple[datetime, str] | None:
        database = open_database(self._url)
        try:
            with database.reading() as session:
                return agenda.next_due(session, self._portals, self._clock())
        finally:
            database.close()
