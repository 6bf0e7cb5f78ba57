"""Sending what is due: a thread a target, so that one that hangs delays nobody else."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from random import SystemRandom
from threading import Event, Lock, Thread
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from crawler.delivery import claims
from crawler.delivery.errors import TargetError, Undelivered
from crawler.delivery.letters import letter
from crawler.delivery.pace import DEFAULT, backoff
from crawler.store.database import DatabaseError
from crawler.store.patience import patiently
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from crawler.delivery.channels import Channels
    from crawler.delivery.claims import Claim
    from crawler.delivery.pace import Pace
    from crawler.store.database import Database

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
_NEVER = Event()


@dataclass(slots=True)
class Tally:
    """What became of messages; ``failed`` ones are tried again, ``errors`` are what kept from trying."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    errors: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def count(self, what: str) -> None:
        """Add one, from any thread."""
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is due in ``database`` through ``channels``.

    ``clock`` says what time it is (aware), ``chance`` (0 to 1) spreads the next attempts, ``pause`` waits so
    many seconds for the database. Several senders may work on one database, in one process or many.
    """

    database: Database
    channels: Channels
    pace: Pace = DEFAULT
    web: str = ""
    clock: Callable[[], datetime] = now
    chance: Callable[[], float] = SystemRandom().random
    pause: Callable[[float], None] = sleep

    def once(self) -> Tally:
        """Send all that is due now; return what became of it. Raises ``DatabaseError``."""
        tally = Tally()
        threads = [
            self._start(name, tally, _NEVER) for name in claims.due_targets(self.database, self.clock())
        ]
        for thread in threads:
            thread.join()
        return tally

    def loop(self, stop: Event, seconds: float, renew: Callable[[], Channels] | None = None) -> Tally:
        """Send what is due, look again every so many ``seconds``, until ``stop`` is set.

        ``renew`` returns the channels as they are when something is due; without, they stay the same.
        """
        tally = Tally()
        running: dict[str, Thread] = {}
        while not stop.is_set():
            try:
                names = claims.due_targets(self.database, self.clock())
            except DatabaseError as error:
                self._trouble(error, tally)
                names = []
            current = replace(self, channels=renew()) if names and renew is not None else self
            for name in names:
                if name not in running or not running[name].is_alive():
                    running[name] = current._start(name, tally, stop)  # noqa: SLF001  a sender as this one
            stop.wait(seconds)
        for thread in running.values():
            thread.join(self.pace.seconds)
        return tally

    def _start(self, name: str, tally: Tally, stop: Event) -> Thread:
        thread = Thread(target=self._serve, args=(name, tally, stop), name=f"deliver {name}", daemon=True)
        thread.start()
        return thread

    def _serve(self, name: str, tally: Tally, stop: Event) -> None:
        """Send to one target until nothing is due or it fails too often in a row."""
        failures = 0
        try:
            while not stop.is_set():
                claim = claims.claim(self.database, name, self.clock(), self.pace)
                if claim is None:
                    return
                wait = self._attempt(claim, tally)
                failures = 0 if wait is None else failures + 1
                if wait is not None and (wait.asked or failures >= self.pace.failures):
                    until = self.clock() + self.pace.rest(wait.time, asked=wait.asked)
                    claims.rest(self.database, name, until)
                    return
        except DatabaseError as error:
            self._trouble(error, tally)

    def _attempt(self, claim: Claim, tally: Tally) -> _Wait | None:
        """Send one message and write down what became of it; return how long to wait if it was not taken."""
        asked: timedelta | None = None
        try:
            told = letter(self.database, claim, self.clock(), self.web)
            if claim.form != "notice" and not told.alerts:
                return None  # the watch or the article was removed just now, and with it what was to be told
            note = bounded(lambda: self.channels.send(claim.target, told), self.pace.seconds)
        except (Undelivered, TargetError) as error:
            reason = str(error)
            asked = getattr(error, "retry_after", None)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001  whatever a library or a message brings, the next is tried
            reason = f"{type(error).__name__}: {error}"
        else:
            if not self._finish(claim, self._masked(note)):
                logger.warning(
                    "%s was sent to %s, but another sender has it now: it may arrive twice, under one key",
                    claim.key,
                    claim.target,
                )
            tally.count("sent")
            return None
        return self._failed(claim, self._masked(reason), asked, tally)

    def _finish(self, claim: Claim, note: str) -> bool:
        # Sent and not marked it would be sent again: a lock or a server that starts anew is waited for.
        at = self.clock()
        return patiently(lambda: claims.finish(self.database, claim, at, note), self.pause)

    def _failed(self, claim: Claim, reason: str, asked: timedelta | None, tally: Tally) -> _Wait:
        wait = backoff(claim.attempts, self.chance(), asked)
        again = None if claim.attempts >= self.pace.attempts else self.clock() + wait
        claims.fail(self.database, claim, reason, again)
        if again is None:
            tally.count("dead")
            logger.error(
                "Given up after %d attempts (scrapy deliver --dead): %s: %s",
                claim.attempts,
                claim.target,
                reason,
            )
        else:
            tally.count("failed")
            logger.warning(
                "Attempt %d of %d, the next in %.0f s: %s: %s",
                claim.attempts,
                self.pace.attempts,
                wait.total_seconds(),
                claim.target,
                reason,
            )
        return _Wait(wait, asked=asked is not None)

    def _masked(self, text: str) -> str:
        return self.channels.targets.mask(" ".join(text.split()))

    def _trouble(self, error: DatabaseError, tally: Tally) -> None:
        tally.count("errors")
        logger.error("Nothing can be sent now: %s", error)


@dataclass(frozen=True, slots=True)
class _Wait:
    time: timedelta
    asked: bool


def bounded(call: Callable[[], Answer], seconds: float) -> Answer:
    """Return what ``call`` returns, or raise what it raises; after ``seconds`` raise ``Undelivered``.

    The thread of a call that hangs is left behind: no library's own timeouts cover every way to hang.
    """
    answer: Future[Answer] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  raised again by whoever asks for the answer
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        if answer.done():
            raise
        raise Undelivered(f"no answer within {seconds:g} s") from None
