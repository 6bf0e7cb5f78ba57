"""Challenge pages and what only resembles them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.monitor.blocking import Answer, block

_LINES = Path(__file__).with_name("blocking_cases.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in _LINES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_challenges_and_pages(case: dict[str, Any]) -> None:
    body = re.sub(r"REPEAT\((.*)\)", lambda it: it[1] * case.get("repeat", 1), case["body"], flags=re.DOTALL)
    headers, size = case.get("headers", {}), len(body.encode())
    answer = Answer(case["status"], body, size, headers, lambda: case.get("found"))
    found = block(answer)
    assert (found.kind if found else "") == case["out"]
    assert found is None or found.sure == (found.kind != "no-container")


def test_the_pages_of_portals_are_no_challenges() -> None:
    pages = sorted((Path(__file__).parents[2] / "seeds").glob("*/*/body.html"))
    assert pages
    for page in pages:
        text = page.read_bytes().decode("utf-8", "replace")
        assert block(Answer(200, text, len(text))) is None, page
