from __future__ import annotations

import html.parser
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.alerts.alerted import Alerted
from crawler.delivery.letters import Letter
from crawler.delivery.rendering import Renderer, harmless

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
ALERT = Alerted(
    uid="a1",
    kind="new",
    title="青石渡的船又多了",
    url="http://www.portal-a.example/news/1.html",
    portal="portal_a",
    source="青石渡日报",
    first_source="江上网",
    words=("码头", "河道"),
    excerpts=("镇的码头上已经停满了小船", "疏浚河道、修整堤岸"),
    reprints=3,
    published=NOON,
    found=NOON,
    updated=NOON,
    published_precision="day",
    section="要闻",
    watch="船运",
)
ONE = Letter("key", "alert", NOON, watch="船运", query="码头 河道", alerts=(ALERT,))
MANY = replace(ONE, form="burst", alerts=(ALERT, replace(ALERT, kind="changed")), more=37)
NOTICE = Letter("key", "notice", NOON, title="cnxz 三次没有文章", text="要闻：没有链接\n民生：状态 403")
HOSTILE = replace(
    ALERT,
    title="<script>alert(1)</script>[点](http://e.example) @all <!channel> *粗*\r\nBcc: x@b.example\x1b[2J",
    url='javascript:alert("1")',
    excerpts=('<img src=x onerror=alert(1)> "引号" \u202etxt.exe',),
    source="<b>源</b>",
)


class Tags(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attributes if name in {"href", "src"}]


def test_an_alert_says_why_in_chinese() -> None:
    told = Renderer().render(ONE)
    assert told.subject == "新｜青石渡的船又多了"
    assert told.text == (
        "青石渡的船又多了\n\n关注：船运\n命中：码头, 河道\n\n  镇的码头上已经停满了小船\n\n"
        "  疏浚河道、修整堤岸\n\n"
        "网站：portal_a / 要闻\n来源：青石渡日报\n首发：江上网\n转载数：3\n"
        "发布：2026-05-04\n发现：2026-05-04 12:00\n"
        "http://www.portal-a.example/news/1.html"
    )
    assert told.chat == (
        "命中：码头, 河道（船运）\n镇的码头上已经停满了小船\nportal＿a · 青石渡日报 · 2026-05-04\n"
        "http://www.portal-a.example/news/1.html"
    )
    assert Tags(told.html).links == ["http://www.portal-a.example/news/1.html"]


def test_a_target_may_read_english() -> None:
    told = Renderer("zh").render(ONE, "en")
    assert told.subject == "[new] 青石渡的船又多了"
    assert "First source: 江上网\nReprints: 3\nPublished: 2026-05-04\n" in told.text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["burst", "hourly", "daily"])
def test_many_are_listed_and_the_rest_counted(language: str, form: str) -> None:
    told = Renderer(language).render(replace(MANY, form=form))
    assert "39" in told.subject
    more = {"zh": "另有 37 条", "en": "and 37 more"}[language]
    assert [part.count(more) for part in (told.text, told.html, told.chat)] == [1, 1, 1]
    assert told.chat.count("http://www.portal-a.example/news/1.html") == 2


@pytest.mark.parametrize("room", [1_000, 2_048, 20_000])
def test_a_chat_with_little_room_lists_fewer(room: int) -> None:
    letter = replace(MANY, form="daily", alerts=(ALERT,) * 50)
    told = Renderer().render(letter, room=room)
    listed = told.chat.count(ALERT.url)
    taken = len(f"{told.subject}\r\n{told.chat}".encode())
    assert room - 200 < taken <= room or listed == 50
    assert "87" in told.subject
    assert f"另有 {87 - listed} 条" in told.chat
    assert told.text.count(ALERT.url) == 50


def test_a_digest_says_of_each_alert_why() -> None:
    many = replace(ALERT, words=("低空", "title:*a", "c", "d", "e", "f", "g"))
    told = Renderer().render(replace(MANY, alerts=(ALERT, many)))
    assert "（portal＿a，命中：码头, 河道）\n" in told.chat
    assert "（portal＿a，命中：低空, title:＊a, c, d, e, …）\n" in told.chat


@pytest.mark.parametrize("url", [ALERT.url, f"{ALERT.url}?{'x' * 800}"])
def test_an_alert_with_hundreds_of_words_keeps_its_address(url: str) -> None:
    alert = replace(ALERT, words=tuple(f"第{number}个词" for number in range(500)), url=url)
    told = Renderer().render(replace(ONE, alerts=(alert,)), room=2_048)
    assert 2_000 < len(f"{told.subject}\r\n{told.chat}".encode()) <= 2_048
    assert told.chat.endswith(url)
    assert "第1个词" in told.chat


def test_a_long_notice_ends_where_there_is_no_more_room() -> None:
    told = Renderer().render(replace(NOTICE, text="要闻：没有链接\n" * 300), room=2_048)
    assert len(f"{told.subject}\r\n{told.chat}".encode()) <= 2_048
    assert told.chat.endswith("…")


@pytest.mark.parametrize("letter", [NOTICE, replace(NOTICE, form="test")])
def test_a_notice(letter: Letter) -> None:
    told = Renderer().render(letter)
    assert told.subject == "cnxz 三次没有文章"
    assert told.text == told.chat == "要闻：没有链接\n民生：状态 403"


@pytest.mark.parametrize(
    "letter", [replace(ONE, alerts=(HOSTILE,)), replace(MANY, alerts=(HOSTILE, HOSTILE))]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_page_says_is_harmless(letter: Letter, language: str) -> None:
    told = Renderer(language).render(letter)
    tags = Tags(told.html)
    assert not {"script", "img", "b"} & set(tags.seen)
    assert not [link for link in tags.links if link.startswith("javascript")]
    assert "\n" not in told.subject
    assert "\r" not in told.subject
    for part in (told.subject, told.text, told.html, told.chat):
        assert not set("\x1b\u202e\r") & set(part)
    assert not set("<>[]*@`") & set(told.chat)


def test_every_language_says_everything() -> None:
    import tomllib
    from importlib.resources import files

    file = files("crawler.delivery").joinpath("templates/words.toml")
    words = tomllib.loads(file.read_text("utf-8"))
    assert set(words["zh"]) == set(words["en"])


def test_chat_marks_become_full_width() -> None:
    assert harmless("a*b_c [d](e)\n<@all>") == "a＊b＿c ［d］(e) ＜＠all＞"


def test_own_templates_go_before_the_default_ones(tmp_path: Path) -> None:
    (tmp_path / "alert.subject.txt.j2").write_text("{{ letter.watch }}!{{ alerts[0].title }}", "utf-8")
    renderer = Renderer("zh", tmp_path)
    told = renderer.render(ONE)
    assert (told.subject, renderer.broken) == ("船运!青石渡的船又多了", 0)
    assert told.text == Renderer().render(ONE).text


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("\n{% if %}", "alert.subject.txt.j2, line 2: "),
        ("\n\n{{ letter.nothing }}", "alert.subject.txt.j2, line 3: "),
        ("{{ letter.__class__.__mro__ }}", "line 1: access to attribute '__class__'"),
        ("{% include 'gone.j2' %}", "gone.j2"),
        ("{{ 1 / 0 }}", "line 1: division by zero"),
    ],
)
def test_a_broken_template_is_named_and_replaced(
    tmp_path: Path, template: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "alert.subject.txt.j2").write_text(template, "utf-8")
    renderer = Renderer("zh", tmp_path)
    with caplog.at_level(logging.ERROR):
        told = renderer.render(ONE)
    assert told.subject == "新｜青石渡的船又多了"
    assert renderer.broken == 1
    assert reason in caplog.text
