"""The leases of a visit: taken before it, renewed by a thread while it goes on, let go portal by portal."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from crawler.monitor import leases
from crawler.processes import has_ended, myself
from crawler.store.database import DatabaseError, open_database
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

logger = logging.getLogger(__name__)


def lease_name(portal: str) -> str:
    """Return the name of the lease of a portal."""
    return f"portal:{portal}"


class Holding:
    """The portals of ``portals`` that could be had (``held``); ``others`` says who has which of the rest.

    A lease that is lost, because this process stood still for too long, is told to ``lost`` by the portal's
    name, from another thread. Raises DatabaseError.
    """

    def __init__(self, database_url: str, portals: Iterable[str], holder: str = "") -> None:
        self.holder = holder or myself()
        self.held: list[str] = []
        self.others: dict[str, str] = {}
        self.lost: Callable[[str], None] = lambda _: None
        self._database = open_database(database_url)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._take(portals)
        self._thread = threading.Thread(target=self._beat, name="portalwatch-leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for portal in list(self.held):
            self.release(portal)
        self._database.close()

    def release(self, portal: str) -> None:
        """Let go of one portal."""
        with self._lock:
            if portal not in self.held:
                return
            self.held.remove(portal)
        try:
            with self._database.writing() as session:
                leases.release(session, lease_name(portal), self.holder)
        except DatabaseError as error:
            logger.error("The lease of %s runs out by itself: %s", portal, error)  # noqa: TRY400  one line

    def renew(self) -> None:
        """Renew all leases once."""
        with self._lock:
            names = {lease_name(portal): portal for portal in self.held}
            if not names:
                return
            try:
                with self._database.writing() as session:
                    gone = leases.renew(session, names, self.holder, now())
            except DatabaseError as error:
                logger.error("Leases could not be renewed: %s", error)  # noqa: TRY400  one line
                return
            for name in gone:
                self.held.remove(names[name])
        for name in gone:
            logger.error("%s is visited by another process now; this visit ends", names[name])
            self.lost(names[name])

    def _take(self, portals: Iterable[str]) -> None:
        with self._database.writing() as session:
            for portal in portals:
                at = now()
                if leases.take(session, lease_name(portal), self.holder, at, has_ended):
                    self.held.append(portal)
                else:
                    self.others[portal] = leases.holder_of(session, lease_name(portal), at)

    def _beat(self) -> None:
        while not self._ended.wait(leases.BEAT.total_seconds()):
            self.renew()
