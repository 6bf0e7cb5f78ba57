from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alerts.query import And, Not, Or, Query, QueryError, Term, holds, parse, terms

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
        ("水 " * 501, 1001, "at most 500 words"),
        ("水" * 5001, 5001, "at most 5000 characters"),
    ],
)
def test_a_wrong_query_is_told_where(text: str, position: int, reason: str) -> None:
    with pytest.raises(QueryError, match=f"at character {position}: .*{reason}") as raised:
        parse(text)
    assert raised.value.position == position


@given(st.text(alphabet='水火 \t()（）-－"“”「」:：titleORANDNOT0，\u3000\x00', max_size=40))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    query, error = parsed_or_error(text)

    if query is None:
        assert error is not None
        assert 1 <= error.position <= len(text) + 1
    else:
        assert not holds(query, frozenset())
        assert terms(query)


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
    assert terms(query) == [A, B, C]
    assert terms(query, wanted_only=True) == [A, C]
