"""Texts that were written against the restorer, by somebody who had not read its rules' tests.

A case has ``kind``: ``text`` (restored by itself), ``page`` (``in`` and ``out`` are lists, restored
together), ``bytes`` (``in`` is base64, ``http`` the declared charset, ``out`` the decoded text) or
``canonical``. One that is known to fail says ``"expect": "fail"`` and why in its comment.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.text import charset
from crawler.text.canonical import canonical
from crawler.text.restore import apply, restore, restore_all

LINES = (Path(__file__).parent / "cases" / "adversarial.jsonl").read_text("utf-8").split("\n")
CASES: list[dict[str, Any]] = [json.loads(line) for line in LINES if line]


def parameters(kind: str) -> list[Any]:
    return [
        pytest.param(
            case,
            id=f"{case['label']}-{number}",
            marks=[pytest.mark.xfail(reason=case["comment"])] if case.get("expect") == "fail" else [],
        )
        for number, case in enumerate(CASES)
        if case["kind"] == kind
    ]


@pytest.mark.parametrize("case", parameters("text"))
def test_text(case: dict[str, Any]) -> None:
    restored = restore(case["in"])
    assert restored.text == case["out"]
    assert bool(restored.repairs) == (case["in"] != case["out"])


@pytest.mark.parametrize("case", parameters("page"))
def test_page(case: dict[str, Any]) -> None:
    restored = restore_all(case["in"])
    assert list(restored.texts) == case["out"]
    for text, wanted in zip(case["in"], case["out"], strict=True):
        assert apply(restored.repairs, text) == wanted


@pytest.mark.parametrize("case", parameters("bytes"))
def test_bytes(case: dict[str, Any]) -> None:
    body = base64.b64decode(case["in"])
    assert charset.decode(body, charset.decide(body, case.get("http"))).text == case["out"]


@pytest.mark.parametrize("case", parameters("canonical"))
def test_canonical(case: dict[str, Any]) -> None:
    assert canonical(case["in"]) == case["out"]
    assert canonical(case["out"]) == case["out"]
