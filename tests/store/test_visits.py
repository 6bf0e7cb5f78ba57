"""The same page fetched twice, with what every visit shows differently: no edit, wherever it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler import chain
from crawler.items import Article
from crawler.page.document import parse_html
from crawler.reading import NO_RULES, read_article
from crawler.store.articles import Change, Outcome, Saved, Saver
from crawler.store.database import open_database

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "visits.jsonl").read_text("utf-8").splitlines()
]
FIRST = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
AGAIN = datetime(2026, 11, 20, 1, 31, 7, tzinfo=UTC)
TEXT = (
    "五月的清晨，青石渡镇的码头上已经停满了装卸货物的小船，镇里的老船工说，这样的景象十多年没有见过了。",
    "去年秋天，县里把疏浚河道、修整堤岸列为民生实事，先后投入一千三百万元，清出淤泥四十二万方。",
    "河道畅通以后，沿岸六个村的粮食和竹器可以直接装船运往下游的市场，运费比走公路省了三成。",
    "镇长罗云舟告诉来访的人，下一步还要在码头旁边建一座小型仓库，让农户的货物有地方存放。",
)
PLACES = ("top", "head", "inside", "end", "foot")


def page(place: str, noise: str, text: tuple[str, ...] = TEXT) -> str:
    at = {one: noise if one == place else "" for one in PLACES}
    first, *others = (f"<p>{line}</p>" for line in text)
    return f"""<html><head><title>青石渡的船又多了_青石渡网</title></head><body>
<div class="top"><a href="/">首页</a> <a href="/news/">新闻</a> {at["top"]}</div>
<h1>青石渡的船又多了</h1><div class="info">2026-05-04 08:30 来源：青石渡日报 {at["head"]}</div>
<div class="content">{first}{at["inside"]}{"".join(others)}{at["end"]}</div>
<div class="foot">{at["foot"]}<a href="/about.html">关于我们</a></div></body></html>"""


def visit(database_url: str, *pages: tuple[str, datetime]) -> list[Saved]:
    database = open_database(database_url)
    saver = Saver()
    found = []
    for html, moment in pages:
        with database.writing() as session:
            found.append(saver.save(session, read(html, moment)))
    database.close()
    return found


def read(html: str, moment: datetime) -> Article:
    url = "http://www.portal-a.example/news/1.html"
    article = read_article(parse_html(html, url), NO_RULES, portal="portal_a", now=moment)
    chain.run(article, chain.reading_pipelines(get_project_settings()))
    return article


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_noise_is_no_edit(tmp_path: Path, case: dict[str, Any], place: str) -> None:
    url = f"sqlite:///{tmp_path}/portalwatch.db"
    _, again = visit(url, (page(place, case["before"]), FIRST), (page(place, case["after"]), AGAIN))
    assert again.outcome is Outcome.SAME or again.change is Change.MINOR


def test_the_same_page_is_the_same(database_url: str) -> None:
    html = page("foot", "")
    first, again = visit(database_url, (html, FIRST), (html, AGAIN))
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.SAME)
    assert again.version_id == first.version_id


@pytest.mark.parametrize(
    ("before", "after"), [("一千三百万元", "一千五百万元"), ("罗云舟", "罗云州"), ("省了三成", "省了近三成")]
)
def test_an_edit_is_one(database_url: str, before: str, after: str) -> None:
    html = page("end", "<p>浏览次数：128次</p>")
    edited = html.replace(before, after).replace("128", "512")
    _, again = visit(database_url, (html, FIRST), (edited, AGAIN))
    assert again.change is Change.MAJOR


def test_punctuation_and_width_are_minor(database_url: str) -> None:
    html = page("end", "")
    _, again = visit(
        database_url, (html, FIRST), (html.replace("，", ",").replace("。</p>", "！</p>"), AGAIN)
    )
    assert again.change is Change.MINOR
