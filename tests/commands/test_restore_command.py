"""``scrapy restore`` as a person calls it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.commands.restore import answer_case

ROOT = Path(__file__).parents[2]
GLOSSED = "企業(yè)搶占?xì)淠芘c新型儲能，產(chǎn)業(yè)鏈成形。"
RESTORED = "企業搶占氫能與新型儲能，產業鏈成形。"
CANONICAL = "企业抢占氢能与新型储能,产业链成形。"


def scrapy(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scrapy", "restore", *words]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, check=False)


def test_standard_input_is_restored_and_each_step_explained() -> None:
    done = scrapy("--explain", given=GLOSSED.encode())
    assert done.returncode == 0
    assert done.stdout.decode() == RESTORED + "\n"
    told = done.stderr.decode()
    assert "-: utf-8" in told
    assert "gloss: 3 × '業(yè)' → '業'" in told
    assert "cut: 1 × '?xì)淠芘c' → '氫能與'" in told


def test_files_of_any_encoding_are_restored(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes("縣里的糧站延長了開磅時間，農戶隨到隨賣。".encode("big5"))
    done = scrapy("--canonical", str(page))
    assert done.stdout.decode() == "县里的粮站延长了开磅时间,农户随到随卖。\n"


def test_a_file_that_cannot_be_read_is_reported_and_the_others_restored(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(GLOSSED, encoding="utf-8")
    done = scrapy(str(tmp_path / "none"), str(page))
    assert done.returncode == 2
    assert done.stdout.decode() == RESTORED + "\n"
    assert "none: No such file" in done.stderr.decode()


def test_cases_come_and_go_as_json_lines(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    lines = [
        {"id": "text", "damaged": GLOSSED, "declared": {"http": None, "meta": None}},
        {
            "id": "bytes",
            "damaged_b64": base64.b64encode("市場秩序整頓通知".encode("gbk")).decode(),
            "declared": {"http": "utf-8", "meta": None},
        },
    ]
    cases.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no case\n", encoding="utf-8")
    done = scrapy("--cases", str(cases))
    assert done.returncode == 2
    assert b":3: not a case" in done.stderr
    text, raw = (json.loads(line) for line in done.stdout.splitlines())
    assert (text["id"], text["text"], text["canonical"], text["charset"]) == (
        "text",
        CANONICAL,
        CANONICAL,
        None,
    )
    assert text["flags"] == []
    assert text["ms"] > 0
    assert (raw["text"], raw["canonical"], raw["charset"]) == (
        "市場秩序整頓通知",
        "市场秩序整顿通知",
        "gb18030",
    )


@pytest.mark.parametrize("words", [("--cases", "a", "b"), ("--cases", "no-such-file"), ("--unheard-of",)])
def test_wrong_use_is_told_in_a_sentence(words: tuple[str, ...]) -> None:
    done = scrapy(*words)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_misread_text_keeps_its_script() -> None:
    damaged = "縣裡的糧站延長了開磅時間，農戶隨到隨賣，不必再等天亮。".encode().decode("latin-1")
    answer = answer_case({"id": 1, "damaged": damaged})
    assert answer["text"] == "縣裡的糧站延長了開磅時間，農戶隨到隨賣，不必再等天亮。"
    assert answer["canonical"] == "县里的粮站延长了开磅时间,农户随到随卖,不必再等天亮。"


def test_losses_are_flagged() -> None:
    assert answer_case({"id": 1, "damaged": "烫烫烫烫烫烫"})["flags"] == ["tangtang"]


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"id": 1},
        {"id": 1, "damaged": 2},
        {"id": 1, "damaged_b64": "?"},
        {"id": 1, "damaged_b64": 1},
        {"id": 1, "damaged_b64": "eA==", "declared": "gbk"},
        {"id": 1, "damaged_b64": "sKE=", "declared": {"http": 1}},
        [1],
        "烫",
    ],
)
def test_what_is_no_case_is_refused(case: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        answer_case(case)
