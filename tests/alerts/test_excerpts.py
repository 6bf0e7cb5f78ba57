from __future__ import annotations

from crawler.alerts.excerpts import excerpts
from crawler.alerts.query import Term


def test_the_passage_around_a_word_in_its_own_script() -> None:
    paragraph = "前" * 100 + "低空經濟" + "後" * 100
    (passage,) = excerpts(["第一段。", paragraph], [Term("低空经济", "低空经济")])

    assert "低空經濟" in passage
    assert passage.startswith("…前")
    assert passage.endswith("後…")
    assert len(passage) < 100


def test_one_passage_holds_words_that_stand_together() -> None:
    terms = [Term("低空", "低空"), Term("航线", "航线"), Term("水费", "水费")]
    found = excerpts(["低空航线开通。", "水费减半。"], terms)

    assert found == ["低空航线开通。", "水费减半。"]


def test_words_of_the_title_only_give_the_beginning() -> None:
    assert excerpts(["开头。" * 60], [Term("低空", "低空", "title")])[0].startswith("开头。")
    assert excerpts([], [Term("低空", "低空")]) == []
