from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page.address import canonical_url, declared

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "address.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_folds_addresses_of_one_article(case: dict[str, str]) -> None:
    assert canonical_url(case["url"]) == case["want"]


@given(st.text(alphabet="abw./?&=%#:;2fD中id utm_", max_size=40))
def test_folding_twice_changes_nothing(rest: str) -> None:
    once = canonical_url(f"https://www.a.example.cn/{rest}")
    assert canonical_url(once) == once


@given(st.text(max_size=30))
def test_never_raises(text: str) -> None:
    assert isinstance(canonical_url(text), str)


FETCHED = "http://m.a.example.cn/2024/5.html?utm_source=x"


@pytest.mark.parametrize(
    ("url", "meta", "want"),
    [
        (FETCHED, {}, ("http://m.a.example.cn/2024/5.html", "address as fetched (1.00)")),
        (
            FETCHED,
            {"canonical": "https://www.a.example.cn/2024/5.html"},
            ("http://a.example.cn/2024/5.html", "link rel=canonical (0.90)"),
        ),
        (
            FETCHED,
            {"canonical": "/2024/5.html", "og:url": "/other.html"},
            ("http://m.a.example.cn/2024/5.html", "link rel=canonical (0.90)"),
        ),
        (
            FETCHED,
            {"canonical": "http://www.a.example.cn/", "og:url": "http://www.a.example.cn/2024/5.html"},
            ("http://a.example.cn/2024/5.html", "meta og:url (0.80)"),
        ),
        (
            FETCHED,
            {"canonical": "http://elsewhere.example.org/5.html"},
            ("http://m.a.example.cn/2024/5.html", "address as fetched (1.00)"),
        ),
        (
            "",
            {"og:url": "http://www.a.example.cn/2024/5.html"},
            ("http://a.example.cn/2024/5.html", "meta og:url (0.80)"),
        ),
        ("", {"canonical": "http://[broken/5.html"}, None),
    ],
)
def test_the_address_that_a_page_states(url: str, meta: dict[str, str], want: tuple[str, str] | None) -> None:
    found = declared(url, meta)
    assert (found and (found.value, found.said)) == want
