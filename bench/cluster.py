"""Workers on PostgreSQL: 200 replica portals visited by one, two and three, one of three killed in between.

    PYTHONPATH=. .venv/bin/python bench/cluster.py --portals 200 --workers 1 2 3

One server answers for all host names; each round has a schema of its own in the database of
PORTALWATCH_TEST_POSTGRESQL. Times are taken from the first request to the moment at which every portal was
visited and nothing waits. With ``--kill`` one of the workers is killed when a third of the portals was seen.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from datetime import datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from crawler.cluster import schema
from crawler.replica.clock import CHINA, Clock
from crawler.store.migrate import upgrade
from tests.cluster.many import Many

SERVER = os.environ.get("PORTALWATCH_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portals", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--concurrency", type=int, default=1, help="visits at the same time of each")
    parser.add_argument("--kill", action="store_true", help="kill one worker of each round")
    parser.add_argument("--until", type=datetime.fromisoformat, default=datetime(2026, 4, 1, 12))  # noqa: DTZ001  +08:00
    parser.add_argument("--seconds", type=float, default=3600.0, help="a round may take")
    options = parser.parse_args()
    clock = options.until.replace(tzinfo=CHINA)
    print("| workers | portals | articles | s | portals/s | lost | twice | by two at once |")
    print("|---|---|---|---|---|---|---|---|")
    for count in options.workers:
        print(measured(options, count, clock), flush=True)


def measured(options: argparse.Namespace, count: int, clock: datetime) -> str:
    """Return the row of a round with ``count`` workers."""
    name = f"portalwatch_bench_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            url = f"{SERVER}{'&' if '?' in SERVER else '?'}options=-csearch_path%3D{name}"
            upgrade(url)
            schema.prepare(url)
            return round_of(Many.of(Path(folder), url, options.portals, Clock(clock)), options, count)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def round_of(many: Many, options: argparse.Namespace, count: int) -> str:
    """Let ``count`` workers visit all portals and return the row."""
    with many.server as server:
        for number in range(count):
            many.start(f"worker-{number}", options.concurrency)
        try:
            if options.kill:
                third = len(many.hosts) // 3
                many.until(lambda: len({visit.host for visit in server.visits()}) > third, options.seconds)
                many.workers["worker-0"].kill()
            many.until(many.done, options.seconds)
        finally:
            many.stop()
        visits = server.visits()
    seconds = visits[-1].ended - visits[0].time
    stored = [
        (urlsplit(str(url)).netloc, str(url).partition(".example")[2])
        for (url,) in many.rows("SELECT url FROM articles")
    ]
    killed = " (1 killed)" if options.kill else ""
    lost, twice = len(many.expected() - set(stored)), len(stored) - len(set(stored))
    return (
        f"| {count}{killed} | {len(many.hosts)} | {len(stored)} | {seconds:.0f} "
        f"| {len(many.hosts) / seconds:.2f} | {lost} | {twice} "
        f"| {sum(shared(many, host) for host in many.hosts)} |"
    )


def shared(many: Many, host: str) -> bool:
    """Tell whether two workers visited a portal in turns, or at once."""
    agents = [agent for agent, _ in groupby(many.server.visits(host), key=lambda visit: visit.agent)]
    return len(agents) > len(set(agents))


if __name__ == "__main__":
    main()
