from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page.address import canonical_url

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
