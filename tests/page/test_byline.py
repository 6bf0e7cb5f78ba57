from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page import byline, source
from crawler.page.found import Found
from crawler.text import dates

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "byline.jsonl").read_text("utf-8").splitlines()
]


def value(found: Found[Any] | None) -> Any:
    return found.value if found else None


def read(case: dict[str, Any]) -> dict[str, Any]:
    lines, first, last = case.get("lines", []), case.get("first", []), case.get("last", [])
    return {
        "source": value(
            source.find(lines, site=case.get("site", ""), last=last, sections=case.get("sections", []))
        ),
        "authors": value(byline.find_authors(lines, first=first, last=last)) or [],
        "editors": value(byline.find_editors(lines, first=first, last=last)) or [],
        "views": byline.parse_views(lines),
    }


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_reads_what_a_line_tells(case: dict[str, Any]) -> None:
    found = read(case)
    wanted = {field: case[field] for field in found if field in case}
    assert {field: found[field] for field in wanted} == wanted


@pytest.mark.parametrize(
    ("hint", "want"),
    [
        ("某国广播网 微博", "某国广播网"),
        ("某時電子報", "某時電子報"),
        ("甲州日报数字报", "甲州日报"),
        ("来源", None),
    ],
)
def test_a_class_name_tells_the_source_without_tools_and_edition(hint: str, want: str | None) -> None:
    assert value(source.find([], hint=hint)) == want


@pytest.mark.parametrize(
    "line",
    [
        "2024-03-05 08:30 来源：甲网 责任编辑：乙",
        "发布时间：2024-03-05 浏览次数：12 【字体：大 中 小】 打印 关闭",
        "2024-03-05",
        "（责任编辑：王芳）",
        "本报记者 张三丰 通讯员 李四光",
        "2024年07月03日 08:15:20 来自云河妇女报",
        "2024-07-03 08:15 轉自 雲河日報",
    ],
)
def test_tells_lines_about_the_article(line: str) -> None:
    assert byline.is_about(line)


@pytest.mark.parametrize(
    "line",
    [
        "3月5日上午，全市召开会议，研究部署下一阶段工作，强调要抓好落实。",
        "一、总体要求",
        "会议指出：要坚持稳中求进工作总基调，把握好节奏和力度，确保完成全年任务。",
        "某市人民政府办公室",
        "2024年7月3日，来自云河县各乡镇",
        "7月3日 来自十二个村的代表",
    ],
)
def test_text_is_not_about_the_article(line: str) -> None:
    assert not byline.is_about(line)


def test_published_takes_the_year_from_the_address() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = byline.parse_published(["03-05 08:30"], now, "http://a.example/202103/t20210305_1.html")
    assert found is not None
    assert dates.local(found) == "2021-03-05T08:30"


@given(
    st.lists(st.text(alphabet="来源：编辑记者 甲乙丙日报网（）()[]/|\t2024-03058:", max_size=40), max_size=4)
)
def test_values_stand_in_the_lines(lines: list[str]) -> None:
    together = "\n".join(lines)
    found = value(source.find(lines, last=lines))
    assert found is None or found in together
    authors = value(byline.find_authors(lines, first=lines, last=lines)) or []
    for name in [*authors, *(value(byline.find_editors(lines, last=lines)) or [])]:
        assert name in together.replace(" ", "")
