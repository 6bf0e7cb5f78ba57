from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alerts.matching import Matcher, subject_of
from crawler.query.errors import QueryError
from crawler.query.evaluate import matches
from crawler.query.parser import parse
from crawler.text.canonical import canonical


@dataclass
class Page:
    portal: str = "cnxz"
    canonical_title: str = ""
    canonical_body: str = ""
    canonical_source: str | None = None
    section: tuple[str, ...] = ("首页", "通知公告")
    region: str = ""
    kind: str = "new"


PAGE = Page(
    canonical_title=canonical("徐州：低空經濟起飛"),
    canonical_body=canonical("首条航线今日开通，5G 基站沿线布设。\nAI负责调度，营商环境再优化。"),
    canonical_source=canonical("《徐州日報》"),
)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("低空经济", ("低空经济",)),
        ("低空經濟", ("低空經濟",)),
        ("低空 营商", ("低空", "营商")),
        ("低空 OR 高铁", ("低空",)),
        ("低空 -高铁", ("低空",)),
        ("5g ai", ("5g", "ai")),
        ('"5G基站"', ("5G基站",)),
        ("title:徐州", ("title:徐州",)),
        ("source:徐州日报", ("source:徐州日报",)),
        ("portal:cnxz 营商", ("portal:cnxz", "营商")),
        ("portal:CNXZ", ("portal:CNXZ",)),
        ("水 OR 线", ("线",)),
        ("低空 -(高铁 -航线)", ("低空", "航线")),
        ("section:通知", ("section:通知",)),
        ("kind:new 低空", ("kind:new", "低空")),
        ("首条 NEAR/5 开通", ("首条 NEAR/5 开通",)),
        ("营商*境", ("营商*境",)),
        ("re:5G|6G", ("re:5G|6G",)),
        ("region:江苏 低空", ("region:江苏", "低空")),
    ],
)
def test_matches(query: str, words: tuple[str, ...]) -> None:
    (match,) = Matcher({"w": query}).match(PAGE)
    assert (match.watch, match.words) == ("w", words)


@pytest.mark.parametrize(
    "query",
    [
        "高铁",
        "低空 高铁",
        "低空 -营商",
        "title:营商",
        "source:低空",
        "portal:fbdy",
        "portal:cn",
        "5",
        "a",
        "开通5G航线",
        "日报",
        "section:低空",
        "kind:withdrawn 低空",
        "首条 NEAR/1 开通",
        "低空*营商",
        "re:^7G",
        "region:安徽",
    ],
)
def test_does_not_match(query: str) -> None:
    assert Matcher({"w": query}).match(PAGE) == []


def test_a_page_without_a_source_matches_no_source() -> None:
    assert Matcher({"w": "source:日报"}).match(Page(canonical_body="日报")) == []


def test_words_do_not_join_across_paragraphs() -> None:
    assert Matcher({"w": "开通布设"}).match(Page(canonical_body="开通\n布设")) == []


def test_watches_come_in_their_order() -> None:
    matches = Matcher({"b": "低空", "c": "高铁", "a": "营商"}).match(PAGE)
    assert [match.watch for match in matches] == ["b", "a"]


def test_a_portal_counts_for_its_region() -> None:
    page = Page(canonical_body="今日开通", region="徐州市")

    assert [match.words for match in Matcher({"w": "region:江苏"}).match(page)] == [("region:江苏",)]


def test_what_happened_may_be_told_beside_the_article() -> None:
    matcher = Matcher({"w": "kind:withdrawn"})

    assert matcher.match(PAGE) == []
    assert [match.watch for match in matcher.match(PAGE, "withdrawn")] == ["w"]


def test_a_wrong_query_is_refused() -> None:
    with pytest.raises(QueryError):
        Matcher({"w": "("})


WORDS = st.sampled_from(
    [
        *(
            "低空",
            "空",
            "营商",
            "高铁",
            "ai",
            "i",
            "5g",
            "title:低空",
            "source:日",
            "portal:cnxz",
            "kind:new",
        ),
        *(
            "section:通知",
            "低*商",
            "a?",
            "re:[低高]铁?空",
            "低空 NEAR/3 (营商 OR ai)",
            "region:徐州",
            "kind:changed",
        ),
    ]
)
QUERIES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        inner.map(lambda query: f"-({query})"),
    ),
    max_leaves=6,
)


@given(st.lists(QUERIES, max_size=8), st.text(alphabet="低空营商高铁ai5g \n", max_size=30))
def test_equal_to_asking_each_watch_by_itself(queries: list[str], body: str) -> None:
    page = Page(canonical_title="低空", canonical_body=body, canonical_source="日报")
    watches = {}
    for number, query in enumerate(queries):
        try:
            parse(query)
        except QueryError:
            continue
        watches[str(number)] = query

    subject = subject_of(page)
    expected = [name for name, query in watches.items() if matches(parse(query), subject)]
    assert [match.watch for match in Matcher(watches).match(page)] == expected
