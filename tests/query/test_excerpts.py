from __future__ import annotations

from crawler.query.excerpts import Excerpt, excerpts, marked
from crawler.query.parser import parse
from crawler.query.syntax import Term


def test_the_passage_around_a_word_in_its_own_script() -> None:
    paragraph = "前" * 100 + "低空經濟" + "後" * 100
    (passage,) = excerpts(["第一段。", paragraph], [Term("低空经济", "低空经济")])

    assert [passage.text[begin:end] for begin, end in passage.hits] == ["低空經濟"]
    assert passage.text.startswith("…前")
    assert passage.text.endswith("後…")
    assert len(passage.text) < 100


def test_one_passage_holds_words_that_stand_together() -> None:
    terms = [Term("低空", "低空"), Term("航线", "航线"), Term("水费", "水费")]
    found = excerpts(["低空航线开通。", "水费减半。"], terms)

    assert found == [Excerpt("低空航线开通。", ((0, 4),)), Excerpt("水费减半。", ((0, 2),))]


def test_words_of_the_title_only_give_the_beginning() -> None:
    assert excerpts(["开头。" * 60], [Term("低空", "低空", "title")])[0].text.startswith("开头。")
    assert excerpts([], [Term("低空", "低空")]) == []


def test_places_are_right_where_blanks_and_widths_are_folded() -> None:
    text = "今 日 ，低 空 \u3000經 濟ＧＤＰ 增長"

    (hit,) = marked(text, [parse("低空经济")])  # type: ignore[list-item]  # one term, as parsed
    assert text[slice(*hit)] == "低 空 \u3000經 濟"
    (hit,) = marked(text, [parse("gdp*")])  # type: ignore[list-item]  # one term, as parsed
    assert text[slice(*hit)].startswith("ＧＤＰ")
