"""What the pipeline ``recommended`` drops and what it leaves; the cases are in recommended_cases.jsonl."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article, Attachment, Block, BlockKind
from pipelines.recommended import RecommendedPipeline

LINES = (Path(__file__).parent / "recommended_cases.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


def article(title: str, blocks: list[Block]) -> Article:
    fetched = datetime(2024, 9, 1, tzinfo=UTC)
    return Article("test", "http://www.example.com/a/1.html", fetched, title=title, blocks=blocks)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_dropped_and_by_which_rule(case: dict[str, Any]) -> None:
    blocks = [Block(**{**block, "kind": BlockKind(block["kind"])}) for block in case["blocks"]]
    read = article(case["title"], list(blocks))
    read.attachments = [
        Attachment(name, f"http://www.example.com/a/{order}.pdf", "pdf", order)
        for order, name in enumerate(case.get("files", ()))
    ]

    RecommendedPipeline().process_item(read)

    position = {id(block): str(index) for index, block in enumerate(blocks)}
    assert {position[id(drop.block)]: drop.rule for drop in read.dropped} == case["drop"]
    kept = [position[id(block)] for block in read.blocks]
    assert kept == [index for index in position.values() if index not in case["drop"]]
    assert {drop.pipeline for drop in read.dropped} <= {"recommended"}


PIECES = [block["text"] for case in CASES for block in case["blocks"]]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([0.0, 1.0])), max_size=20))
def test_every_block_is_kept_or_dropped_once_and_never_all(pieces: list[tuple[str, float]]) -> None:
    blocks = [Block(text, link_density=density) for text, density in pieces]
    read = article("题", list(blocks))

    RecommendedPipeline().run(read)

    assert len(read.blocks) + len(read.dropped) == len(blocks)
    assert read.blocks or not blocks
    assert all(drop.rule for drop in read.dropped)
