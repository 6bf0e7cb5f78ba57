"""The jobs of workers: one job a due portal, and the two that go round: what is due, and what was left.

The queue decides nothing about when a portal is due: that stands in the tables of the monitor, and a job that
finds nothing due ends. A job that is lost is queued again, therefore, and one too many does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from crawler.cluster.schema import address
from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from procrastinate.jobs import Job
    from procrastinate.tasks import Task
    from scrapy.settings import Settings

    VisitTask = Task[[str, int], Coroutine[Any, Any, None], [str, int]]

logger = logging.getLogger(__name__)

VISIT = "portalwatch.visit"
DISPATCH = "portalwatch.dispatch"
TAKE_OVER = "portalwatch.take_over"
FIRST_RETRY, LONGEST_RETRY = 60, 3600
"""Seconds until a visit whose process broke is tried again: doubled each time, so many at most."""
SPARE = 60.0
"""Seconds that a process has beyond the time of a run, which it should keep by itself."""


class Agenda(Protocol):
    """What is due."""

    def due(self) -> Mapping[str, Sequence[str]]:
        """Return the sections that are due, by portal, of portals that nobody is visiting."""


class Visits(Protocol):
    """What makes a visit."""

    async def run(self, portal: str, seconds: float | None) -> int | None:
        """Visit a portal; return the exit status, None if it was cut short."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the jobs go about it.

    ``run`` are the seconds that a run may take (None for no limit), ``stalled`` those after which a worker
    without a heartbeat is dead, ``every`` says in cron's words when is looked what is due.
    """

    run: float | None = 3600.0
    stalled: float = 30.0
    every: str = "* * * * *"

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """Read PORTALWATCH_RUN_TIMEOUT, PORTALWATCH_WORKER_STALLED and PORTALWATCH_WORKER_DISPATCH."""
        run = settings.getfloat("PORTALWATCH_RUN_TIMEOUT")
        return cls(
            run + SPARE if run else None,
            settings.getfloat("PORTALWATCH_WORKER_STALLED", 30.0),
            settings.get("PORTALWATCH_WORKER_DISPATCH", "* * * * *"),
        )


def application(database_url: str, agenda: Agenda, visits: Visits, terms: Terms) -> App:
    """Return the jobs, kept in the PostgreSQL database at ``database_url``. Raises DatabaseError."""
    # A connection is taken for good by what listens for new jobs.
    app = App(connector=PsycopgConnector(conninfo=address(database_url), min_size=2, max_size=4))

    @app.task(name=VISIT)
    async def visit(portal: str, attempt: int = 0) -> None:
        status = await visits.run(portal, terms.run)
        if status is not None and status not in {0, 1}:  # the monitor itself waits after a failed visit
            await _retry(visit, portal, attempt, status)

    @app.periodic(cron=terms.every)
    @app.task(name=DISPATCH, lock=DISPATCH, queueing_lock=DISPATCH, priority=10)
    async def dispatch(timestamp: int) -> None:  # noqa: ARG001  the library's signature
        # Before what is due: a visit that ends in between is not due any more.
        going = await app.job_manager.list_jobs_async(task=VISIT, status="doing")
        visited = {job.task_kwargs.get("portal") for job in going}
        try:
            due = await asyncio.to_thread(agenda.due)
        except DatabaseError as error:
            logger.error("What is due cannot be told: %s", error)  # noqa: TRY400  one line
            return
        for portal in due:
            if portal not in visited:
                await _queue(visit, portal)

    @app.periodic(cron=terms.every)
    @app.task(name=TAKE_OVER, queueing_lock=TAKE_OVER, priority=20)  # no lock: a dead worker would keep it
    async def take_over(timestamp: int) -> None:  # noqa: ARG001  the library's signature
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=terms.stalled):
            logger.warning("%s was left by a worker that is gone; queued again", _said(job))
            await _requeue(app, job)

    return app


async def _queue(visit: VisitTask, portal: str, wait: int = 0, attempt: int = 0) -> None:
    """Queue a visit unless one waits already."""
    later = {"schedule_in": {"seconds": wait}} if wait else {}
    job = visit.configure(lock=portal, queueing_lock=portal, **later)  # type: ignore[arg-type]  # one option
    try:
        await job.defer_async(portal=portal, attempt=attempt)
    except AlreadyEnqueued:
        logger.debug("%s waits for a visit already", portal)


async def _retry(visit: VisitTask, portal: str, attempt: int, status: int) -> None:
    # The library's own retry would fail where another job of the portal was queued meanwhile, and leave
    # this one running for good, with the portal's lock.
    wait = min(FIRST_RETRY * 2 ** min(attempt, 20), LONGEST_RETRY)
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    logger.error("%s: the process of the visit %s; tried again in %d s", portal, how, wait)
    await _queue(visit, portal, wait, attempt + 1)


async def _requeue(app: App, job: Job) -> None:
    assert job.id is not None
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:  # another job of the portal waits for this one to end
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _said(job: Job) -> str:
    return str(job.task_kwargs.get("portal", job.task_name))
