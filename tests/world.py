"""Replica portals with a folder to crawl them into: what the end-to-end tests share."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.replica.server import ReplicaServer
from crawler.store.packing import Content, unpack
from tests import starting

ROOT = Path(__file__).parent.parent


@dataclass
class World:
    """Replicas that are served, and the folder of a database and feeds."""

    server: ReplicaServer
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    root: Path = ROOT  # the project that commands run in
    anew: bool = False  # whether Python is started for each command, as for users

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder}/test.db"

    def scrapy(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the project in a process of its own, with the replicas for the Internet."""
        environment = {
            **os.environ,
            "http_proxy": self.server.url,
            "no_proxy": "",
            "PORTALWATCH_DATABASE_URL": self.database_url,
            "PORTALWATCH_FEEDS_DIR": str(self.folder / "feeds"),
            "PORTALWATCH_DOWNLOAD_DELAY": "0",
            "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
            "COLUMNS": "200",
            **self.settings,
        }
        if not self.anew and self.root == ROOT:
            return starting.run(words, self.root, environment)
        command = [sys.executable, "-m", "scrapy", *words]
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def contents(self, portal: str = "%") -> dict[str, Content]:
        """Return what the newest versions keep of the articles of a portal (or all), by address."""
        rows = self.rows(
            "select a.url, v.packed from articles a join versions v on v.article_id = a.id "
            "and v.number = a.latest join portals p on p.id = a.portal_id where p.name like ?",
            portal,
        )
        return {str(url): unpack(cast("bytes", packed)) for url, packed in rows}

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of an SQL query."""
        connection = sqlite3.connect(self.folder / "test.db")
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


def project_copy(folder: Path) -> Path:
    """Make ``folder`` a project with the code of this one, and no spiders and seeds; return it."""
    folder.mkdir()
    for name in ("crawler", "pipelines", "tests", "conftest.py", "pyproject.toml", "scrapy.cfg"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "spiders").mkdir()
    (folder / "spiders" / "__init__.py").write_text('"""One file a portal."""\n', "utf-8")
    (folder / "seeds").mkdir()
    return folder


def crawler_of(spider: type[Spider], settings: Settings) -> Crawler:
    """Return a crawler for tests that send no request: it needs no reactor."""
    return get_crawler(spider, {k: v for k, v in settings.items() if not k.startswith("TWISTED_REACTOR")})
