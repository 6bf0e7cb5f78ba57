"""``scrapy patrol --daemon``: starts a process for what becomes due, and another, until it is stopped.

Each process visits a few portals and ends, so memory does not grow. At most so many run at once; a portal
whose last visit failed gets a process of its own, and such take at most half of them: however long it takes,
the others are visited in time. A process that is killed leaves its leases, which run out.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Protocol

from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import FrameType

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0
"""Seconds after which the daemon looks again, whatever it expects."""
STOPPING = 8.0
"""Seconds that the processes have to end after SIGTERM; then they are killed."""


class Agenda(Protocol):
    """What is due."""

    def due(self) -> Mapping[str, Sequence[str]]:
        """Return the sections that are due, by portal."""

    def held(self, portals: Iterable[str]) -> set[str]:
        """Return those of ``portals`` that somebody is visiting."""

    def seconds(self) -> float:
        """Return how long it is until something is due."""


class Child(Protocol):
    """A process."""

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


@dataclass(slots=True)
class Running:
    """A process, the portals that it visits, and those of them that it was seen to have begun with."""

    child: Child
    portals: tuple[str, ...]
    begun: set[str] = field(default_factory=set)


def children(opts: argparse.Namespace) -> Callable[[Sequence[str]], Child]:
    """Return what starts a process for portals, with the settings of the command line ``opts``."""
    words = [word for setting in opts.set or () for word in ("-s", setting)]
    if opts.loglevel:
        words += ["-L", opts.loglevel]
    if opts.logfile:
        words += ["--logfile", opts.logfile]

    def start(portals: Sequence[str]) -> Child:
        command = [sys.executable, "-m", "scrapy", "patrol", "--due", *words, "--only", *portals]
        # A session of its own: Ctrl-C reaches the daemon only, which stops its processes in order.
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603  our own words

    return start


class Daemon:
    """Visits what ``agenda`` says with processes that ``start`` starts, at most ``most`` at a time."""

    def __init__(self, agenda: Agenda, start: Callable[[Sequence[str]], Child], most: int = 4) -> None:
        self._agenda = agenda
        self._start = start
        self._most = max(most, 1)
        self._running: list[Running] = []
        self._failed: set[str] = set()
        self._ended = threading.Event()

    def run(self) -> int:
        """Go on until SIGTERM or SIGINT; return the exit status."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._ended.is_set():
                self._ended.wait(self.look())
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def look(self) -> float:
        """Note which processes ended, start what is due, return the seconds until the next look."""
        self._reap()
        try:
            busy = self._busy()
            due = [name for name in self._agenda.due() if name not in busy]
            for portals in self._groups(due):
                self._running.append(Running(self._start(portals), portals))
            pause = self._agenda.seconds()
        except (DatabaseError, OSError) as error:  # a machine may have no room for a process just now
            logger.error("The patrol waits: %s", error)  # noqa: TRY400  one line
            return LONGEST_PAUSE
        return min(max(pause, 1.0), 2.0 if self._running else LONGEST_PAUSE)

    def _groups(self, due: Sequence[str]) -> list[tuple[str, ...]]:
        """Share out portals to the processes that may be started now."""
        free = self._most - len(self._running)
        alone = sum(set(running.portals) <= self._failed for running in self._running)
        room = max(min(free, max(self._most // 2, 1) - alone), 0)
        suspects = [name for name in due if name in self._failed][:room]
        found: list[tuple[str, ...]] = [(name,) for name in suspects]
        good = [name for name in due if name not in self._failed]
        free -= len(found)
        if good and free > 0:
            size = ceil(len(good) / free)
            found += [tuple(good[start : start + size]) for start in range(0, len(good), size)]
        return found

    def _busy(self) -> set[str]:
        """Return the portals of the processes but for those that were visited: another may take long."""
        if not self._running:
            return set()
        held = self._agenda.held(name for running in self._running for name in running.portals)
        for running in self._running:
            running.begun |= held.intersection(running.portals)
        return {
            name
            for running in self._running
            for name in running.portals
            if name in held or name not in running.begun
        }

    def _reap(self) -> None:
        for running in list(self._running):
            status = running.child.poll()
            if status is None:
                continue
            self._running.remove(running)
            # A process does not tell which of its portals failed: alone, each shows.
            if status:
                self._failed.update(running.portals)
            else:
                self._failed.difference_update(running.portals)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._ended.set()

    def _end(self) -> None:
        for running in self._running:
            running.child.terminate()
        end = time.monotonic() + STOPPING
        for running in self._running:
            try:
                running.child.wait(timeout=max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                running.child.kill()
                running.child.wait()
