from __future__ import annotations

from datetime import UTC, datetime

from crawler.items import Article, Block
from pipelines.canonical import CanonicalPipeline


def test_canonical_fields_are_filled_and_the_read_ones_stay() -> None:
    article = Article(
        portal="p",
        url="http://p.example/1",
        fetched=datetime(2026, 5, 4, tzinfo=UTC),
        title="低空經濟「起飛」",
        blocks=[Block("航線　開通，"), Block("首日６架次。")],
        source="江上新聞網",
    )

    assert CanonicalPipeline().process_item(article) is article

    assert article.canonical_title == "低空经济“起飞”"
    assert article.canonical_body == "航线开通,\n首日6架次。"
    assert article.canonical_source == "江上新闻网"
    assert article.title == "低空經濟「起飛」"
    assert article.source == "江上新聞網"


def test_an_unknown_source_stays_unknown() -> None:
    article = Article(portal="p", url="http://p.example/1", fetched=datetime(2026, 5, 4, tzinfo=UTC))

    CanonicalPipeline().run(article)

    assert (article.canonical_title, article.canonical_body, article.canonical_source) == ("", "", None)
