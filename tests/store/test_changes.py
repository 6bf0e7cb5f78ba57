from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.store.changes import Kind, fields, paragraphs, words
from crawler.store.packing import Content

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "changes.jsonl").read_text("utf-8").splitlines()
]
SIGNS = {Kind.SAME: "=", Kind.CHANGED: "~", Kind.ADDED: "+", Kind.REMOVED: "-", Kind.MOVED: ">"}


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_paragraphs(case: dict[str, Any]) -> None:
    found = paragraphs("\n".join(case["before"]), "\n".join(case["after"]))
    assert "".join(SIGNS[one.kind] for one in found) == case["kinds"]
    told = [
        "".join(
            {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "{{+{}+}}"}[piece.kind].format(piece.text)
            for piece in words(one.before, one.after)
        )
        for one in found
        if one.kind is Kind.CHANGED
    ]
    assert told == case["words"]


TEXTS = st.lists(st.text(alphabet="船又多了水1.,。 ab", max_size=12), max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(before: str, after: str) -> None:
    found = paragraphs(before, after)
    assert [one.after for one in found if one.after] == [line for line in after.split("\n") if line.strip()]
    old = sorted(one.before for one in found if one.before and one.kind is not Kind.MOVED)
    moved = ["".join(one.before.split()) for one in found if one.kind is Kind.MOVED]
    lines = sorted(line for line in before.split("\n") if line.strip())
    assert len(old) + len(moved) == len(lines)
    assert set(old) <= set(lines)


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_give_both_texts_back(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(one.text for one in pieces if one.kind is not Kind.ADDED) == before
    assert "".join(one.text for one in pieces if one.kind is not Kind.REMOVED) == after


def test_a_text_of_thousands_of_characters_is_compared_by_sentences() -> None:
    sentences = [f"第{number}条规定了第{number * 7}项事务的办理期限。" for number in range(400)]
    after = [*sentences[:200], "这一条是新的。", *sentences[200:]]
    pieces = words("".join(sentences), "".join(after))
    assert [one.text for one in pieces if one.kind is not Kind.SAME] == ["这一条是新的。"]


def test_fields() -> None:
    before = Content(title="甲", source="丙报", published=("2026-05-04T04:00:00+00:00", "day", "5月4日"))
    after = Content(
        title="乙", published=None, attachments=[{"name": "附件", "url": "http://x.example/1.pdf"}]
    )
    assert [(one.field, one.before, one.after) for one in fields(before, after)] == [
        ("title", "甲", "乙"),
        ("source", "丙报", ""),
        ("published", "2026-05-04T04:00:00+00:00 (day)", ""),
        ("attachments", "", "附件 <http://x.example/1.pdf>"),
    ]
    assert fields(before, before) == []
