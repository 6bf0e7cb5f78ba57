from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.text import gloss, injection
from crawler.text.gloss import Profile, Verdict
from crawler.text.restore import restore

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "gloss.jsonl").read_text("utf-8").splitlines()
]
TONED = Profile(toned=True, blank_behind=False, converted=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_injected_readings_are_removed(case: dict[str, str]) -> None:
    assert restore(case["in"]).text == case["out"]


@pytest.mark.parametrize(
    ("char", "spelled", "verdict", "toned"),
    [
        ("業", "yè", Verdict.FIRST, True),
        ("業", "YÈ", Verdict.FIRST, True),
        ("業", "ye\u0300", Verdict.FIRST, True),
        ("業", "ye", Verdict.FIRST, False),
        ("綠", "lǜ", Verdict.FIRST, True),
        ("綠", "lv", Verdict.FIRST, False),
        ("綠", "lu:", Verdict.FIRST, False),
        ("綠", "lü", Verdict.FIRST, False),
        ("單", "shàn", Verdict.OTHER, True),
        ("能", "ai", Verdict.NONE, False),
        ("業", "yē", Verdict.NONE, True),
    ],
)
def test_a_bracket_is_judged_by_the_character_before_it(
    char: str, spelled: str, verdict: Verdict, *, toned: bool
) -> None:
    assert gloss.judge(char, spelled) == (verdict, toned)


def test_a_reading_by_context_is_not_injected() -> None:
    text, removed = gloss.remove("單(shàn)縣產(chǎn)業(yè)園", TONED)
    assert text == "單(shàn)縣產業園"
    assert removed == ["產(chǎn)", "業(yè)"]


def test_only_converted_characters_are_glossed_on_a_converted_page() -> None:
    assert gloss.remove("犇(bēn)業(yè)", TONED)[0] == "犇(bēn)業"


def test_one_injected_blank_goes_and_a_real_one_stays() -> None:
    profile = Profile(toned=False, blank_behind=True, converted=True)
    assert gloss.remove("書(shu) 記(ji)  講話", profile)[0] == "書記 講話"


@pytest.mark.parametrize(
    "profile",
    [
        TONED,
        Profile(toned=False, blank_behind=True, converted=False),
        Profile(True, True, True, frozenset("調長")),
    ],
)
def test_a_profile_survives_being_written_down(profile: Profile) -> None:
    assert Profile.parse(profile.describe()) == profile


def test_a_short_title_is_decided_with_its_body() -> None:
    title = "鱘(xún)魚上岸記"
    body = "農(nóng)業(yè)專(zhuān)家說，鱘(xún)魚在水庫裡繁殖成功，畝產(chǎn)過千斤。"
    assert injection.decide([title]) is None
    profile = injection.decide([title, body])
    assert profile is not None
    assert gloss.remove(title, profile)[0] == "鱘魚上岸記"


def test_a_character_that_also_stands_bare_speaks_against_injection() -> None:
    assert injection.decide(["本店專營(yíng)餐飲，國營、民營、聯營皆可加盟，自營亦可。"]) is None


def test_a_page_that_teaches_reading_is_not_decided_by_a_few_glosses() -> None:
    assert injection.decide(["生字表：產(chǎn)、業(yè)、區(qū)、發(fā)、務(wù)，請會讀會寫。"]) is None
