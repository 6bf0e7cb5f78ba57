"""What is news to nobody: the cases of noise.jsonl, both ways round."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.store.noise import same_words
from crawler.text.canonical import canonical

CASES = [json.loads(line) for line in (Path(__file__).parent / "noise.jsonl").read_text("utf-8").splitlines()]
FIRST = datetime(2026, 4, 30, 23, 0, tzinfo=UTC)  # the 1st of May on the portal's clock
AGAIN = datetime(2026, 5, 9, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_a_case(case: dict[str, Any]) -> None:
    before, after = canonical(case["before"]), canonical(case["after"])
    assert same_words(before, FIRST, after, AGAIN) is case["same"]
    assert same_words(after, AGAIN, before, FIRST) is case["same"]


def test_a_line_of_repeated_months_takes_no_time() -> None:
    line = "农历正月初一" * 13
    assert not same_words(line, FIRST, f"{line}二", AGAIN)
