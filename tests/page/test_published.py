from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.page import published
from crawler.text import dates

NOW = datetime(2024, 3, 5, 8, 0, tzinfo=UTC)
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "published.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_chooses_the_publication_date(case: dict[str, Any]) -> None:
    found = published.parse(case["lines"], now=NOW, url=case.get("url", ""), meta=case.get("meta"))
    assert (dates.local(found.value) if found else None) == case["want"]


def test_says_where_the_date_came_from_and_how_sure_it_is() -> None:
    labelled = published.parse(["发布日期：2024-01-05"], now=NOW)
    plain = published.parse(["2024-01-05"], now=NOW)
    tag = published.parse([], now=NOW, meta={"pubdate": "2024-01-05"})
    address = published.parse([], now=NOW, url="http://a.example/t20240105_1.html")
    found = [item for item in (labelled, plain, tag, address) if item is not None]
    assert [item.origin for item in found] == ["displayed, labelled", "displayed", "meta pubdate", "address"]
    sureness = [item.confidence for item in found]
    assert sureness == sorted(sureness, reverse=True)
    assert all(0 < value <= 1 for value in sureness)
