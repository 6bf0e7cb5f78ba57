"""Workers as processes, on a PostgreSQL server, with one that is killed."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.cluster import schema
from crawler.replica.clock import CHINA, Clock
from crawler.store.migrate import upgrade
from tests.cluster.many import Many

PORTALS = 30
EARLY = datetime(2026, 4, 1, 12, 0, tzinfo=CHINA)  # some articles a portal are out


@pytest.fixture
def many(tmp_path: Path, empty_database_url: str) -> Many:
    upgrade(empty_database_url)
    schema.prepare(empty_database_url)
    return Many.of(tmp_path, empty_database_url, PORTALS, Clock(EARLY))


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_three_workers_share_portals_and_one_is_killed(many: Many) -> None:
    with many.server as server:
        try:
            for name in ("one", "two", "three"):
                many.start(name)
            many.until(lambda: visiting(many, "two"), 300, step=0.02)
            many.workers["two"].kill()
            many.until(many.done, 600)
        finally:
            statuses = many.stop()
    assert statuses == [0, 0]
    stored = {
        (urlsplit(str(url)).netloc, str(url).partition(".example")[2])
        for (url,) in many.rows("SELECT url FROM articles")
    }
    assert stored == many.expected(), "nothing is lost, nothing else is there"
    assert many.rows("SELECT count(*) FROM versions WHERE number > 1") == [(0,)]
    killed = {visit.host for visit in server.visits() if visit.agent.endswith("two")}
    assert killed, "the one that was killed had worked"
    for host in many.hosts:
        visits = server.visits(host)
        agents = [agent for agent, _ in groupby(visits, key=lambda visit: visit.agent)]
        assert len(agents) == len(set(agents)), f"{host} is left by one before the next comes"
        turns = [(one, two) for one, two in pairwise(visits) if one.agent != two.agent]
        assert all(one.ended <= two.time for one, two in turns), f"{host}: one after the other"
        asked = [visit.url for visit in visits if not visit.url.endswith("robots.txt")]
        if len(agents) == 1 and host not in killed:
            assert len(asked) == len(set(asked)), f"{host}: nothing is fetched twice"
    assert (
        many.rows(
            "SELECT a.portal FROM run_portals a JOIN run_portals b ON a.portal = b.portal AND a.id < b.id "
            "WHERE b.started_at < a.finished_at"
        )
        == []
    )


def visiting(many: Many, worker: str) -> bool:
    """Tell whether a worker has stored something and is in the middle of more."""
    return sum(visit.agent.endswith(worker) for visit in many.server.visits()) > 20
