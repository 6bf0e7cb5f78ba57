from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from crawler.store.due import checked_digest, checked_quiet, due

CASES = [
    json.loads(line) for line in Path(__file__).with_name("due_cases.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_due(case: dict[str, str]) -> None:
    at, digest, quiet = case["in"]
    assert due(datetime.fromisoformat(at), digest, quiet) == datetime.fromisoformat(case["out"])


@pytest.mark.parametrize(
    "quiet", ["22-7", "22:00", "24:00-07:00", "22:00-22:00", "２２:00-07:00", "22:00-07:00 "]
)
def test_hours_that_are_none_are_refused(quiet: str) -> None:
    with pytest.raises(ValueError, match="no quiet hours"):
        checked_quiet(quiet)


def test_a_digest_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'weekly' is no digest"):
        checked_digest("weekly")
