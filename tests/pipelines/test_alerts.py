from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from scrapy.utils.test import get_crawler
from sqlalchemy import func, select, text

from crawler.alerts import watches
from crawler.items import RawPage
from crawler.refusals import Refused
from crawler.store.database import Database, open_database
from crawler.store.models import Alert, Article, Delivery, Version
from crawler.store.models import RawPage as KeptPage
from pipelines.alerts import AlertsPipeline
from pipelines.store import StorePipeline
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler import items

LATER = NOON + timedelta(days=1)


class Chain:
    """The last two pipelines of a crawl, with what they share."""

    def __init__(self, url: str, folder: Path) -> None:
        settings = {
            "PORTALWATCH_DATABASE_URL": url,
            "PORTALWATCH_FEEDS_DIR": str(folder),
            "PORTALWATCH_BATCH_SECONDS": 0.01,
        }
        self.crawler = get_crawler(settings_dict=settings)
        self.crawler._apply_settings()
        self.folder = folder
        self.open()

    def open(self) -> None:
        self.store = StorePipeline.from_crawler(self.crawler)
        self.alerts = AlertsPipeline.from_crawler(self.crawler)

    def crawl(self, *articles: items.Article) -> None:
        self.open()
        for one in articles:
            self.keep(one)
        self.alerts.close_spider()
        self.store.close_spider()

    def keep(self, one: items.Article) -> None:
        async def both() -> None:
            await self.alerts.process_item(await self.store.process_item(one))

        asyncio.run(both())

    def stat(self, name: str) -> object:
        assert self.crawler.stats is not None
        return self.crawler.stats.get_value(f"portalwatch/{name}")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        watches.add(session, "船运", "码头 (航道 OR 河道)")
        watches.add(session, "茶", "title:茶")
    yield opened
    opened.close()


@pytest.fixture
def chain(database: Database, database_url: str, tmp_path: Path) -> Iterator[Chain]:
    made = Chain(database_url, tmp_path / "feeds")
    yield made
    made.store.writer.close()


def told(database: Database, name: str = "船运") -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(alert.kind, alert.reprints) for alert in watches.alerts(session, name)]


def test_one_alert_a_story_and_a_reprint_raises_the_count(chain: Chain, database: Database) -> None:
    reprint = article(url="http://portal-b.example/9", portal="portal_b", source="江上网", fetched=LATER)
    chain.crawl(article(), article(), reprint)

    assert told(database) == [("new", 1)]
    assert told(database, "茶") == []
    assert chain.stat("alerts") == 1
    assert (chain.stat("articles/new"), chain.stat("articles/same")) == (2, 1)


def test_a_reprint_that_joins_two_stories_is_counted_with_all_of_them(
    chain: Chain, database: Database
) -> None:
    lines = PIECE.split("\n")
    cut = ["\n".join(lines[:2] + lines[3:]), "\n".join(lines[:3] + lines[4:])]
    copies = [
        article(text, url=f"http://{portal}.example/{at}", portal=portal)
        for at, text in enumerate(cut)
        for portal in ("b", "c")
    ]
    chain.crawl(*copies)
    assert told(database) == [("new", 1), ("new", 1)]
    chain.crawl(article(fetched=LATER))
    assert told(database)[0] == ("new", 4)


def test_a_target_with_too_long_a_name_keeps_no_article_out(
    chain: Chain, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing() as session:
        watches.get(session, "船运").targets = ["desk", f"json://{'x' * 200}"]
    chain.crawl(article())
    assert told(database) == [("new", 0)]
    with database.reading() as session:
        assert list(session.scalars(select(Delivery.target))) == ["desk"]
    assert "xxx" not in caplog.text


def test_the_feed_says_what_matched(chain: Chain) -> None:
    chain.crawl(article())

    feed = feedparser.parse((chain.folder / "船运.atom").read_bytes())
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.title == "青石渡的船又多了"
    assert [tag.term for tag in entry.tags] == ["码头", "河道"]
    assert entry.published != entry.updated
    assert not feedparser.parse((chain.folder / "茶.atom").read_bytes()).entries


def test_a_major_change_alerts_again_only_if_what_was_added_matches(chain: Chain, database: Database) -> None:
    chain.crawl(article(), article(f"{PIECE}\n秋天还有一场灯会。", fetched=LATER))
    assert told(database) == [("new", 0)]

    chain.crawl(article(f"{PIECE}\n秋天还有一场灯会。\n河道两旁将种上柳树。", fetched=LATER))
    assert told(database) == [("changed", 0), ("new", 0)]

    minor = f"{PIECE}\n秋天还有一场灯会！\n河道两旁将种上柳树！"
    chain.crawl(article(minor, fetched=LATER))
    assert len(told(database)) == 2


@pytest.mark.parametrize(
    ("query", "before", "after", "alerts"),
    [
        ("码头", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 0),
        ("码头", "码头今天开工。", "码头今天开工，码头旁建仓库，明年建成。", 1),
        ("三百万*", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 1),
        ("码头", "码头今天开工。", "县里投资三百万元，明年建成。\n码头今天开工。", 0),
        ("码头 投资", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 1),
        ("码头 NEAR/10 投资", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 1),
        ("title:码头", "仓库今天开工。", "仓库今天开工，码头旁也要建一座，明年建成。", 0),
        ("kind:changed", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 1),
        ("region:徐州", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 1),
        ("region:徐州 码头", "码头今天开工。", "码头今天开工，投资三百万元，明年建成。", 0),
    ],
)
def test_only_what_was_added_counts(  # noqa: PLR0913, PLR0917  a case
    chain: Chain, database: Database, query: str, before: str, after: str, alerts: int
) -> None:
    def page(line: str, **more: object) -> items.Article:
        one = article(f"{line}\n河道畅通以后，运费省了三成。", title="码头新闻", **more)  # type: ignore[arg-type]  # keywords of many kinds
        one.region = "徐州"
        return one

    with database.writing() as session:
        watches.add(session, "新", query)
    chain.crawl(page(before))
    chain.crawl(page(after, fetched=LATER))
    assert [kind for kind, _ in told(database, "新")].count("changed") == alerts


def test_a_failure_undoes_the_article_with_its_alerts_and_the_run_goes_on(
    chain: Chain, database: Database
) -> None:
    with database.writing() as session:
        session.execute(text("ALTER TABLE alerts RENAME TO elsewhere"))
    asyncio.run(chain.store.process_item(article()))
    with pytest.raises(Refused, match="store: the database"):
        chain.keep(article())
    with database.writing() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO alerts"))
        assert session.scalars(select(func.count()).select_from(Article)).one() == 0

    chain.crawl(article())
    assert told(database) == [("new", 0)]
    assert chain.stat("errors/store") == 1


def test_a_watch_that_is_removed_during_a_crawl_does_no_harm(chain: Chain, database: Database) -> None:
    chain.keep(article("没有船。", title="别的", url="http://portal.example/9"))
    with database.writing() as session:
        watches.remove(session, "船运")
    chain.keep(article())

    assert chain.stat("articles/new") == 2
    assert chain.stat("alerts") is None


def fetched(body: str, page: bytes, **more: object) -> items.Article:
    one = article(body, **more)  # type: ignore[arg-type]  # keywords of many kinds
    one.raw = [RawPage(one.url, one.fetched, 200, {}, "utf-8", "the bytes say so", page)]
    return one


def test_the_same_page_read_by_other_rules_is_no_edit(chain: Chain, database: Database) -> None:
    page, edited = b"<html>1</html>", b"<html>2</html>"
    chain.crawl(fetched(f"扫码关注\n{PIECE.replace('茶馆', '饭馆')}", page))
    alerts = chain.stat("alerts")
    longer = f"{PIECE}\n码头的河道上又有了三条新船，船工们说，航道比去年宽了。"
    chain.crawl(fetched(longer, page, fetched=LATER))  # the words were there all the time
    assert chain.stat("articles/corrected") == 1
    assert chain.stat("articles/changed") is None
    assert chain.stat("alerts") == alerts
    chain.crawl(fetched(f"{longer}\n另有两个码头和一段河道正在修建。", edited, fetched=LATER))
    chain.crawl(fetched(longer, edited, fetched=LATER))
    with database.reading() as session:
        changes = session.scalars(select(Version.change).order_by(Version.number)).all()
        assert list(changes) == ["first", "reread", "major", "reread"]
        kept = session.scalars(select(KeptPage.version_id).order_by(KeptPage.version_id)).all()
        assert len(kept) == 2  # a page once


def test_a_watch_may_ask_for_changes_only(chain: Chain, database: Database) -> None:
    with database.writing() as session:
        watches.add(session, "改", "kind:changed 码头")
    chain.crawl(article(), article(PIECE.replace("码头", "老码头")))
    with database.reading() as session:
        assert [alert.kind for alert in watches.alerts(session, "改")] == ["changed"]


def test_a_watch_that_only_a_reprint_matches_says_so(chain: Chain, database: Database) -> None:
    with database.writing() as session:
        watches.add(session, "乙", "portal:b")
    reprint = article(
        url="http://b.example/1", portal="b", source="江上网", published=NOON + timedelta(hours=2)
    )
    chain.crawl(article(), reprint)
    with database.reading() as session:
        (alert,) = watches.alerts(session, "乙")
    assert (alert.kind, alert.source, alert.first_source, alert.reprints) == (
        "reprint",
        "江上网",
        "青石渡日报",
        1,
    )
    longer = f"{PIECE}\n河道两旁将种上柳树。"
    chain.crawl(article(longer, url="http://b.example/1", portal="b", source="江上网", fetched=LATER))
    with database.reading() as session:
        changed = watches.alerts(session, "乙")[0]
    assert (changed.kind, changed.first_source, changed.reprints) == ("changed", "青石渡日报", 1)


def test_alerts_that_a_killed_run_left_out_of_the_feed_are_added_by_the_next(
    chain: Chain, database: Database
) -> None:
    chain.keep(article())
    assert not chain.folder.exists()

    chain.crawl()
    assert len(feedparser.parse((chain.folder / "船运.atom").read_bytes()).entries) == 1
    with database.reading() as session:
        assert all(session.scalars(select(Alert.fed)))


def test_feeds_that_cannot_be_written_are_counted_and_nothing_is_lost(
    chain: Chain, database: Database
) -> None:
    chain.folder.write_text("in the way")
    chain.crawl(article())
    assert chain.stat("errors/feeds") == 1

    chain.folder.unlink()
    chain.crawl()
    assert len(feedparser.parse((chain.folder / "船运.atom").read_bytes()).entries) == 1


def test_an_article_that_was_not_stored_is_an_error_of_the_set_up(chain: Chain) -> None:
    with pytest.raises(LookupError, match="no open transaction"):
        asyncio.run(chain.alerts.process_item(article()))
