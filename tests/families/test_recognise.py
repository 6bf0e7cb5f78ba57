"""Which family a page is taken for: right on every page of the family replicas, on none of another's."""

from __future__ import annotations

import pytest

from crawler.families.recognise import families, recognise, recognise_document
from crawler.page.document import Page, parse_html
from crawler.replica.clock import START
from crawler.replica.load import load_portals
from crawler.replica.portal import Portal
from crawler.replica.render import Document, Renderer
from crawler.text import charset
from tests.families.visiting import family_portals

OWN = family_portals()
# What the five portals stand for: a job exchange's own PHP, a site on DedeCMS, a newspaper's, a blog, tables.
OTHERS = {"fbdy": None, "xinli": "dedecms", "cnxz": "founder", "xian": "zblog", "zhenggong": "tables"}


def page_of(document: Document, url: str) -> Page:
    return parse_html(charset.decode(document.body, charset.decide(document.body)).text, url)


def shown(portal: Portal) -> list[Page]:
    """Return three articles, the first list pages and the front page of a portal."""
    renderer, base = Renderer(portal), portal.definition.base
    found = [
        page_of(renderer.article(article_id, START), portal.url(article_id))
        for article_id in portal.visible(START)[:3]
    ]
    for slug in portal.sections:
        document = renderer.listing(slug, 1, START)
        assert document is not None
        found.append(page_of(document, base + portal.list_path(slug, 1)))
    return found


@pytest.mark.parametrize("name", OWN)
def test_every_page_of_a_family_is_recognised(name: str) -> None:
    for page in shown(OWN[name]):
        guesses = recognise(page)
        assert guesses, page.url
        assert guesses[0].family == name, (page.url, guesses)
        assert 0.5 <= guesses[0].confidence <= 1
        assert guesses[0].reasons
        # A site of tables may be a system's as well; nothing else is taken for two.
        assert {guess.family for guess in guesses} <= {name, "tables"}, (page.url, guesses)


@pytest.mark.parametrize("name", OTHERS)
def test_other_portals_are_what_they_are(name: str) -> None:
    articles = shown(load_portals()[name])[:3]
    for page in articles:
        found = [guess.family for guess in recognise(page)]
        assert found == ([OTHERS[name]] if OTHERS[name] else []), page.url


@pytest.mark.parametrize(
    "markup",
    [
        "<p>这个网站由 WordPress 迁出，文章说的是 DedeCMS 与帝国。</p>",
        "<div class='entry-content'><p>正文一段，没有别的标记。</p></div>",
        "<div class='content'><a href='/e.html'>邮件</a><a href='/article/2024/1.html'>一篇</a></div>",
        "<div id='zoom'><p>许多系统都用这个名字。</p></div>",
        "<table><tr><td>一</td><td>二</td></tr></table><div><p>表格只是数据。</p></div>",
        "<script>function createPageHTML(a, b){ return a + b; }</script><p>只有定义。</p>",
    ],
)
def test_a_page_without_marks_is_nobodys(markup: str) -> None:
    assert (
        recognise(parse_html(f"<html><body>{markup}</body></html>", "http://www.some.example/a/1.html")) == []
    )


def test_weak_marks_add_up_and_are_named() -> None:
    page = parse_html(
        "<html><body><link href='/statics/css/a.css'>"
        "<a href='/index.php?m=content&c=index&a=lists'>列表</a></body></html>"
    )
    (guess,) = recognise(page)
    assert guess.family == "phpcms"
    assert guess.confidence == pytest.approx(1 - 0.5 * 0.3)
    assert len(guess.reasons) == 2


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ('<?xml version="1.0"?><!-- made by hand --><rss version="2.0"></rss>', "rss"),
        ('\ufeff<feed xmlns="http://www.w3.org/2005/Atom"/>', "rss"),
        ('<rdf:RDF xmlns:rdf="x"/>', "rss"),
        ("<?xml version='1.0'?>\n<urlset/>", "sitemap"),
        ("<sm:sitemapindex xmlns:sm='y'/>", "sitemap"),
        ("<html><body>rss</body></html>", None),
        ("<svg/>", None),
        ("", None),
        ("{}", None),
        ('{"code": 200', None),
        ('{"title": "一篇", "url": "/1"}', None),
        ('\n[{"title": "一篇", "url": "/1"}]', "jsonlist"),
    ],
)
def test_documents_that_are_no_page(text: str, family: str | None) -> None:
    guess = recognise_document(text)
    assert (guess.family if guess else None) == family


def test_every_family_names_a_spider_that_exists() -> None:
    from scrapy.utils.misc import load_object

    for family in families().values():
        assert load_object(family.spider).generic
        assert family.says
