from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import model


def test_chinese_of_either_script_scores_alike() -> None:
    assert model.score("镇政府今天召开会议") == pytest.approx(model.score("鎮政府今天召開會議"))


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("关于召开会议的通知", "知通的议会开召于关"),
        ("与官方渠道相比", "涓庡畼鏂规笭閬撶浉姣旓紝"),
        ("水务局提醒居民", "Ë®Îñ¾ÖÌáÐÑ¾ÓÃñ"),
        ("漁民當天就把魚存了進去", "臺チ讽ぱ碞р辰"),
        ("渔港开工", "渔\ue000港开工"),
    ],
)
def test_text_scores_better_than_what_is_none(likely: str, unlikely: str) -> None:
    assert model.score(likely) > model.score(unlikely) + 1


def test_the_character_that_fits_is_likelier() -> None:
    assert model.log_probability("人民政", "府") > model.log_probability("人民政", "釜")
    assert model.log_probability("", "我") > model.log_probability("", "嬲")
    assert model.log_probability("會", "議") == model.log_probability("会", "议")
    assert model.log_probability("政府", "，") > model.log_probability("政府的监", "，")


def test_the_total_is_the_sum_of_its_steps() -> None:
    text = "镇里修了路，通了车。OK"
    steps = sum(model.log_probability(text[:at], char) for at, char in enumerate(text))
    assert model.log_total(text) == pytest.approx(steps)
    assert model.score(text) == pytest.approx(steps / len(text))
    assert model.log_total(text[3:], text[:3]) == pytest.approx(steps - model.log_total(text[:3]))


def test_nothing_scores_nothing() -> None:
    assert model.score("") == 0.0


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match="not a character model"):
        model.CharacterModel(b"PNG")


@given(st.text(max_size=60), st.text(min_size=1, max_size=1))
def test_a_probability_is_at_most_one(previous: str, char: str) -> None:
    assert model.log_probability(previous, char) <= 1e-9
