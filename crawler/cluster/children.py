"""A visit in a process of its own, forked from one that has loaded the program already.

Scrapy's event loop runs once in a process, memory goes back to the machine, and a portal that wedges its
process harms no other. A process ends with the worker that started it, however that ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from crawler.rounds import Rounds
from crawler.visit import Round, visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from scrapy.settings import Settings

STOPPING = 7.0
"""Seconds that a process has to end after SIGTERM; then it is killed."""


class Children:
    """Starts processes that call ``work`` with ``settings`` and the name of a portal."""

    def __init__(self, settings: Settings, work: Callable[[Settings, str], int] | None = None) -> None:
        self._settings = settings
        self._work = work or visit_due
        self._stopping = asyncio.Event()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["crawler.cluster.loaded"])

    def stop(self) -> None:
        """Ask all processes to end, and start no more that goes on."""
        self._stopping.set()

    async def run(self, portal: str, seconds: float | None) -> int | None:
        """Run a process for ``portal`` and return its exit status, below 0 for a signal.

        None if it took longer than ``seconds``, or was asked to end. It is over when this returns or raises.
        """
        if self._stopping.is_set():
            return None
        child = self._context.Process(target=_child, args=(self._work, self._settings, portal), name=portal)
        # Starting waits for the process to be forked, the first time for all modules to be loaded.
        await asyncio.to_thread(child.start)
        ended = _ended(child)
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({ended, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                child.join()
                return child.exitcode
            child.terminate()
            await asyncio.wait({ended}, timeout=STOPPING)
            return None
        finally:
            stopping.cancel()
            child.kill()
            child.join()
            asyncio.get_running_loop().remove_reader(child.sentinel)
            child.close()


def _ended(child: BaseProcess) -> asyncio.Future[Any]:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Any] = loop.create_future()

    def tell() -> None:
        loop.remove_reader(child.sentinel)
        if not found.done():
            found.set_result(None)

    loop.add_reader(child.sentinel, tell)
    return found


def visit_due(settings: Settings, portal: str) -> int:
    """Visit the sections of ``portal`` that are due, if any are; return the exit status."""
    due = Rounds(settings, [portal]).due()
    own = {name: {"only": " ".join(urls)} for name, urls in due.items()}
    return visit(settings, Round("worker", own=own), due) if due else 0


def _child(work: Callable[[Settings, str], int], settings: Settings, portal: str) -> None:
    # A session of its own: Ctrl-C reaches the worker only, which stops its processes in order.
    os.setsid()
    threading.Thread(target=_follow, name="portalwatch-worker-watch", daemon=True).start()
    sys.exit(work(settings, portal))


def _follow() -> None:
    """End this process when the worker has ended."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    with contextlib.suppress(ProcessLookupError):
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(STOPPING)
        os.kill(os.getpid(), signal.SIGKILL)
