from __future__ import annotations

import pytest

from crawler.store import titles
from crawler.store.comparison import prepare
from crawler.text.canonical import canonical


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("青石渡镇发布暴雨橙色预警信号", "青石渡鎮釋出暴雨橙色預警訊號", True),
        ("【关注】渡口停航通知", "渡口停航通知", True),
        ("（图）渡口停航通知", "渡口停航通知", True),
        ("热点｜渡口停航通知", "渡口停航通知", True),
        ("权威发布：渡口停航通知", "渡口停航通知", True),
        ("渡口连夜修好栈桥恢复…", "渡口连夜修好栈桥恢复通航", True),
        ("渡口连夜修好栈桥恢复……", "快讯：渡口连夜修好栈桥恢复通航", True),
        ("渡口…", "渡口停航通知", False),
        ("渡口停航通知", "渡口停航通知的补充说明", False),
        ("渡口停航通知（二）", "渡口停航通知", False),
        ("关于延长渡口停航的通知", "渡口停航通知", False),
        ("【更正】渡口停航通知", "渡口停航通知", False),
        ("白沙洲渡口停航通知", "渡口停航通知", False),
    ],
)
def test_agree(one: str, other: str, *, expected: bool) -> None:
    assert titles.agree(canonical(one), canonical(other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("沉淀池扩建项目第一次公示", "沉淀池扩建项目第二次公示", True),
        ("5月6日停水通知", "5月9日停水通知", True),
        ("二十三户渔民上岸", "23户渔民上岸", False),
        ("【关注】5月6日停水通知", "5月6日停水通知", False),
        ("5月6日停水通知", "停水通知", False),
        ("渡口有了3条新船", "青石渡镇添了4条船", False),
        ("停水通知", "停电通知", False),
    ],
)
def test_contradict(one: str, other: str, *, expected: bool) -> None:
    assert titles.contradict(canonical(one), canonical(other)) is expected
    assert titles.contradict(canonical(other), canonical(one)) is expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("路口“智能斑马线”上岗", "行人踏上斑马线，灯带变红。人民路口的智能斑马线启用。", True),
        ("关于常小满等三人任前公示的通知", "根据有关规定，现予公示，详见附件。", False),
        ("", "现予公示。", False),
    ],
)
def test_tells(title: str, text: str, *, expected: bool) -> None:
    assert titles.tells(canonical(title), prepare(canonical(text)).sentences) is expected
