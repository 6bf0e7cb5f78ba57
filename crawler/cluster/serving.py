"""``scrapy worker``: takes jobs until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException

from crawler.cli import EXIT_FAILED
from crawler.cluster import schema
from crawler.cluster.children import STOPPING, Children
from crawler.cluster.jobs import Terms, application
from crawler.patrol import configure_logging
from crawler.rounds import Rounds
from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    from scrapy.settings import Settings


def serve(settings: Settings, concurrency: int) -> int:
    """Take jobs, ``concurrency`` at a time, until SIGTERM or SIGINT; return the exit status.

    Raises WrongUse, DefinitionError or DatabaseError before the first job.
    """
    url = settings["PORTALWATCH_DATABASE_URL"]
    schema.check(url)
    rounds = Rounds(settings, [])
    rounds.due()  # that the database has our tables too
    configure_logging(settings)
    return asyncio.run(_work(settings, url, rounds, concurrency))


async def _work(settings: Settings, url: str, rounds: Rounds, concurrency: int) -> int:
    children, terms = Children(settings), Terms.of(settings)
    app = application(url, rounds, children, terms)
    asked = asyncio.Event()
    try:
        async with app.open_async():
            running = asyncio.ensure_future(
                app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=STOPPING + 1,
                    delete_jobs="successful",
                    update_heartbeat_interval=terms.stalled / 3,
                    stalled_worker_timeout=terms.stalled,
                    # A notice that is lost, or a job whose time comes, costs this many seconds at most.
                    fetch_job_polling_interval=5.0,
                )
            )

            def stop() -> None:
                asked.set()
                children.stop()
                running.cancel()

            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop)
            await asyncio.wait({running})
            if running.cancelled():
                return 0
            running.result()
    except ConnectorException as error:
        message = f"the queue of jobs cannot be used: {error.__cause__ or error}"
        raise DatabaseError(message) from error
    return 0 if asked.is_set() else EXIT_FAILED
