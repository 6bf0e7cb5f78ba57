"""Patterns of which one is to match."""

from __future__ import annotations

import re

import pytest

from crawler.page.rules import Phrases


@pytest.mark.parametrize(
    "pattern",
    [
        "^甲",
        "甲$",
        "^甲|乙",
        "^甲|^乙",
        r"^[(\[|]?甲",
        "(?:^甲|乙)丙?",
        r"^\(甲|乙\)",
        "(?<!丙)乙",
        "^(?:甲|(?:乙|丙))$",
    ],
)
@pytest.mark.parametrize("text", ["", "甲", "乙", "丙甲", "丙乙", "(甲", "丙乙)", "|甲", "乙丙", "丙"])
def test_a_pattern_that_opens_a_text_matches_where_a_search_finds_it(pattern: str, text: str) -> None:
    assert Phrases([pattern, "戊"]).stand_in(text) == (re.search(f"{pattern}|戊", text) is not None)
