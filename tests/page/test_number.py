from __future__ import annotations

import pytest

from crawler.page import number


@pytest.mark.parametrize(
    ("lines", "title", "want"),
    [
        (["索引号：1 发文字号：某政办发〔2024〕15号 发布日期：2024-01-02"], "", "某政办发〔2024〕15号"),
        (["文号：", "某财〔2023〕7号"], "", "某财〔2023〕7号"),
        (["發文字號：某府教字第1號", "某发[2022]3号"], "", "某发[2022]3号"),
        (["某政函﹝2021﹞102号", "各县人民政府："], "", "某政函﹝2021﹞102号"),
        (["各县人民政府："], "关于印发办法的通知（某政规〔2020〕1号）", "某政规〔2020〕1号"),
        (["某市人民政府令第12号", "《某办法》已经通过。"], "", "某市人民政府令第12号"),
        (["根据《关于推进改革的意见》（国发〔2015〕5号）精神，结合我市实际，制定本办法。"], "", ""),
        (["2024-03-05 08:30"], "某县召开会议", ""),
    ],
)
def test_document_numbers(lines: list[str], title: str, want: str) -> None:
    found = number.find(lines, title)
    assert (found.value if found else "") == want
