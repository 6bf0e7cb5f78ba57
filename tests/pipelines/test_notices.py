"""What the pipeline ``notices`` drops and what it must leave; the cases are in notices_cases.jsonl."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article, Block, BlockKind
from pipelines.notices import NoticesPipeline

LINES = (Path(__file__).parent / "notices_cases.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


def article(title: str, blocks: list[Block]) -> Article:
    fetched = datetime(2024, 9, 1, tzinfo=UTC)
    return Article("test", "http://www.example.com/a/1.html", fetched, title=title, blocks=blocks)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_dropped_and_by_which_rule(case: dict[str, Any]) -> None:
    blocks = [Block(**{**block, "kind": BlockKind(block["kind"])}) for block in case["blocks"]]
    read = article(case["title"], list(blocks))

    NoticesPipeline().process_item(read)

    position = {id(block): str(index) for index, block in enumerate(blocks)}
    assert {position[id(drop.block)]: drop.rule for drop in read.dropped} == case["drop"]
    kept = [position[id(block)] for block in read.blocks]
    assert kept == [index for index in position.values() if index not in case["drop"]]
    assert {drop.pipeline for drop in read.dropped} <= {"notices"}


def test_a_link_home_behind_the_last_sentence_is_taken_off_it() -> None:
    text = "最后提醒一句：没有弄清原因之前，不要自行用药。"
    read = article("题", [Block(text), Block(text + "返回云河，查看更多")])

    NoticesPipeline().run(read)

    assert [block.text for block in read.blocks] == [text, text]
    assert [(drop.block.text, drop.rule) for drop in read.dropped] == [("返回云河，查看更多", "more")]


def test_the_name_of_an_account_goes_with_its_code() -> None:
    text = "今年以来，全县新建乡村公路六十二公里，改造危桥九座，群众出行条件明显改善，公交通达率提高。"
    card = ["云河发布", "云河县人民政府新闻办公室官方微信", "长按识别二维码关注"]
    blocks = [Block(text, place="body/div[1]/p"), *(Block(line, place="body/div[2]/p") for line in card)]
    read = article("题", blocks)

    NoticesPipeline().run(read)

    assert [block.text for block in read.blocks] == [text]


PIECES = [block["text"] for case in CASES for block in case["blocks"]]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([0.0, 1.0])), max_size=20))
def test_every_block_is_kept_or_dropped_once_and_never_all(pieces: list[tuple[str, float]]) -> None:
    blocks = [Block(text, link_density=density) for text, density in pieces]
    read = article("题", list(blocks))

    NoticesPipeline().run(read)

    assert len(read.blocks) + len(read.dropped) == len(blocks)
    assert read.blocks or not blocks
    assert all(drop.rule for drop in read.dropped)
