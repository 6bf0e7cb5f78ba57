"""What class names, pictures and scripts beside the headline tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.page import hinted
from crawler.page.document import parse_html

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "hinted.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_reads_what_names_of_elements_tell(case: dict[str, Any]) -> None:
    page = parse_html(f"<html><body>{case['html']}</body></html>")
    assert hinted.read(page.root.find("body")) == case["want"]
