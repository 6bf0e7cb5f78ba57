"""The feeds as a feed reader that people use takes them, over HTTP from the real command."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.alerts import watches
from crawler.alerts.rematch import rematch
from crawler.query.parser import parse
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def reader() -> str:
    found = shutil.which("newsboat")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("newsboat is not installed (Debian's package newsboat)")
        pytest.skip("newsboat is not installed (Debian's package newsboat)")
    return found


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve a database with two alerts by ``scrapy web``; yield its address."""
    url = f"sqlite:///{tmp_path}/stored.db"
    database = open_database(url)
    with database.writing() as session:
        save(session, article(title="青石渡的<船>又多了 & 更快"))
        save(session, article("茶馆开张。", title="茶館開張", url="http://b.example/2", portal="b"))
        watch = watches.add(session, "全部", "船 OR 茶馆")
        session.expunge(watch)
    rematch(database, watch, parse(watch.query), at=NOON)
    database.close()
    server = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "web", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Serving feeds and articles on http://")
        yield line.split()[5].rstrip("/")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_newsboat_takes_every_entry(reader: str, address: str, tmp_path: Path, suffix: str) -> None:
    urls, cache, config = tmp_path / "urls", tmp_path / "cache.db", tmp_path / "config"
    urls.write_text(f"{address}/feeds/全部.{suffix}\n", encoding="utf-8")
    config.write_text("", encoding="utf-8")
    for _ in range(2):
        subprocess.run(
            [reader, "-u", str(urls), "-c", str(cache), "-C", str(config), "-x", "reload"],
            check=True,
            timeout=60,
            env={**os.environ, "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        )
    with sqlite3.connect(cache) as connection:
        rows = connection.execute("SELECT title, url, author, content FROM rss_item").fetchall()
    connection.close()

    assert sorted(row[0] for row in rows) == ["茶館開張", "青石渡的<船>又多了 & 更快"]
    assert {row[1] for row in rows} == {"http://b.example/2", "http://www.portal-a.example/news/1.html"}
    assert all("Matched: " in row[3] for row in rows)
