"""The pipeline that restores all texts of an article together."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.items import Article, Attachment, Block, Image
from pipelines.restore import RestorePipeline

BODY = (
    "近年來，我市加快推動通航產業(yè)發(fā)展，企業(yè)落戶園區(qū)，政企協(xié)力做強產業(yè)鏈。",
    "會議強調，各區(qū)要為企業(yè)服務，發(fā)揮產業(yè)優勢，做大園區(qū)規模，推動產業(yè)升級。",
)


def article(title: str, *paragraphs: str) -> Article:
    found = Article(portal="p", url="http://p.example/1", fetched=datetime(2026, 11, 1, tzinfo=UTC))
    found.title = found.read_title = title
    found.blocks = [Block(text) for text in paragraphs]
    return found


def test_a_short_glossed_title_is_decided_with_its_body() -> None:
    item = article("園區(qū)企業(yè)座談", *BODY)
    item.head = ["2026-05-01 來源：某區(qū)發(fā)布"]
    item.breadcrumb = ["首頁", "產業(yè)要聞"]
    item.attachments = [Attachment("企業(yè)名單.doc", "http://p.example/a.doc", "doc", 0)]
    item.images = [Image("http://p.example/a.jpg", "園區(qū)一角")]
    RestorePipeline().run(item)
    assert item.title == "園區企業座談"
    assert item.read_title == "園區(qū)企業(yè)座談"
    assert item.head == ["2026-05-01 來源：某區發布"]
    assert item.breadcrumb == ["首頁", "產業要聞"]
    assert item.attachments[0].name == "企業名單.doc"
    assert item.images[0].caption == "園區一角"
    assert "(" not in item.body
    (repair,) = item.repairs
    assert repair.step == "gloss"
    assert repair.count >= 12


def test_a_title_stays_one_line() -> None:
    item = article("关于举办&#10;产业座谈会&#x2028;的通知", *BODY)
    RestorePipeline().run(item)
    assert item.title == "关于举办 产业座谈会 的通知"


def test_a_healthy_article_stays_as_it_is() -> None:
    item = article(
        "单(shàn)县人工智能(AI)产业座谈会召开",
        "本报讯(记者 林知远)会议在单(shàn)县召开。",
        "人均收入增长5.2%。",
    )
    before = (item.title, item.body)
    assert RestorePipeline().process_item(item) is item
    assert (item.title, item.body) == before
    assert item.repairs == []
    assert item.flags == []
