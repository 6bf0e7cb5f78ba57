"""A visit to portals as the commands `crawl` and `patrol` make it: shown, journalled, judged."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from crawler import progress
from crawler.cli import EXIT_FAILED, WrongUse
from crawler.delivery.after import deliver_due
from crawler.holding import Holding
from crawler.journal import Journal
from crawler.keeper import Keeper
from crawler.monitor import metrics, restraint
from crawler.monitor.hours import day
from crawler.patrol import patrol
from crawler.policy import Policy
from crawler.roster import spider_classes
from crawler.stopping import in_order
from crawler.store.database import DatabaseError, open_database
from crawler.store.times import now
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from scrapy.settings import Settings

    from crawler.spider import PortalSpider


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What is asked of a visit: the spider arguments of all portals, and those of one each (``own``)."""

    command: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def visit(settings: Settings, wanted: Round, names: Iterable[str]) -> int:
    """Visit the portals ``names`` (all if empty), print the summary, return the exit status.

    A portal that somebody else is visiting, that asked to wait, or that has its hours off, is named and left
    out. Raises WrongUse, DefinitionError or DatabaseError before anything is fetched.
    """
    spiders = spider_classes(settings, names)
    if not spiders:
        raise WrongUse("There is no portal yet; docs/adding-a-portal.md says how one is added.")
    console = Console()
    url = settings["PORTALWATCH_DATABASE_URL"]
    resting = _resting(settings, spiders, now())
    with in_order(), Holding(url, [name for name in spiders if name not in resting]) as holding:
        for name, holder in holding.others.items():
            resting[name] = f"is being visited by {holder}"
        for name, reason in resting.items():
            console.print(f"{name} {reason}; left out.", markup=False, highlight=False, soft_wrap=True)
        chosen = {name: spiders[name] for name in holding.held}
        return _go(settings, wanted, chosen, console, holding) if chosen else 0


def _go(
    settings: Settings,
    wanted: Round,
    spiders: Mapping[str, type[PortalSpider]],
    console: Console,
    holding: Holding,
) -> int:
    watcher = progress.watcher(console)
    keeper = Keeper.of(settings, spiders)
    url, patience = settings["PORTALWATCH_DATABASE_URL"], settings.getfloat("PORTALWATCH_PATIENCE")
    with Journal(url, wanted.command, spiders, keeper, patience) as journal:
        try:
            outcomes = patrol(
                settings, spiders, watcher, arguments=wanted.arguments, own=wanted.own, holding=holding
            )
        finally:
            watcher.stop()
        kept = journal.close(outcomes)
    _publish_metrics(settings)
    console.print(progress.summary(outcomes))
    console.print(progress.verdict(outcomes), markup=False, highlight=False)
    if said := deliver_due(settings):
        console.print(said, markup=False, highlight=False)
    return EXIT_FAILED if not kept or any(outcome.failure for outcome in outcomes) else 0


def _publish_metrics(settings: Settings) -> None:
    path = settings.get("PORTALWATCH_METRICS_FILE")
    if not path:
        return
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    try:
        with database.reading() as session:
            metrics.write(session, Path(path))
    except (OSError, DatabaseError) as error:
        logger.error("The metrics were not written to %s: %s", path, error)  # noqa: TRY400  one line
    finally:
        database.close()


def _resting(settings: Settings, spiders: Mapping[str, type[PortalSpider]], at: datetime) -> dict[str, str]:
    """Return why portals cannot be visited at ``at``, by name."""
    found: dict[str, str] = {}
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    try:
        with database.reading() as session:
            for name, spider in spiders.items():
                policy = Policy.of(settings, spider)
                waits = restraint.waits(session, name, at)
                if waits and waits[1] == restraint.ASKED:
                    found[name] = f"asked to be left alone until {waits[0].astimezone(LOCAL):%m-%d %H:%M}"
                elif policy.hours.opens(at) > at:
                    opens = policy.hours.opens(at).astimezone(LOCAL)
                    found[name] = f"is visited from {opens:%H:%M} on only (+08:00)"
                elif policy.budget and restraint.spent(session, name, at) >= policy.budget:
                    found[name] = f"had its {policy.budget} requests of {day(at)}"
    finally:
        database.close()
    return found
