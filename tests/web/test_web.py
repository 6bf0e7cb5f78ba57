from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree, html
from sqlalchemy import update
from starlette.testclient import TestClient

from crawler.alerts import feeds, watches
from crawler.alerts.rematch import rematch
from crawler.query.parser import parse
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.models import Version
from crawler.web.app import application
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = NOON + timedelta(days=3)
WATCH = "船"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        save(session, article(title="<script>alert(1)</script>船", attachments=("船期表.pdf",)))
        save(session, article("船期改了，茶馆照开。", title="船期", url="http://b.example/2", portal="b"))
        watches.add(session, WATCH, "船")
    tell(opened)
    yield opened
    opened.close()


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with TestClient(application(database, ["portal.test"]), base_url="http://portal.test") as client:
        yield client


def tell(database: Database) -> None:
    with database.reading() as session:
        watch = watches.get(session, WATCH)
        session.expunge(watch)
    rematch(database, watch, parse(watch.query), at=LATER)


@pytest.mark.parametrize("suffix", ["atom", "rss", "json"])
def test_a_feed_is_sent_once(client: TestClient, suffix: str) -> None:
    answer = client.get(f"/feeds/{WATCH}.{suffix}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{feeds.TYPES[suffix]}; charset=utf-8"
    again = client.get(f"/feeds/{WATCH}.{suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    since = {"If-Modified-Since": answer.headers["last-modified"]}
    assert client.get(f"/feeds/{WATCH}.{suffix}", headers=since).status_code == 304
    both = {**since, "If-None-Match": '"another"'}
    assert client.get(f"/feeds/{WATCH}.{suffix}", headers=both).status_code == 200
    for moment in ("x", f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}"):
        unread = client.get(f"/feeds/{WATCH}.{suffix}", headers={"If-Modified-Since": moment})
        assert unread.status_code == 200
    assert client.head(f"/feeds/{WATCH}.{suffix}").headers["etag"] == answer.headers["etag"]


def test_a_new_alert_is_sent(client: TestClient, database: Database) -> None:
    tag = client.get(f"/feeds/{WATCH}.atom").headers["etag"]
    with database.writing() as session:
        save(session, article("又来了一条船。", title="新船", url="http://b.example/3", portal="b"))
    tell(database)
    assert client.get(f"/feeds/{WATCH}.atom", headers={"If-None-Match": tag}).status_code == 200


def test_feeds_name_their_own_addresses_and_stored_versions(client: TestClient) -> None:
    feed = feedparser.parse(client.get(f"/feeds/{WATCH}.atom").content)

    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == "http://portal.test/feeds/%E8%88%B9.atom"
    assert client.get(links["self"]).status_code == 200
    stored = {link.rel: link.href for link in feed.entries[0].links}["related"]
    assert client.get(stored).status_code == 200


def test_history_is_paged(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ENTRIES", 1)
    address = f"http://portal.test/feeds/{WATCH}.json"
    seen: list[str] = []
    while address:
        page = client.get(address).json()
        seen += [item["id"] for item in page["items"]]
        address = page.get("next_url", "")
    assert len(seen) == len(set(seen)) == 2


def test_the_list_of_feeds(client: TestClient) -> None:
    root = etree.fromstring(client.get("/feeds/feeds.opml").content)

    addresses = [str(outline.get("xmlUrl")) for outline in root.findall("body/outline")]
    assert len(addresses) == 4
    for address in addresses:
        assert not feedparser.parse(client.get(address).content).bozo


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/none.atom",
        "/feeds/船",
        "/feeds/船.xml",
        "/feeds/船/9.atom",
        "/feeds/船/0.atom",
        "/feeds/船/²³.atom",
        "/feeds/船/99999999999999999999.atom",
        "/feeds/../../etc/passwd.atom",
        "/articles/999",
        "/articles/1/versions/9",
        f"/articles/{2**31}",
        "/articles/99999999999999999999",
        "/articles/1/versions/99999999999999999999",
        f"/articles/{'9' * 5000}",
        f"/articles/1/versions/{'9' * 5000}",
        "/articles/１",
        "/articles/-1",
        "/feeds/%00.atom",
        "/feeds/_portals/%00.atom",
        "/feeds/船%00/2.atom",
        "/articles/x",
        "/nothing",
    ],
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_the_front_page_links_feeds_and_alerts(client: TestClient) -> None:
    answer = client.get("/")

    page = html.document_fromstring(answer.text, base_url="http://portal.test/")
    page.make_links_absolute()
    found = [link for _, _, link, _ in page.iterlinks()]
    assert len([link for link in found if "/articles/" in link]) == 2
    assert all(client.get(link).status_code == 200 for link in found)


def test_nothing_of_a_page_runs(client: TestClient) -> None:
    for path in ("/", "/articles/1"):
        answer = client.get(path)
        assert "<script" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_every_version_of_an_article(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        save(session, article(PIECE + "\n又加了一段。", fetched=LATER))

    assert "又加了一段。" in client.get("/articles/1").text
    first = client.get("/articles/1/versions/1").text
    assert "又加了一段。" not in first
    assert "version 1 of 2" in first
    assert "船期表.pdf" in first


def test_a_version_has_the_date_that_it_had(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        save(session, article(PIECE + "\n又加了一段。", fetched=LATER, published=LATER))

    assert '<p class="quiet">2026-05-07 12:00 ·' in client.get("/articles/1").text
    assert '<p class="quiet">2026-05-04 12:00 ·' in client.get("/articles/1/versions/1").text


def test_a_damaged_record_takes_nothing_else_with_it(
    client: TestClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing() as session:
        session.execute(update(Version).where(Version.article_id == 1).values(packed=b"\x01broken"))

    page = client.get("/articles/1")
    assert (page.status_code, "damaged" in page.text) == (500, True)
    front = client.get("/")
    assert front.status_code == 200
    assert "&lt;script&gt;alert(1)" in front.text
    for suffix in feeds.FORMATS:
        assert client.get(f"/feeds/{WATCH}.{suffix}").status_code == 200
    feed = feedparser.parse(client.get(f"/feeds/{WATCH}.atom").content)
    assert {entry.author for entry in feed.entries} == {"青石渡日报"}
    assert "The text of http://www.portal-a.example/news/1.html is missing" in caplog.text


def test_only_under_its_own_names(database: Database) -> None:
    with TestClient(application(database, ["portal.test"]), base_url="http://evil.test") as client:
        assert client.get("/").status_code == 400


def test_a_database_that_is_gone_is_no_traceback(tmp_path: object) -> None:
    gone = open_database(f"sqlite:///{tmp_path}/gone.db")
    with gone.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE watches")
    with TestClient(application(gone, ["*"]), raise_server_exceptions=False) as client:
        answer = client.get("/")
    gone.close()
    assert (answer.status_code, answer.text) == (503, "The database cannot be read now.\n")
