"""Looking at an unknown portal: what is a section, what is not, and what is refused in words."""

from __future__ import annotations

import ast

import pytest

from crawler.onboarding.learned import learn
from crawler.onboarding.navigation import candidates
from crawler.onboarding.newcomer import spider_of
from crawler.onboarding.project import is_name, name_of
from crawler.onboarding.source import source
from crawler.onboarding.survey import NoPortal
from crawler.onboarding.titles import plain, section_names
from crawler.onboarding.visit import Unreachable
from tests.onboarding.looking import look, page, pipelines, site

BASE = "http://www.river.example"
NAV = (
    '<div class="nav"><a href="/">首页</a><a href="/news/">河湾要闻</a><a href="/notice/">通知公告</a>'
    '<a href="/about/">关于我们</a><a href="/video/">视频</a><a href="http://bbs.river.example/">论坛大厅</a></div>'
)
LATEST = "".join(
    f'<li><a href="/news/{number}.html">河湾镇第{number}届渔灯会今晚开场</a></li>' for number in range(1, 4)
)
ASIDE = f'<div class="side"><h4>最新</h4><ul>{LATEST}</ul></div>'
FOOT = '<div class="foot">河湾在线 版权所有</div>'


def whole(main: str, title: str = "河湾在线") -> str:
    return f"<html><head><title>{title}</title></head><body>{NAV}{main}{ASIDE}{FOOT}</body></html>"


def listing(section: str, numbers: range) -> str:
    rows = "".join(
        f'<li><a href="/{section}/{number}.html">河湾镇第{number}届渔灯会今晚开场</a>'
        f"<i>2026-10-{number:02}</i></li>"
        for number in numbers
    )
    return whole(f'<div class="main"><ul class="rows">{rows}</ul></div>')


def article(number: int) -> str:
    texts = (
        f"第{number}届渔灯会今晚在河湾镇老码头开场，{number + 20}条渔船依次点灯，两岸居民搬来竹椅等候。",
        f"镇文化站介绍，今年的灯由{number + 3}位老师傅带着学生扎成，画的是本地的鱼，共{number + 40}种。",
        f"渔灯会持续{number + 1}天，每晚七时开始，公交末班车延至十时，雨天顺延，停车请到镇小学操场。",
    )
    paragraphs = "".join(f"<p>{text}</p>" for text in texts)
    return whole(
        f"<h1>河湾镇第{number}届渔灯会今晚开场</h1>"
        f'<div class="tip">2026-10-{number:02} 08:30 来源：河湾日报</div>'
        f'<div class="words">{paragraphs}</div>',
        f"河湾镇第{number}届渔灯会今晚开场_河湾在线",
    )


PAGES = {
    "/": whole(f'<div class="box"><ul>{LATEST}</ul></div>'),
    "/news/": listing("news", range(1, 13)),
    "/notice/": listing("notice", range(13, 17)),
    "/video/": whole("<div><p>暂无视频</p></div>"),
    "/about/": whole("<div><p>河湾在线是河湾镇的网站。</p></div>"),
    **{f"/news/{number}.html": article(number) for number in range(1, 13)},
    **{f"/notice/{number}.html": article(number) for number in range(13, 17)},
}


def test_a_page_that_only_shows_the_latest_articles_is_no_section() -> None:
    seen = look(site(PAGES), f"{BASE}/")
    assert [section.first.url for section in seen.sections] == [f"{BASE}/news/", f"{BASE}/notice/"]
    assert any("bbs.river.example" in note for note in seen.notes)
    assert any("only 4 entries" in note for note in seen.notes)


def test_selectors_are_learned_and_chrome_is_not() -> None:
    seen = look(site(PAGES), f"{BASE}/")
    learned = learn(seen, pipelines())
    assert learned.rules == {
        "entries": ".rows a",
        "entry_date": "i",
        "title": "h1",
        "body": ".words",
        "byline": ".tip",
    }
    assert not learned.generic


def test_pages_of_two_templates_get_a_selector_each() -> None:
    other = {
        path: text.replace("<h1>", '<h2 class="big">')
        .replace("</h1>", "</h2>")
        .replace('"words"', '"letters"')
        for path, text in PAGES.items()
        if path.startswith("/notice/1")
    }
    learned = learn(look(site(PAGES | other), f"{BASE}/"), pipelines())
    assert learned.rules["title"] == ("h1", ".big")
    assert set(learned.rules["body"]) == {".words", ".letters"}


def test_what_no_selector_holds_is_left_to_the_generic_reader_and_said() -> None:
    bare = {
        path: text.replace('class="words"', f'class="c{number}{number}"')
        .replace("<h1>", "<b>")
        .replace("</h1>", "</b>")
        for number, (path, text) in enumerate(PAGES.items(), 10)
    }
    learned = learn(look(site(bare), f"{BASE}/"), pipelines())
    assert learned.generic
    assert "body" not in learned.rules
    assert any(note.startswith("body: no selector holds on all 6 sample pages") for note in learned.notes)


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ({"/": whole("<p>建设中</p>")}, "no sections found"),
        (
            {path: text for path, text in PAGES.items() if not path.endswith(".html")},
            "0 of its articles could be read",
        ),
    ],
)
def test_a_site_that_no_portal_can_be_made_of(pages: dict[str, str], sentence: str) -> None:
    with pytest.raises(NoPortal, match=sentence):
        look(site(pages), f"{BASE}/")


def test_a_site_that_does_not_answer() -> None:
    with pytest.raises(Unreachable, match="status 404"):
        look(site({}), f"{BASE}/")


def test_candidates_are_links_of_the_navigation_that_may_be_sections() -> None:
    found = candidates(page(f"{BASE}/", PAGES["/"]).page)
    assert [one.url for one in found[:3]] == [f"{BASE}/news/", f"{BASE}/notice/", f"{BASE}/video/"]
    assert not {f"{BASE}/", f"{BASE}/about/"} & {one.url for one in found}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://www.cnxz.com.cn/", "cnxz"),
        ("https://news.shaoxing.gov.cn:8080/x", "shaoxing"),
        ("http://www.fu-zhou.gov.cn", "fu_zhou"),
        ("http://xian.021cf.cn/", "xian"),
        ("http://www.xinli.example/", "xinli"),
        ("http://10.1.2.3/", ""),
        ("http://www.360.cn/", ""),
        ("nonsense", ""),
    ],
)
def test_a_name_is_made_of_the_host(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize("name", ["", "Abc", "a-b", "1a", "class", "../x", "名", "a" * 40])
def test_names_that_cannot_be_a_spiders(name: str) -> None:
    assert not is_name(name)


def test_texts_of_hostile_pages_cannot_leave_their_line() -> None:
    assert plain('要闻"""\nimport os\\') == "要闻import os"
    assert plain("一" * 50) == "一" * 20


def test_hostile_links_and_names_break_neither_the_survey_nor_the_file() -> None:
    odd = (
        "http://[bad",
        "//",
        "?",
        "http://a b/",
        "http://％/",
        "#x",
        "tel:1",
        "/%zz/",
        "http://x:y/",
        "/a" * 3000,
    )
    links = "".join(f'<a href="{href}">河湾快讯</a>' for href in odd)
    name = '河\'湾&quot;要\\闻&#10;"""'
    front = whole(f'<div class="nav">{links}<a href="/news/">{name}</a></div>').replace(
        ">河湾要闻<", f">{name}<"
    )
    seen = look(site({**PAGES, "/": front}), f"{BASE}/")
    learned = learn(seen, pipelines())
    made = spider_of(seen, learned, "river")
    (cls,) = (node for node in ast.parse(source(made)).body if isinstance(node, ast.ClassDef))
    said = next(node for node in cls.body if isinstance(node, ast.Assign) and "sections" in ast.unparse(node))
    assert ast.literal_eval(said.value) == {"河湾要闻": "/news/", "通知公告": "/notice/"}


def test_two_sections_never_share_a_name() -> None:
    front = PAGES["/"].replace("通知公告", "河湾要闻")
    seen = look(site({**PAGES, "/": front}), f"{BASE}/")
    assert section_names(seen.sections) == ["河湾要闻", "河湾要闻 2"]
