"""Reading kept pages again: what was stored by other rules is found, and kept only when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.project import get_project_settings
from sqlalchemy import func, select, update

from crawler import chain
from crawler.commands import articles
from crawler.commands.reread import Command
from crawler.items import Article, Block, Dropped
from crawler.middlewares.charset import DecidedResponse
from crawler.page.parts import Joined
from crawler.roster import spider_class
from crawler.store import models
from crawler.store.articles import Saver
from crawler.store.corrections import correct
from crawler.store.database import open_database
from crawler.store.history import History, history
from crawler.store.packing import compress
from crawler.text.canonical import canonical
from tests.commands.invoking import invoke
from tests.store.builders import article

SEED = Path(__file__).parent.parent.parent / "seeds" / "xian" / "article-1"
META = json.loads((SEED / "response.json").read_text("utf-8"))
FETCHED = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
FOOTER = "扫一扫关注我们的公众号"
SENTENCE = "码头上停满了装卸货物的小船，{}说，这样的景象十多年没有见过了，第{}次清淤以后水深了两米。"


class World:
    """A database, and ways to store in it what other rules would have read."""

    def __init__(self, database_url: str) -> None:
        self.settings = {"PORTALWATCH_DATABASE_URL": database_url}
        self.database = open_database(database_url)
        self.spider = spider_class(get_project_settings(), "xian")()

    def reread(self, *words: str) -> int:
        return invoke(Command, *words, settings=self.settings)

    def store(
        self,
        *pages: tuple[str, bytes],
        spoil: Callable[[Article], None] | None = None,
        keep: bool = True,
        portal: str = "xian",
    ) -> str:
        """Store the article of ``pages``, as ``spoil`` changes it; return its address."""
        joined = None
        for url, body in pages:
            response = DecidedResponse(url, headers=META["headers"], body=body)
            first = joined.article.url if joined else ""
            part = self.spider.read_page(response, "园区政策", "", first, fetched=FETCHED)
            if joined:
                joined.add(part, url)
            else:
                joined = Joined(part)
        assert joined is not None
        article = joined.finish()
        chain.run(article, chain.reading_pipelines(get_project_settings()))
        article.portal = portal
        if spoil:
            spoil(article)
            article.canonical_title = canonical(article.title)
            article.canonical_body = canonical(article.body)
        with self.database.writing() as session:
            Saver(10**9 if keep else 0).save(session, article)
        return article.url

    def history(self, url: str) -> History:
        with self.database.reading() as session:
            found = history(session, url)
        assert found is not None
        return found

    def rows(self, model: type[models.Base]) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.database.close()


def seed() -> tuple[str, bytes]:
    return META["url"], (SEED / "body.html").read_bytes()


def part(number: int, following: str = "") -> bytes:
    lines = "".join(f"<p>{SENTENCE.format('老船工', f'{number}{line}')}</p>" for line in range(6))
    link = f'<div class="pages"><a href="{following}">下一页</a></div>' if following else ""
    title = "青石渡的船又多了"
    head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>2026-05-04</p>"
    return f"{head}<div>{lines}</div>{link}</body></html>".encode()


def leave_footer(article: Article) -> None:
    article.blocks.append(Block(FOOTER))
    article.dropped = [drop for drop in article.dropped if drop.block.text != FOOTER]


def test_nothing_differs_where_no_rule_changed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.store(seed())
    assert world.reread() == 0
    out = capsys.readouterr().out
    assert "1 read again, 0 differ." in out
    assert world.reread("--apply") == 0
    assert len(world.history(META["url"]).versions) == 1


def test_what_differs_is_told_and_not_written(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def spoil(article: Article) -> None:
        leave_footer(article)
        article.source = "某报"

    url = world.store(seed(), spoil=spoil)
    assert world.reread() == 0
    out = capsys.readouterr().out
    assert "1 read again, 1 differ; nothing was written (--apply does)." in out
    assert f"- {FOOTER}" in out
    assert "source: [-某报-]{+榆塞日报+}" in out
    assert len(world.history(url).versions) == 1


def test_what_is_applied_is_a_version_of_its_own_kind(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    url = world.store(seed(), spoil=leave_footer)
    assert world.reread("--apply") == 0
    assert "1 differ, 1 corrected, each by a version of its own." in capsys.readouterr().out
    first, again = world.history(url).versions
    assert (first.change, again.change) == ("first", "reread")
    assert first.content is not None
    assert again.content is not None
    assert first.content.body == f"{again.content.body}\n{FOOTER}"
    assert again.fetched == first.fetched == FETCHED
    assert world.rows(models.Alert) == 0
    assert world.rows(models.RawPage) == 1
    # Again, from the page of the first version: nothing is left to do, and a visit finds the same text.
    assert world.reread("--apply") == 0
    assert "1 read again, 0 differ." in capsys.readouterr().out
    world.store(seed())
    assert len(world.history(url).versions) == 2


def test_a_field_alone_is_corrected(world: World) -> None:
    def spoil(article: Article) -> None:
        article.source, article.published = "某报", None

    url = world.store(seed(), spoil=spoil)
    assert world.reread("--apply") == 0
    assert world.history(url).versions[-1].change == "reread"
    with world.database.reading() as session:
        row = session.scalars(select(models.Article)).one()
        assert (row.source, row.latest) == ("榆塞日报", 2)
        assert row.published_at is not None


def test_search_finds_the_corrected_text_only(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.store(seed(), spoil=leave_footer)
    world.reread("--apply")
    capsys.readouterr()
    for word, lines in ((FOOTER, 0), ("压缩空气储能", 1)):
        assert invoke(articles.Command, "--json", word, settings=world.settings) == 0
        assert len(capsys.readouterr().out.splitlines()) == lines


def test_an_article_that_was_fetched_meanwhile_is_left_alone(world: World) -> None:
    url = world.store(seed())
    with world.database.reading() as session:
        newest = session.scalars(select(models.Version)).one()
        old = newest.content
    world.store((url, seed()[1] + b"<!-- edited -->"), spoil=leave_footer)
    with world.database.writing() as session:
        assert not correct(session, newest, old, article(url=url))
    assert [one.change for one in world.history(url).versions] == ["first", "major"]


def test_parts_are_joined_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    base = "http://xian.021cf.cn/index.php/post/77"
    pages = ((f"{base}.html", part(1, "77_2.html")), (f"{base}_2.html", part(2)))
    url = world.store(*pages)
    assert world.rows(models.RawPage) == 2
    assert world.reread() == 0
    assert "1 read again, 0 differ." in capsys.readouterr().out
    body = world.history(url).versions[0].content
    assert body is not None
    assert body.body.count("老船工") == 12


def test_a_rule_is_looked_at_by_itself(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def spoil(article: Article) -> None:
        article.dropped = [drop for drop in article.dropped if drop.rule != "enclosed"]
        article.dropped.append(Dropped(Block("从井口往下走"), "notices", "contact-spam"))
        article.source = "某报"

    world.store(seed(), spoil=spoil)
    assert world.reread("--rule", "notices/contact-spam") == 0
    out = capsys.readouterr().out
    assert "no longer: 从井口往下走" in out
    assert "now: 手机" not in out
    assert world.reread("--rule", "enclosed") == 0
    assert "now: 手机（同微信）" in capsys.readouterr().out
    assert world.reread("--rule", "links", "--apply") == 0
    assert "0 differ." in capsys.readouterr().out
    assert world.reread("--rule", "conctact", "--apply") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("Nothing was or is done by a rule named 'conctact'; what did something:")
    assert "notices/contact-spam" in captured.err


def test_a_page_that_is_refused_now_is_listed_and_kept(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    url = world.store(seed())
    other = world.store(("http://xian.021cf.cn/index.php/post/78.html", part(1)))
    replace_body(world, url, b"<html><title>x</title><body></body></html>")
    assert world.reread("--apply") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"Refused now {url}: ")
    assert captured.err.count("\n") == 1
    assert "1 read again" in captured.out
    assert [len(world.history(one).versions) for one in (url, other)] == [1, 1]


def test_damage_is_named_and_the_rest_is_read(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    page, text = world.store(seed()), world.store(("http://xian.021cf.cn/index.php/post/78.html", part(1)))
    world.store(("http://xian.021cf.cn/index.php/post/79.html", part(3)))
    with world.database.writing() as session:
        session.execute(
            update(models.Version).where(models.Version.id.in_(version_of(text))).values(packed=b"\x01broken")
        )
        session.execute(update(models.RawPage).where(models.RawPage.url == page).values(packed=b"\x09"))
    assert world.reread("--apply") == 1
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"Damaged {page}: a stored text has the format 09")
    assert lines[1].startswith(f"Damaged {text}: a stored text is damaged")
    assert "1 read again, 0 differ" in captured.out


def test_what_cannot_be_read_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.store(seed(), keep=False)
    world.store(("http://gone.example/post/78.html", part(1)), portal="gone")
    assert world.reread() == 1
    captured = capsys.readouterr()
    assert captured.err == "There is no spider 'gone' any more: its pages are not read.\n"
    assert "0 read again, 0 differ. Not read: 1 of which no page is kept." in captured.out
    assert world.reread("--portal", "xian") == 0
    assert world.reread("--since", "2026-11-13", "--portal", "gone") == 0
    assert "0 read again, 0 differ.\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("xian",), "reread takes no argument, not 'xian'"),
        (("--portal", "nowhere"), "There is no portal named 'nowhere'."),
        (("--since", "soon"), "--since: 'soon' is no time"),
    ],
)
def test_wrong_use(
    world: World, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert world.reread(*words) == 2
    assert capsys.readouterr().err.startswith(sentence)


def replace_body(world: World, url: str, body: bytes) -> None:
    with world.database.writing() as session:
        session.execute(update(models.RawPage).where(models.RawPage.url == url).values(packed=compress(body)))


def version_of(url: str) -> Any:
    return (
        select(models.Version.id)
        .join(models.Article, models.Article.id == models.Version.article_id)
        .where(models.Article.url == url)
    )
