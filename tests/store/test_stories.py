from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opencc import OpenCC
from sqlalchemy import select

from crawler.store import stories
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.models import Article, Story, StoryMember
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILIES = tomllib.loads(Path(__file__).with_name("lookalikes.toml").read_text(encoding="utf-8"))["family"]
LINES = PIECE.split("\n")
OTHER = (
    "入秋以来，云雀岭的茶农忙着采摘最后一茬秋茶，山坳里的三家作坊日夜炒制，香气飘出很远。\n"
    "合作社的账本上记着，今年的秋茶每斤比去年多卖了十一元，一百四十户人家都分到了钱。\n"
    "制茶师傅卢广田今年六十七岁，他把手艺教给了八个年轻人，其中两个是从城里回来的大学生。"
)
REPOSTS = {
    "traditional": OpenCC("s2t").convert(PIECE),
    "taiwanese": OpenCC("s2twp").convert(PIECE),
    "punctuation": PIECE.replace("，", ",").replace("。", ". "),
    "dateline": "本报讯（记者 常青）" + PIECE,
    "agency": "青石渡5月4日电 " + PIECE,
    "headed": "首页 > 新闻 > 正文\n来源：江上新闻网 作者：常青\n" + PIECE,
    "edited": PIECE + "\n（责任编辑：常青）",
    "shortened": "\n".join(LINES[:3] + LINES[4:]),
    "extended": PIECE + "\n镇政府表示欢迎各地客商前来洽谈。",
    "one paragraph": PIECE.replace("\n", ""),
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def place(database: Database, *bodies: str) -> list[int]:
    """Store the bodies as articles; return the story of each after all are stored."""
    ids = []
    for number, body in enumerate(bodies):
        with database.writing() as session:
            ids.append(save(session, article(body, url=f"http://p{number}.example/a.html")).article_id)
    with database.reading() as session:
        found = [stories.story_of(session, article_id) for article_id in ids]
    assert None not in found
    return [story for story in found if story is not None]


@pytest.mark.parametrize("body", REPOSTS.values(), ids=REPOSTS)
@pytest.mark.parametrize("order", ["original first", "repost first"])
def test_a_repost_joins_its_story(database: Database, body: str, order: str) -> None:
    first, second = (PIECE, body) if order == "original first" else (body, PIECE)
    one, two, other = place(database, first, second, OTHER)

    assert one == two
    assert other != one


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["name"])
def test_notices_that_look_alike_stay_apart(database: Database, family: dict[str, object]) -> None:
    slots = {name: values for name, values in family.items() if isinstance(values, list)}
    texts = [
        str(family["text"]).strip().format(**dict(zip(slots, values, strict=True)))
        for values in zip(*slots.values(), strict=True)
    ]
    placed = place(database, *texts)

    assert len(set(placed)) == len(texts)


def test_one_figure_parts_two_texts(database: Database) -> None:
    one, two = place(database, PIECE, PIECE.replace("一千三百万元", "一千五百万元"))

    assert one != two


def test_reposts_that_lack_different_paragraphs_are_joined_by_their_original(database: Database) -> None:
    without_third = "\n".join(LINES[:2] + LINES[3:])
    without_fourth = "\n".join(LINES[:3] + LINES[4:])
    one, two, original = place(database, without_third, without_fourth, PIECE)

    assert one == two == original
    with database.reading() as session:
        merged = session.scalars(select(Story).where(Story.merged_into.is_not(None))).all()
        assert [story.merged_into for story in merged] in ([], [original])


def test_a_page_that_merges_two_pieces_is_a_part_of_both_and_glues_nothing(database: Database) -> None:
    one, two, both = place(database, PIECE, OTHER, f"{PIECE}\n{OTHER}")

    assert len({one, two, both}) == 3
    with database.reading() as session:
        parts = session.execute(
            select(Article.address, StoryMember.story_id)
            .join(StoryMember, StoryMember.article_id == Article.id)
            .where(StoryMember.relation == "part")
        ).all()
    assert len(parts) == 2


def test_a_digest_is_a_part(database: Database) -> None:
    long = f"{PIECE}\n{OTHER}"
    story, digest = place(database, long, "\n".join(LINES[:2]))

    assert story != digest
    with database.reading() as session:
        assert [relation for _, relation in stories.members(session, story)] == ["same", "part"]


def test_short_bodies_are_one_story_only_with_one_title(database: Database) -> None:
    body = "详细内容请见附件，如有疑问请与办公室联系。"
    placed = []
    for number, title in enumerate(("春季招生公告", "房屋征收公告", "春季招生公告")):
        with database.writing() as session:
            one = article(body, title=title, url=f"http://p{number}.example/a.html")
            placed.append(save(session, one).story_id)

    assert placed[0] != placed[1]
    assert placed[0] == placed[2]


def test_the_first_source_is_who_published_first(database: Database) -> None:
    with database.writing() as session:
        late = save(session, article(url="http://late.example/1", published=NOON))
        early = save(session, article(url="http://early.example/1", published=NOON.replace(hour=1)))
        assert early.story_id == late.story_id
        assert early.reprint
        urls = [member.url for member, _ in stories.members(session, late.story_id)]

    assert urls == ["http://early.example/1", "http://late.example/1"]


def test_an_empty_body_has_a_story_of_its_own(database: Database) -> None:
    one, two = place(database, "", "")

    assert one != two
