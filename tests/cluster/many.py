"""Many replica portals, a project of their spiders, and workers as processes that visit them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from crawler.cluster.schema import address
from crawler.replica.load import load_portals
from crawler.replica.server import ReplicaServer
from tests.world import ROOT, project_copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.replica.clock import Clock

SPIDER = """

class {title}Spider({base}):
    name = "{name}"
    portal = "{name}"
    base = "http://{host}"
"""


def copies(count: int) -> dict[str, str]:
    """Return ``count`` host names with the replica portals that they are copies of."""
    names = sorted(load_portals())
    return {f"p{number:03}.example": names[number % len(names)] for number in range(count)}


def project(folder: Path, hosts: dict[str, str]) -> Path:
    """Make ``folder`` a project with a spider for each of ``hosts``; return it."""
    project_copy(folder)
    (folder / "originals").symlink_to(ROOT / "spiders")
    spiders = {name: f"{name.capitalize()}Spider" for name in sorted(set(hosts.values()))}
    text = '"""Copies of the replica portals."""\n\n'
    text += "".join(f"from originals.{name} import {spider}\n" for name, spider in spiders.items())
    for host, origin in hosts.items():
        name = host.partition(".")[0]
        text += SPIDER.format(title=name.capitalize(), base=spiders[origin], name=name, host=host)
    (folder / "spiders" / "many.py").write_text(text, "utf-8")
    return folder


@dataclass
class Many:
    """Portals that are served, with a database, and the workers that were started."""

    server: ReplicaServer
    hosts: dict[str, str]
    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, database_url: str, count: int, clock: Clock) -> Many:
        """Return ``count`` portals, to be served from the moment that ``server`` is started."""
        hosts = copies(count)
        project(folder / "project", hosts)
        return cls(ReplicaServer(hosts=hosts, clock=clock), hosts, folder, database_url)

    def start(self, name: str, concurrency: int = 2) -> subprocess.Popen[bytes]:
        """Start a worker; the user agent of its requests ends with its name."""
        environment = {
            **os.environ,
            "http_proxy": self.server.url,
            "no_proxy": "",
            "PORTALWATCH_DATABASE_URL": self.database_url,
            "PORTALWATCH_FEEDS_DIR": str(self.folder / "feeds"),
            "PORTALWATCH_DOWNLOAD_DELAY": "0",
            "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
            "PORTALWATCH_WORKER_DISPATCH": "* * * * * *",
            "PORTALWATCH_WORKER_STALLED": "3",
            "PORTALWATCH_USER_AGENT": f"portalwatch/0.1 (+https://portalwatch.example/contact) {name}",
            **self.settings,
        }
        command = [sys.executable, "-m", "scrapy", "worker", "--concurrency", str(concurrency)]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.workers[name] = subprocess.Popen(
                command, cwd=self.folder / "project", env=environment, stdout=log, stderr=log
            )
        return self.workers[name]

    def stop(self) -> list[int]:
        """Stop all workers that go on; return their exit statuses."""
        going = [worker for worker in self.workers.values() if worker.poll() is None]
        for worker in going:
            worker.terminate()
        try:
            return [worker.wait(timeout=30) for worker in going]
        finally:
            for worker in going:
                worker.kill()

    def until(self, what: Callable[[], bool], seconds: float, step: float = 0.1) -> None:
        """Poll until ``what`` is so; fail after ``seconds``, or if no worker is left, with their logs."""
        end = time.monotonic() + seconds
        while not what():
            alive = any(worker.poll() is None for worker in self.workers.values())
            if time.monotonic() > end or not alive:
                said = "\n".join(
                    f"{name}:\n{(self.folder / f'{name}.log').read_text('utf-8')[-3000:]}"
                    for name in self.workers
                )
                message = f"in {seconds} s it did not come to that; the workers said:\n{said}"
                raise AssertionError(message)
            with psycopg.connect(address(self.database_url)) as connection:  # the pause between two looks
                connection.execute("SELECT pg_sleep(%s)", (step,))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        with psycopg.connect(address(self.database_url)) as connection:
            return connection.execute(query.encode()).fetchall()

    def expected(self) -> set[tuple[str, str]]:
        """Return host and path of every article that is out."""
        at = self.server.clock.now()
        found = set()
        for host, name in self.hosts.items():
            portal = self.server.portals[name]
            for article in portal.visible(at):
                parts = urlsplit(portal.url(article))
                found.add((host, parts.path + (f"?{parts.query}" if parts.query else "")))
        return found

    def done(self) -> bool:
        """Tell whether every portal was visited to the end, and nothing waits or goes on."""
        (visited,) = self.rows(
            "SELECT count(DISTINCT portal) FROM section_states WHERE visits > 0 AND due_at > now()"
        )
        (open_,) = self.rows(
            "SELECT (SELECT count(*) FROM section_states WHERE due_at <= now())"
            " + (SELECT count(*) FROM leases WHERE name LIKE 'portal:%')"
            " + (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'portalwatch.visit')"
        )
        return visited == (len(self.hosts),) and open_ == (0,)
