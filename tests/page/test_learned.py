"""What is taken for a portal's own, and what stays the article's; the cases are in learned_cases.jsonl."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article, Block, BlockKind, Dropped
from crawler.page import learned
from crawler.page.learned import NOTHING, Learned, Seen
from crawler.text.markers import fold

LINES = (Path(__file__).parent / "learned_cases.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]
ENDING = "走过路过，常来云川坐坐"


def sections(count: int) -> frozenset[str]:
    return frozenset(f"栏目{number}" for number in range(count))


def blocks_of(case: dict[str, Any]) -> list[Block]:
    return [
        Block(
            one["text"],
            BlockKind(one.get("kind", "paragraph")),
            one.get("link_density", 0.0),
            one["place"],
        )
        for one in case["blocks"]
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_the_portals(case: dict[str, Any]) -> None:
    blocks = blocks_of(case)
    texts = [fold(block.text) for block in blocks]
    seen = {
        learned.key(text, block.place): Seen(one["seen"][0], sections(one["seen"][1]))
        for one, block, text in zip(case["blocks"], blocks, texts, strict=True)
        if "seen" in one
    }
    known = Learned(Seen(case["pages"][0], sections(case["pages"][1])), seen)
    gone = [index for index, one in enumerate(case["blocks"]) if one.get("gone")]

    assert learned.repeated(blocks, texts, fold(case["title"]), known, gone) == case["drop"]
    assert learned.repeated(blocks, texts, fold(case["title"]), NOTHING, gone) == []


def test_a_block_is_known_wherever_it_is_counted_from_and_in_either_script() -> None:
    here = learned.key(fold("常来 云川 坐坐"), "body/div#post-17/p[3]")
    assert here == learned.key(fold("常來雲川坐坐"), "body/div#post-204/p[12]")
    assert here != learned.key(fold("常来云川坐坐"), "body/div#foot/p[3]")


def read(lines: list[str], dropped: list[str] | None = None) -> Article:
    article = Article("p", "http://p.example/1.html", datetime(2026, 1, 1, tzinfo=UTC), title="题")
    article.blocks = [Block(line, place=f"body/p[{number}]") for number, line in enumerate(lines, 1)]
    article.dropped = [
        Dropped(Block(line, place="body/div[1]"), "notices", learned.RULE) for line in dropped or []
    ]
    return article


def test_the_ends_of_an_article_are_remembered_and_what_was_taken_out() -> None:
    middle = [f"第{number}段说的是各不相同的事情" for number in range(40)]
    article = read(
        ["开头一行话在此", *middle, ENDING, "特此公告。", "2026年3月9日", "长" * 700], ["街坊都在看"]
    )
    found = set(learned.remembered(article).values())
    assert {"开头一行话在此", fold(ENDING), "街坊都在看"} <= found
    assert middle[20] not in found
    assert not {"特此公告。", "2026年3月9日", "长" * 700} & found


@given(st.lists(st.tuples(st.sampled_from([ENDING, "甲", "正文一段", ""]), st.booleans()), max_size=12))
def test_something_is_always_left(pieces: list[tuple[str, bool]]) -> None:
    article = read([text for text, _ in pieces])
    texts = [fold(block.text) for block in article.blocks]
    keys = [learned.key(text, block.place) for block, text in zip(article.blocks, texts, strict=True)]
    often = Seen(50, sections(2))
    known = Learned(often, {key: often for key, (_, common) in zip(keys, pieces, strict=True) if common})

    found = learned.repeated(article.blocks, texts, "题", known)

    assert len(found) < max(len(pieces), 1)
    assert found == sorted(set(found))
