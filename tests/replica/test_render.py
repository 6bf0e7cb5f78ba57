"""The replica portals as they are delivered: what they carry, and the bytes that they send."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from functools import cache

import pytest

from crawler.replica.clock import START
from crawler.replica.load import ReplicaError, load_portal, load_portals, load_texts
from crawler.replica.portal import Portal
from crawler.replica.render import Renderer, ago, weekday

NAMES = ("cnxz", "fbdy", "xian", "xinli", "zhenggong")
LATER = START + timedelta(days=10)


@cache
def portals() -> dict[str, Portal]:
    return load_portals()


@cache
def renderer(name: str) -> Renderer:
    return Renderer(portals()[name])


def shown(name: str, article_id: str) -> str:
    document = renderer(name).article(article_id, START)
    return document.body.decode(document.encoding)


def test_there_are_five_portals() -> None:
    assert tuple(portals()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_portal_has_two_sections_and_forty_articles(name: str) -> None:
    portal = portals()[name]
    assert len(portal.visible(START)) >= 40
    pages = [portal.pages(slug, START) for slug in portal.sections]
    assert len(pages) >= 2
    assert max(pages) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_lists_name_every_article_once_and_newest_first(name: str) -> None:
    portal = portals()[name]
    size = portal.definition.page_size
    for slug in portal.sections:
        wanted = portal.visible(START, slug)
        paths = {portal.story(it, START).path: it for it in wanted}
        for page in range(1, portal.pages(slug, START) + 1):
            document = renderer(name).listing(slug, page, START)
            assert document is not None
            html = document.body.decode(document.encoding).replace("&amp;", "&")
            hrefs = re.findall(r'href="(?:http://[^/"]+)?([^"]+)"', html)
            listed = list(dict.fromkeys(paths[href] for href in hrefs if href in paths))
            expected = wanted[(page - 1) * size : page * size]
            assert listed[: len(expected)] == expected
        published = [portal.posting(it).published for it in wanted]
        assert published == sorted(published, reverse=True)
        assert renderer(name).listing(slug, portal.pages(slug, START) + 1, START) is None


@pytest.mark.parametrize("name", NAMES)
def test_an_article_page_holds_its_damaged_text(name: str) -> None:
    portal, made = portals()[name], renderer(name)
    for article_id in portal.visible(START)[::9]:
        page = shown(name, article_id)
        story = portal.story(article_id, START)
        for text in (story.title, *story.paragraphs):
            plain = made.damage(text).replace("&", "&amp;").replace('"', "&#34;")
            assert plain in page


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_the_same_every_time(name: str) -> None:
    first = portals()[name].visible(START)[0]
    assert Renderer(portals()[name]).article(first, START) == renderer(name).article(first, START)


def test_fbdy_sends_gbk_and_says_utf_8() -> None:
    definition = portals()["fbdy"].definition
    body = renderer("fbdy").front(START).body
    assert definition.header_charset == "utf-8"
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert re.search(r"[\u4e00-\u9fff]\([a-zāéǎè]+", body.decode("gbk"))


def test_cnxz_has_cut_characters_and_loses_none() -> None:
    portal, damage = portals()["cnxz"], renderer("cnxz").damage
    cuts = 0
    for article_id in portal.ids:
        for at in (START, LATER):
            story = portal.story(article_id, at)
            decoded = [damage.decoded(text) for text in (story.title, *story.paragraphs)]
            assert not any(it.losses for it in decoded), article_id
            cuts += sum(it.cuts for it in decoded)
    assert cuts >= 20


@pytest.mark.parametrize("name", ["cnxz", "fbdy", "xinli"])
def test_between_a_tenth_and_four_fifths_of_what_was_converted_is_glossed(name: str) -> None:
    portal, damage = portals()[name], renderer(name).damage
    text = "".join("".join(portal.truth(it, START).paragraphs) for it in portal.ids)
    converted = {char for char in text if damage(char)[0] != char}
    glossed = {char for char in converted if "(" in damage(char)}
    assert 0.1 <= len(glossed) / len(converted) <= 0.8


def test_xinli_shows_no_date() -> None:
    for article_id in portals()["xinli"].visible(START)[:5]:
        published = portals()["xinli"].posting(article_id).published
        page = shown("xinli", article_id)
        assert f"{published:%Y-%m-%d}" not in page
        assert portals()["xinli"].truth(article_id, START).published is None


def test_zhenggong_sends_one_section_in_big5() -> None:
    portal = portals()["zhenggong"]
    encodings = {
        slug: renderer("zhenggong").article(portal.visible(START, slug)[0], START).encoding
        for slug in portal.sections
    }
    assert sorted(encodings.values()) == ["big5hkscs", "utf-8", "utf-8"]


def test_zhenggong_puts_a_calendar_sentence_in_front() -> None:
    portal = portals()["zhenggong"]
    first = portal.visible(START, "zhejiang")[0]
    story = portal.story(first, START)
    assert f"{story.title}。" in portal_clean(shown("zhenggong", first), story.title)
    assert f"農歷{story.lunar}" in shown("zhenggong", first)


def portal_clean(page: str, title: str) -> str:
    """Put one clean title in the place of its damaged form."""
    return page.replace(renderer("zhenggong").damage(title), title)


def test_xian_carries_the_first_publisher_s_footer_inside_the_body() -> None:
    portal = portals()["xian"]
    copied = [it for it in portal.visible(START) if portal.posting(it).origin]
    assert len(copied) >= 5
    for article_id in copied:
        footer = portal.definition.origins[portal.posting(article_id).origin].footer
        assert all(line in shown("xian", article_id) for line in footer)
        assert not set(footer) & set(portal.truth(article_id, START).paragraphs)


def test_texts_are_reprinted_and_look_alikes_are_spread() -> None:
    carried = Counter(
        text
        for portal in portals().values()
        for text in {portal.posting(it).text for it in portal.visible(START)}
    )
    assert sum(number >= 2 for number in carried.values()) >= 16
    families: dict[str, set[str]] = {}
    for portal in portals().values():
        for article_id in portal.visible(START):
            family = portal.text(article_id).family
            if family:
                families.setdefault(family, set()).add(portal.name)
    assert sum(len(names) >= 2 for names in families.values()) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_articles_appear_change_and_vanish_with_the_clock(name: str) -> None:
    portal = portals()[name]
    before, after = set(portal.visible(START)), set(portal.visible(LATER))
    assert after - before
    assert before - after
    assert any(portal.truth(it, START).body != portal.truth(it, LATER).body for it in before & after)
    assert any(portal.truth(it, START).title != portal.truth(it, LATER).title for it in before & after)


@pytest.mark.parametrize(
    ("name", "published"),
    [("fbdy", r"\d{4}-\d\d-\d\d"), ("zhenggong", r"\d{4}-\d\d-\d\dT\d\d:\d\d"), ("xian", r"\d{4}-\d\d-\d\d")],
)
def test_the_truth_s_date_is_as_precise_as_displayed(name: str, published: str) -> None:
    portal = portals()[name]
    for article_id in portal.visible(START):
        assert re.fullmatch(published, portal.truth(article_id, START).published or "")


def test_the_truth_names_only_what_the_page_shows() -> None:
    for portal in portals().values():
        for article_id in portal.ids:
            truth = portal.truth(article_id, START)
            assert all(name in truth.body for name in truth.authors)
            assert truth.title
            assert truth.paragraphs
    assert all(portals()["cnxz"].truth(it, START).editors for it in portals()["cnxz"].ids)
    xinli = [portals()["xinli"].truth(it, START) for it in portals()["xinli"].ids]
    assert {truth.source for truth in xinli if "记者 " not in truth.body} == {None}
    assert all(truth.source in truth.body for truth in xinli if truth.source)


def test_data_that_does_not_fit_together_is_refused() -> None:
    portal = portals()["xian"]
    with pytest.raises(ReplicaError, match="xian/articles"):
        load_portal(portal.definition.directory, {})


def test_a_directory_without_portals_is_refused() -> None:
    with pytest.raises(ReplicaError, match="no replica portal"):
        load_portals(portals()["xian"].definition.directory)


def test_a_text_twice_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("texts")
    line = '{"id": "x1", "title": "标题", "paragraphs": ["正文"]}\n'
    (folder / "one.jsonl").write_text(line + line, encoding="utf-8")
    with pytest.raises(ReplicaError, match="x1 is there twice"):
        load_texts(folder)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(hours=3), "3小时前"),
        (timedelta(days=2), "2天前"),
        (timedelta(days=15), "2周前"),
        (timedelta(days=70), "2个月前"),
        (timedelta(days=400), "1年前"),
    ],
)
def test_ages_are_told_as_blog_themes_tell_them(age: timedelta, words: str) -> None:
    moment = START - age
    assert ago(moment, START) == f"{words} ({moment:%Y-%m-%d})"


def test_the_day_of_the_week() -> None:
    assert weekday(START) == "星期四"


def test_a_portal_s_own_dateline_stands_on_the_text_as_it_is_now() -> None:
    """Changed paragraphs repeat the text, so a text that is corrected later has to be corrected there too."""
    for portal in portals().values():
        for article_id in portal.ids:
            text = portal.text(article_id)
            for number, paragraph in portal.posting(article_id).changes.items():
                original = text.paragraphs[number]
                behind_the_dateline = original.partition("）")[2] if number == 0 else original
                assert behind_the_dateline in paragraph, (portal.name, article_id, text.id)
            truth = portal.truth(article_id, START)
            assert all(re.search(rf"记者[^）]*{name}", truth.body) for name in truth.authors), (
                portal.name,
                article_id,
            )
