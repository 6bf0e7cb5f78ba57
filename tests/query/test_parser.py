from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.query.errors import QueryError
from crawler.query.evaluate import Subject, matches
from crawler.query.parser import parse
from crawler.query.syntax import And, Kind, Near, Not, Or, Pattern, Query, Region, Term, atoms, holds, renamed
from crawler.text.canonical import canonical

A, B, C = (Term(text, text) for text in ("营商", "低空", "水"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("营商", A),
        ("营商 低空", And((A, B))),
        ("营商\u3000AND 低空", And((A, B))),
        ("营商 OR 低空 水", Or((A, And((B, C))))),
        ("(营商 OR 低空) 水", And((Or((A, B)), C))),
        ("（营商 OR 低空）水", And((Or((A, B)), C))),
        ("营商 -低空", And((A, Not(B)))),
        ("营商 NOT 低空", And((A, Not(B)))),
        ("营商 －(低空 水)", And((A, Not(And((B, C)))))),
        ("營商", Term("营商", "營商")),
        ("ＧＤＰ", Term("gdp", "ＧＤＰ")),
        ('"营商 环境"', Term("营商环境", "营商 环境")),
        ("“low altitude”", Term("low altitude", "low altitude")),
        ("「低空」", B),
        ("title:低空", Term("低空", "低空", "title")),
        ("Title：“低空 经济”", Term("低空经济", "低空 经济", "title")),
        ("portal:cnxz 水", And((Term("cnxz", "cnxz", "portal"), C))),
        ("COVID-19", Term("covid-19", "COVID-19")),
        ("or and", And((Term("or", "or"), Term("and", "and")))),
        ("12:30", Term("12:30", "12:30")),
        ("section:通知公告 水", And((Term("通知公告", "通知公告", "section"), C))),
        ("kind:Withdrawn 水", And((Kind("withdrawn", "Withdrawn"), C))),
        ("营商 NEAR/10 低空", Near((A,), (B,), 10, "营商 NEAR/10 低空")),
        ("营商 NEAR 低空 水", And((Near((A,), (B,), 10, "营商 NEAR 低空"), C))),
        ("营商 NEAR/3 (低空 OR 水)", Near((A,), (B, C), 3, "营商 NEAR/3 (低空 OR 水)")),
        ("-营商 水", And((Not(A), C))),
        ("NEARBY 水", And((Term("nearby", "NEARBY"), C))),
        ("营商　ＯＲ　低空", Or((A, B))),
        ("营商 ＮＯＴ 低空", And((A, Not(B)))),
        ("营商 –低空 −水", And((A, Not(B), Not(C)))),
        ("营商 NEAR／3 低空", Near((A,), (B,), 3, "营商 NEAR／3 低空")),
        ("ｔｉｔｌｅ：低空", Term("低空", "低空", "title")),
        ("kind：ＮＥＷ 水", And((Kind("new", "ＮＥＷ"), C))),
        ("‘营商 环境’", Term("营商环境", "营商 环境")),
        ("〝低空〞 ﹁水﹂", And((B, C))),
        ("”低空”", B),
        ("don’t", Term("don’t", "don’t")),
        ("乾旱", Or((Term("乾旱", "乾旱"), Term("干旱", "乾旱")))),
        ("著名", Term("著名", "著名")),
    ],
)
def test_what_a_query_means(text: str, expected: object) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 1, "empty"),
        ("   ", 1, "empty"),
        ("(营商", 1, "this bracket is never closed"),
        ("营商)", 3, "closes none"),
        ("营商 ()", 5, "a word is missing before"),
        ("营商 OR", 6, "a word is missing before the end"),
        ("OR 营商", 1, "a word is missing before 'OR'"),
        ('营商 "低空', 4, "never closed"),
        ("colour:红 水", 1, "there is no field 'colour'"),
        ("title: (低空)", 1, "title: needs a word"),
        ("营商 ，", 4, "no letter and no digit"),
        ("-通航", 1, "only says what must not be there"),
        ("营商 OR -低空", 1, "only says what must not be there"),
        ("(" * 60 + "水" + ")" * 60, 51, "more than 50 deep"),
        ("-" * 60 + "水", 51, "more than 50 deep"),
        ("水 " * 5001, 10001, "at most 5000 words"),
        ("水" * 50001, 50001, "at most 50000 characters"),
        ("kind:old 水", 6, "there is no kind 'old'"),
        ("region:亚特兰蒂斯", 8, "no province, city or county"),
        ("营商 NEAR (低空 水)", 4, "NEAR stands between words"),
        ("营商 NEAR title:低空", 4, "NEAR stands between words"),
        ("营商 NEAR/9999 低空", 4, "at most 1000 characters"),
        ("营商 NEAR 低空 NEAR 水", 12, "NEAR joins two sides"),
        ("NEAR 水", 1, "a word is missing before 'NEAR'"),
        ("*", 1, "a wildcard needs a letter"),
        ("re:(低空", 4, "cannot be read"),
        ("re:水*", 4, "would match everything"),
        ("re:" + "水" * 501, 4, "at most 500 characters"),
        ("re:(?:(?:水{1,900}){1,900}){1,900}x", 4, "cannot be read"),
        ('re:"低空', 4, "never closed"),
        ("低空\udcb5经济", 3, "stands in no text: is the query UTF-8"),
        ('"低空\0"', 4, "stands in no text"),
    ],
)
def test_a_wrong_query_is_told_where(text: str, position: int, reason: str) -> None:
    with pytest.raises(QueryError, match=f"at character {position}: .*{reason}") as raised:
        parse(text)
    assert raised.value.position == position


@given(st.text(alphabet='水火 \t()（）-－"“”「」:：titleORANDNOTEkind/re*?0，\u3000\x00', max_size=40))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    query, error = parsed_or_error(text)

    if query is None:
        assert error is not None
        assert 1 <= error.position <= len(text) + 1
    else:
        assert not holds(query, frozenset())
        assert atoms(query)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    query, error = parsed_or_error(text)

    assert (query is None) != (error is None)


def parsed_or_error(text: str) -> tuple[Query | None, QueryError | None]:
    try:
        return parse(text), None
    except QueryError as error:
        return None, error


def test_forbidden_words_are_not_wanted() -> None:
    query = parse("营商 -低空 -(-水)")
    assert atoms(query) == [A, B, C]
    assert atoms(query, wanted_only=True) == [A, C]


@pytest.mark.parametrize(
    ("text", "literal", "hits", "misses"),
    [
        ("专精*新", "专精", ["专精特新", "专精新"], ["专精，新"]),
        ("低空?济", "低空", ["低空经济"], ["低空济"]),
        ("econom*", "econom", ["economy", "the economics"], ["aeconomy"]),
        ("*空經濟", "空经济", ["低空经济"], ["空 经济"]),
        ("re:第[一二三]批", "", ["第二批"], ["第四批"]),
        ('re:"低空 ?(经济|飛行)"', "", ["低空经济", "低空飞行"], ["高空飞行"]),
        ("re:GDP\\d", "", ["gdp9"], ["gdp"]),
    ],
)
def test_wildcards_and_expressions(text: str, literal: str, hits: list[str], misses: list[str]) -> None:
    query = parse(text)

    assert isinstance(query, Pattern)
    assert query.literal == literal
    assert [matches(query, Subject("", hit)) for hit in hits] == [True] * len(hits)
    assert [matches(query, Subject("", miss)) for miss in misses] == [False] * len(misses)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("乾旱", "持續乾旱，影響農業發展"),
        ("乾旱", "持续干旱"),
        ("乾隆", "乾隆皇帝"),
        ("徵收", "土地徵收補償"),
        ("徵收", "土地征收补偿"),
        ("徵*償", "徵收補償"),
        ("看著", "他看著遠方的鐵路"),
        ("re:著名(学者|學者)", "著名学者到访"),
        ("re:看著", "他看著遠方的鐵路"),
        ("re:[乾乙]旱", "干旱"),
        ("re:乾旱", "持續乾旱，影響農業發展"),
        ("re:（一）", "（一）总则"),
        ("re:第[０-９1]，", "第1，"),
        ("re:[，。]第", "首先，第一"),
        ("re:ＧＤＰ", "GDP增长"),
        (r"re:\（\d+\）", "（12）"),
        ("re:[[:alpha:]乾]旱", "干旱"),
    ],
)
def test_one_word_in_both_scripts_and_any_width(query: str, text: str) -> None:
    assert matches(parse(query), Subject("", canonical(text).lower()))


def test_portals_by_their_own_names() -> None:
    query = parse("(portal:中国徐州网 OR portal:fbdy) -portal:大同晚报 水")

    assert renamed(query, {"中国徐州网": "cnxz", "大同晚报": "dtwb"}) == And((
        Or((Term("cnxz", "中国徐州网", "portal"), Term("fbdy", "fbdy", "portal"))),
        Not(Term("dtwb", "大同晚报", "portal")),
        C,
    ))  # fmt: skip


def test_an_expression_may_stand_in_brackets_and_in_a_field() -> None:
    for text in ("(title:re:第(一|二)批 OR 水)", "（水 OR title:re:第(一|二)批）"):
        query = parse(text)
        assert matches(query, Subject("第二批名单", ""))
        assert not matches(query, Subject("", "第二批名单"))


@pytest.mark.parametrize("name", ["徐州", "徐州市", "江苏省徐州市", "江蘇徐州"])
def test_a_region_by_its_names(name: str) -> None:
    query = parse(f"region:{name}")

    assert isinstance(query, Region)
    assert query.codes == ("3203",)
    assert matches(query, Subject("", "", region="320322"))
    assert matches(query, Subject("徐州发布", ""))
    assert matches(query, Subject("", "沛县的企业"))
    assert not matches(query, Subject("", "连云港", region="3207"))


def test_a_county_that_shares_its_name_is_found_where_it_lies() -> None:
    assert parse("region:徐州鼓楼区") != parse("region:南京鼓楼区")


@pytest.mark.parametrize(
    ("name", "text", "true"),
    [
        ("西安", "陕西安康的茶", False),
        ("西安", "陕西西安的茶", True),
        ("北京", "湖北京山桥米", False),
        ("海南", "上海南站", False),
        ("海南", "海南自贸港", True),
        ("海南州", "海南自贸港", False),
        ("海南州", "青海海南州共和县", True),
        ("海南省", "海南州共和县", False),
        ("山西", "中山西路", False),
        ("江西", "珠江西岸", False),
        ("江西", "长江西路", False),
        ("江西", "江西抚州", True),
        ("吉林市", "吉林省长春市", False),
        ("吉林市", "吉林吉林", True),
        ("吉林省", "吉林市丰满区", True),
        ("北京朝阳区", "长春市朝阳区", False),
        ("北京朝阳区", "北京市朝阳区", True),
        ("北京朝阳区", "北京朝阳", True),
        ("北京朝阳区", "朝阳区今天停水", True),
        ("朝阳区", "长春市朝阳区", True),
        ("辽宁朝阳", "北京朝阳", False),
        ("徐州", "南京市鼓楼区", False),
        ("徐州", "徐州市鼓楼区", True),
        ("徐州", "鼓楼区", False),
        ("徐州鼓楼区", "南京鼓楼医院", False),
        ("徐州鼓楼区", "徐州鼓楼医院", True),
        ("江苏", "徐州发布", True),
        ("徐州", "江苏发布", False),
        ("大理", "大理古城", True),
        ("云南", "大理市", True),
        ("昌江", "昌江县", True),
        ("浦东", "浦东机场", True),
        ("浦东新区", "上海浦东机场", True),
    ],
)
def test_a_text_names_a_region(name: str, text: str, *, true: bool) -> None:
    assert matches(parse(f"region:{name}"), Subject("", text)) is true


@pytest.mark.parametrize(
    ("text", "apart", "true"),
    [
        ("低空甲乙补贴", 2, True),
        ("低空甲乙补贴", 1, False),
        ("补贴甲乙低空", 2, True),
        ("低空补贴", 0, True),
        ("低空" + "甲" * 50 + "补贴" + "甲" * 5 + "低空", 5, True),
    ],
)
def test_near(text: str, apart: int, *, true: bool) -> None:
    assert matches(parse(f"低空 NEAR/{apart} 补贴"), Subject("", text)) is true


def test_the_place_of_an_error_is_pointed_at() -> None:
    with pytest.raises(QueryError) as raised:
        parse("低空经济 (通航")

    assert raised.value.pointed() == "低空经济 (通航\n         ^"


def test_a_regular_expression_never_backtracks() -> None:
    assert not matches(parse("re:(a+)+b"), Subject("", "a" * 100_000))
