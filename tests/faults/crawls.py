"""Real crawls of replica portals that something happens to, and what their database holds afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, update

from crawler.alerts import watches
from crawler.replica.server import ReplicaServer, Visit
from crawler.store.checking import check
from crawler.store.checks.report import Finding, Report
from crawler.store.database import Database, open_database
from crawler.store.migrate import upgrade
from crawler.store.models import Alert, Article, Lease, RawPage, StoryMember, Version, Watch
from tests.starting import Started

Ended = tuple[int, str, str]
ROOT = Path(__file__).parent.parent.parent
PORTALS = ("xian", "zhenggong")
WATCHES = {"项目": "项目", "厂房": "厂房 OR 园区", "政务": "政务 OR 政府", "所有": "的"}
BEGUN = 20
"""So many requests after which something is stored and most is still to come."""
SETTINGS = {
    "PORTALWATCH_DOWNLOAD_DELAY": "0",
    "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
    "PORTALWATCH_LOG_LEVEL": "WARNING",
    "PORTALWATCH_MAX_LIST_PAGES": "3",
    # Small batches, so that a moment drawn by lot falls into one as often as between two.
    "PORTALWATCH_BATCH_ARTICLES": "5",
    "PORTALWATCH_BATCH_SECONDS": "0.05",
    # On a machine that is busy otherwise no page is refused for it: that is not what is looked at.
    "PORTALWATCH_READ_TIMEOUT": "0",
    "COLUMNS": "200",
}


class CountingServer(ReplicaServer):
    """A replica server that can be waited for until it was asked so many times."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = threading.Condition()
        self.count = 0

    def note(self, visit: Visit) -> None:
        """Write one request into the log, before it is answered."""
        super().note(visit)
        with self._asked:
            self.count += 1
            self._asked.notify_all()

    def wait_for(self, count: int, process: Started) -> None:
        """Return once ``count`` requests came, or the process ended."""
        with self._asked:
            while self.count < count and process.poll() is None:
                self._asked.wait(0.05)


@dataclass
class Crawl:
    """A database and a folder of feeds that replica portals are crawled into."""

    server: CountingServer
    url: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the tables and the watches."""
        upgrade(self.url)
        database = open_database(self.url)
        with database.writing() as session:
            for name, query in WATCHES.items():
                watches.add(session, name, query)
        database.close()

    def start(self, *words: str) -> Started:
        """Start a command of the project, ``patrol`` of all ``PORTALS`` if none is said."""
        environment = {
            **os.environ,
            "http_proxy": self.server.url,
            "no_proxy": "",
            "PORTALWATCH_DATABASE_URL": self.url,
            "PORTALWATCH_FEEDS_DIR": str(self.folder / "feeds"),
            **SETTINGS,
            **self.settings,
        }
        return Started(words or ("patrol", "--only", *PORTALS), ROOT, environment)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*words)
        out, err = process.communicate()
        return subprocess.CompletedProcess(words, process.wait(), out, err)


@dataclass(frozen=True)
class State:
    """What a database and its feeds hold, without what depends on the order in which it came."""

    texts: dict[str, tuple[str, str]]
    stories: set[frozenset[str]]
    parts: set[tuple[str, frozenset[str]]]
    alerts: Counter[tuple[str, frozenset[str], str]]
    feeds: Counter[str]

    def differences(self, other: State) -> list[str]:
        """Name what differs."""
        found = []
        for name in ("texts", "stories", "parts", "alerts", "feeds"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                found.append(f"{name}: {_less(mine, theirs)} | {_less(theirs, mine)}")
        return found


def let_leases_end(database: Database) -> None:
    """End the leases that a killed process has left, as a wait of two minutes would."""
    with database.writing() as session:
        session.execute(update(Lease).values(expires_at=Lease.taken_at))


def _less(one: object, other: object) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        return str({key: value for key, value in one.items() if other.get(key) != value})[:2000]
    assert isinstance(one, set)
    assert isinstance(other, set)
    return str(one - other)[:2000]


def state(database: Database, folder: Path) -> State:
    """Read what a database and the feeds in ``folder`` hold."""
    with database.reading() as session:
        newest = select(Version).join(
            Article, (Article.id == Version.article_id) & (Article.latest == Version.number)
        )
        urls = {row[0]: row[1] for row in session.execute(select(Article.id, Article.address))}
        texts = {urls[one.article_id]: (one.title, one.body) for one in session.scalars(newest)}
        members = session.scalars(select(StoryMember)).all()
        stories: dict[int, set[str]] = {}
        for one in members:
            if one.relation == "same":
                stories.setdefault(one.story_id, set()).add(urls[one.article_id])
        whole = {story: frozenset(found) for story, found in stories.items()}
        query = select(Watch.name, Alert.story_id, Alert.occasion).join(Watch, Watch.id == Alert.watch_id)
        alerts = Counter((name, whole[story], occasion) for name, story, occasion in session.execute(query))
    parts = {(urls[one.article_id], whole[one.story_id]) for one in members if one.relation == "part"}
    return State(texts, set(whole.values()), parts, alerts, _feeds(folder))


def _feeds(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (folder / "feeds").rglob("*.json"):
        ids = [entry["id"] for entry in json.loads(path.read_text("utf-8"))["items"]]
        assert len(ids) == len(set(ids)), f"{path.name} tells something twice"
        name = str(path.relative_to(folder / "feeds"))
        # Whichever of two portals is read first has the alert about what both carry.
        found["_portals" if name.startswith("_portals") else name] += len(ids)
    return found


def assert_whole(database: Database) -> int:
    """Fail unless the database is whole and holds nothing half; return how many articles it has."""
    findings: list[Finding] = []
    check(database, Report(fix=False, tell=findings.append), lambda _: None)
    assert not findings
    with database.reading() as session:
        articles = set(session.scalars(select(Article.id)))
        assert articles == set(session.scalars(select(Version.article_id)))
        same = list(session.scalars(select(StoryMember.article_id).where(StoryMember.relation == "same")))
        assert sorted(same) == sorted(articles)
        versions = set(session.scalars(select(Version.id)))
        assert versions == set(session.scalars(select(RawPage.version_id)))
        digests = session.execute(select(Version.article_id, Version.digest)).all()
        assert len(digests) == len(set(digests)), "a text is stored twice"
        told = session.execute(select(Alert.watch_id, Alert.story_id, Alert.occasion)).all()
        assert len(told) == len(set(told)), "an alert is stored twice"
    return len(articles)


@contextmanager
def under_way(crawl: Crawl, begun: int = BEGUN) -> Iterator[tuple[Started, Ended]]:
    """Yield a crawl that has stored something, and a list of what it came to: status, output, errors."""
    asked = crawl.server.count
    process = crawl.start()
    crawl.server.wait_for(asked + begun, process)
    assert process.poll() is None, process.communicate()
    ended: list[object] = []
    try:
        yield process, ended  # type: ignore[misc]  # filled later
    finally:
        out, err = process.communicate(timeout=300)
        ended += [process.returncode, out, err]


def assert_as_undisturbed(crawl: Crawl, wanted: State) -> None:
    """Fail unless the crawl left what an undisturbed one leaves."""
    database = open_database(crawl.url)
    assert_whole(database)
    assert state(database, crawl.folder).differences(wanted) == []
    database.close()
