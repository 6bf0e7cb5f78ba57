"""Keeps the health of portals: a row and a verdict a run, and alarms to those who take them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.monitor import agenda, health, wording
from crawler.monitor.alarm import BAD_RUNS
from crawler.monitor.verdict import Expected, State, expected_of
from crawler.policy import section_urls
from crawler.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Self

    from scrapy.settings import BaseSettings
    from sqlalchemy.orm import Session

    from crawler.monitor.health import Noted
    from crawler.patrol import Outcome
    from crawler.spider import PortalSpider

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Judges runs. ``expected`` is what spiders state, by name; ``settings`` name who is told.

    ``sections`` are the addresses that each visits.
    """

    settings: BaseSettings
    expected: Mapping[str, Expected] = field(default_factory=dict)
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: BaseSettings, spiders: Mapping[str, type[PortalSpider]]) -> Self:
        """Return the keeper of the portals of ``spiders``."""
        return cls(
            settings,
            {name: expected_of(spider.expect) for name, spider in spiders.items()},
            {name: section_urls(spider.base, spider.sections) for name, spider in spiders.items()},
        )

    def note(self, session: Session, row_id: int, outcome: Outcome, at: datetime) -> Noted | None:
        """Write the row of a run and what it leads to; None for a run that nothing was measured of."""
        if outcome.measures is None:
            return None
        noted = health.note(
            session,
            row_id,
            outcome.name,
            outcome.measures,
            at,
            expected=self.expected.get(outcome.name),
            bad_runs=self.settings.getint("PORTALWATCH_HEALTH_BAD_RUNS", BAD_RUNS),
            unread=agenda.has_failing(session, outcome.name, self.sections.get(outcome.name, ())),
        )
        verdict = noted.verdict
        if verdict.state is not State.OK:
            reasons = "; ".join(verdict.reasons)
            # What could not be fetched is in the log already, page by page.
            level = logging.WARNING if verdict.state in {State.DRIFT, State.SILENT} else logging.INFO
            runs = noted.standing.bad_runs
            logger.log(level, "%s: %s, bad run %d: %s", outcome.name, verdict.state, runs, reasons)
        if noted.notice is not None:
            title, text = wording.told(
                noted, outcome.portal, at, self.settings.get("PORTALWATCH_LANGUAGE") or "zh"
            )
            deliveries.notify(session, self._targets(), title, text, at)
        return noted

    def _targets(self) -> tuple[str, ...]:
        from crawler.delivery import service  # noqa: PLC0415  with all that it loads, only when needed
        from crawler.delivery.errors import TargetError  # noqa: PLC0415  as above

        try:
            return service.health_targets(self.settings)
        except TargetError as error:
            logger.error("Nobody is told about portals: %s", error)  # noqa: TRY400  one line
            return ()
