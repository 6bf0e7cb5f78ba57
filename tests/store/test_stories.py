from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from opencc import OpenCC
from sqlalchemy import func, select

from crawler.store import stories
from crawler.store.articles import save
from crawler.store.candidates import BEST
from crawler.store.comparison import Comparison, Text, compare
from crawler.store.models import Article, Story, StoryEvent, StoryMember
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from crawler.store.database import Database

FAMILIES = tomllib.loads(Path(__file__).with_name("lookalikes.toml").read_text(encoding="utf-8"))["family"]
LINES = PIECE.split("\n")
OTHER = (
    "入秋以来，云雀岭的茶农忙着采摘最后一茬秋茶，山坳里的三家作坊日夜炒制，香气飘出很远。\n"
    "合作社的账本上记着，今年的秋茶每斤比去年多卖了十一元，一百四十户人家都分到了钱。\n"
    "制茶师傅卢广田今年六十七岁，他把手艺教给了八个年轻人，其中两个是从城里回来的大学生。"
)
FORM = (
    "现将拟任职人选的情况公示如下，公示期为五个工作日，欢迎干部群众以来信、来电、来访的方式反映意见。\n"
    "{0}{1}同志，现任办公室科员，拟任副科级领导职务。\n"
    "反映情况请寄河滨路{2}号，信封上注明公示二字，组织人事部门将为反映人保密，并逐件认真核实。\n"
    "反映问题应当实事求是，以单位名义反映的加盖公章，以个人名义反映的署真实姓名和联系电话。"
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


def parts_of(database: Database, url: str) -> set[int]:
    """Return the stories of which the article at an address is a part."""
    query = (
        select(StoryMember.story_id).join(Article).where(StoryMember.relation == "part", Article.url == url)
    )
    with database.reading() as session:
        return set(session.scalars(query))


@pytest.mark.parametrize("body", REPOSTS.values(), ids=REPOSTS)
@pytest.mark.parametrize("order", ["original first", "repost first"])
def test_a_repost_joins_its_story(database: Database, body: str, order: str) -> None:
    first, second = (PIECE, body) if order == "original first" else (body, PIECE)
    one, two, other = place(database, first, second, OTHER)

    assert one == two
    assert other != one


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["name"])
def test_notices_that_look_alike_stay_apart(database: Database, family: dict[str, object]) -> None:
    texts = _notices(family)
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
            select(Article.url, StoryMember.story_id)
            .join(StoryMember, StoryMember.article_id == Article.id)
            .where(StoryMember.relation == "part", StoryMember.story_id != both)
        ).all()
    assert sorted(parts) == [("http://p2.example/a.html", one), ("http://p2.example/a.html", two)]


def test_a_digest_is_a_part(database: Database) -> None:
    long = f"{PIECE}\n{OTHER}"
    story, digest = place(database, long, "\n".join(LINES[:2]))

    assert story != digest
    with database.reading() as session:
        assert [relation for _, relation in stories.members(session, story)] == ["same", "part"]


def test_an_entry_of_a_digest_is_a_part_though_the_first_of_its_story_lacks_some_of_it(
    database: Database,
) -> None:
    shortened = "\n".join(LINES[1:])
    entry = "".join(LINES[:2])
    digest = f"【要闻】{OTHER.replace(chr(10), '')}（未完）\n【江上】{entry}……"
    story, *_, other, _ = place(database, shortened, PIECE, REPOSTS["edited"], OTHER, digest)

    assert parts_of(database, "http://p4.example/a.html") == {story, other}


def test_short_bodies_are_one_story_only_with_one_title(database: Database) -> None:
    body = "详细内容请见附件，如有疑问请与办公室联系。"
    placed = []
    for number, title in enumerate(("春季招生公告", "房屋征收公告", "春季招生公告")):
        with database.writing() as session:
            one = article(body, title=title, url=f"http://p{number}.example/a.html")
            placed.append(save(session, one).story_id)

    assert placed[0] != placed[1]
    assert placed[0] == placed[2]


def test_two_notices_of_one_text_are_told_by_the_figure_in_their_titles(database: Database) -> None:
    placed = []
    titles = (
        "沉淀池扩建项目第一次公示",
        "沉淀池扩建项目第二次公示",
        "沉淀池扩建项目公示",
        "沉淀池扩建项目第2次公示",
    )
    for number, title in enumerate(titles):
        with database.writing() as session:
            one = article(PIECE, title=title, url=f"http://p{number}.example/a.html")
            placed.append(save(session, one).article_id)
    with database.reading() as session:
        first, second, unsaid, again = (stories.story_of(session, one) for one in placed)

    assert first != second
    assert again == second
    assert unsaid in {first, second}


def test_a_short_piece_is_a_part_of_a_digest_with_another_title(database: Database) -> None:
    short = (
        "9月3日，青石渡镇开往白沙洲的头一班电力渡船开航，全程18分钟，票价3元，每天往返26趟，"
        "可载客45人，比柴油船省下一半的油钱，也安静得多。"
    )
    texts = {"电力渡船开航": short, "一周简讯": f"{OTHER}\n{short}\n{PIECE}"}
    ids = []
    for number, (title, body) in enumerate(texts.items()):
        with database.writing() as session:
            one = article(body, title=title, url=f"http://p{number}.example/a.html")
            ids.append(save(session, one).article_id)
    with database.reading() as session:
        story = stories.story_of(session, ids[0])
        assert stories.story_of(session, ids[1]) != story
    assert parts_of(database, "http://p1.example/a.html") == {story}


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


def test_a_page_that_became_another_piece_leaves_its_story(database: Database) -> None:
    with database.writing() as session:
        first = save(session, article(url="http://a.example/1"))
        reprint = save(session, article(url="http://b.example/1"))
        changed = save(session, article(OTHER, url="http://b.example/1", fetched=NOON + timedelta(days=1)))

    assert first.story_id == reprint.story_id != changed.story_id
    with database.reading() as session:
        assert stories.story_of(session, first.article_id) == first.story_id
        event = session.scalars(select(StoryEvent)).one()
        assert (event.kind, event.story_id, event.other_id) == ("split", first.story_id, changed.story_id)
        assert event.articles == [changed.article_id]


@pytest.mark.parametrize(
    "body", [PIECE.replace("一千三百万元", "一千五百万元"), PIECE + "\n" + OTHER, "\n".join(LINES[:3])]
)
def test_a_corrected_extended_or_shortened_page_stays_in_its_story(database: Database, body: str) -> None:
    with database.writing() as session:
        first = save(session, article(url="http://a.example/1"))
        save(session, article(url="http://b.example/1"))
        changed = save(session, article(body, url="http://b.example/1", fetched=NOON + timedelta(days=1)))

    assert changed.story_id == first.story_id
    with database.reading() as session:
        assert session.scalars(select(StoryEvent)).all() == []


def test_a_merge_is_recorded(database: Database) -> None:
    without_third = "\n".join(LINES[:2] + LINES[3:])
    without_fourth = "\n".join(LINES[:3] + LINES[4:])
    one, two, original = place(database, without_third, without_fourth, PIECE)

    assert one == two == original
    with database.reading() as session:
        merged = session.scalars(select(Story).where(Story.merged_into.is_not(None))).all()
        events = session.scalars(select(StoryEvent)).all()
    assert [(event.kind, event.story_id) for event in events] == [("merge", story.id) for story in merged]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_arrival_does_not_matter(database: Database, seed: int) -> None:
    merged, digest = f"{PIECE}\n{OTHER}", "\n".join(LINES[:2])
    bodies = [
        PIECE,
        *REPOSTS.values(),
        OTHER,
        OTHER.replace("，", ","),
        merged,
        digest,
        *_notices(FAMILIES[2]),
    ]
    order = list(range(len(bodies)))
    Random(seed).shuffle(order)  # noqa: S311  an order, no secret
    placed = place(database, *(bodies[at] for at in order))
    of = dict(zip(order, placed, strict=True))
    apart = range(len(REPOSTS) + 3, len(bodies))

    assert len({of[at] for at in range(len(REPOSTS) + 1)}) == 1
    assert of[len(REPOSTS) + 1] == of[len(REPOSTS) + 2]
    assert len(set(placed)) == 2 + len(apart)


def test_what_is_stored_again_changes_nothing(database: Database) -> None:
    bodies = [PIECE, *REPOSTS.values(), OTHER]
    first = place(database, *bodies)
    with database.reading() as session:
        rows = session.execute(select(StoryMember.article_id, StoryMember.story_id)).all()
    again = place(database, *bodies)
    with database.reading() as session:
        assert session.execute(select(StoryMember.article_id, StoryMember.story_id)).all() == rows

    assert again == first


def test_an_article_among_many_of_a_form_is_compared_with_a_few(database: Database) -> None:
    compared: list[int] = []

    def counting(*texts: Text) -> Comparison:
        compared[-1] += 1
        return compare(*texts)

    with mock.patch("crawler.store.neighbours.compare", counting), database.writing() as session:
        for number in range(120):
            compared.append(0)
            body = FORM.format(chr(0x4E00 + 61 * number), chr(0x5200 + 37 * number), number + 11)
            save(session, article(body, url=f"http://p{number}.example/a.html"))

        assert session.scalar(select(func.count()).select_from(Story)) == len(compared)
    assert max(compared) <= BEST
    assert sum(compared[60:]) <= 10 * len(compared[60:])


def test_a_reprint_is_found_among_notices_that_are_nearer_to_it(database: Database) -> None:
    form = (
        "{}卫生院定于八月五日上午开展流感疫苗集中接种，现场放号{}个，先到先种，号满为止。\n"
        "接种时请携带身份证和接种证，如实告知健康状况和过敏史，接种后须留观三十分钟。\n"
        "近期发热、患有急性疾病的请暂缓接种，咨询请在工作日八时至十二时拨打卫生院预防接种门诊的电话。\n"
        "儿童须由家长或者其他监护人陪同前来接种。行动不便的老人可以在村医那里登记后上门接种。"
        "怀孕和哺乳的妇女接种以前请先问过自己的医生。流感疫苗的接种完全出于自愿并且由本人承担费用。"
        "接种以后如有不适请立即告诉现场的医生和护士。"
    )
    towns = ("青石渡", "白沙洲", "云雀岭", "茶亭", "石桥", "槐荫")
    bodies = [form.format(town, 120 + number) for number, town in enumerate(towns)]
    # Its first page lists other pieces, which leaves of its keys those of its sentences.
    others = (f"{town}的渡口{number}号泊位添了新灯" for number, town in enumerate(towns * 12))
    bodies[0] = "\n".join((bodies[0], "相关阅读", *others))
    with database.writing() as session:
        ids = [
            save(session, article(body, url=f"http://p{number}.example/a.html")).article_id
            for number, body in enumerate([*bodies, form.format(towns[0], 120)])
        ]
        assert stories.story_of(session, ids[-1]) == stories.story_of(session, ids[0])
        assert len({stories.story_of(session, one) for one in ids}) == len(towns)


def _notices(family: dict[str, object]) -> list[str]:
    """Return the notices of a family."""
    slots = {name: values for name, values in family.items() if isinstance(values, list)}
    return [
        str(family["text"]).strip().format(**dict(zip(slots, values, strict=True)))
        for values in zip(*slots.values(), strict=True)
    ]
