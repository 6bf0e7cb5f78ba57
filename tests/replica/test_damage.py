"""Damage is what the seed portals do to their texts, the same every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.replica.damage import (
    Damage,
    Gloss,
    Recipe,
    decode_bytes,
    gloss,
    gloss_bytes,
    is_chosen,
    traditional,
)

READINGS = {"業": "yè", "發": "fā", "細": "xì", "係": "xì", "書": "shū", "麵": "miàn"}
TONELESS = {"業": "ye", "發": "fa", "細": "xi", "係": "xi", "書": "shu", "麵": "mian"}


def reading(char: str, toned: bool) -> str | None:
    return (READINGS if toned else TONELESS).get(char)


def damage(kind: Gloss, text: str, table: dict[str, str] | None = None, spared: str = "") -> str:
    recipe = Recipe(traditional=True, gloss=kind, share=1.0, table=table, spared=spared)
    return Damage(recipe, reading)(text)


@pytest.mark.parametrize(
    ("clean", "table", "shown"),
    [
        ("产业发展", {}, "產業發展"),
        ("全面", {}, "全面"),
        ("全面系统", {"面": "麵", "系": "係"}, "全麵係統"),
        ("先后", {"后": "后"}, "先后"),
        ("因为 A-1，", {}, "因為 A-1，"),
    ],
)
def test_script_is_changed_character_by_character(clean: str, table: dict[str, str], shown: str) -> None:
    assert traditional(clean, table) == shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Gloss.NONE, "產業發展，業務"),
        (Gloss.TONED, "產業(yè)發(fā)展，業(yè)務"),
        (Gloss.TONELESS, "產業(ye) 發(fa) 展，業(ye) 務"),
        (Gloss.BYTES, "產業(yè)發(fā)展，業(yè)務"),
    ],
)
def test_each_kind_of_gloss_marks_every_occurrence(kind: Gloss, shown: str) -> None:
    assert damage(kind, "产业发展，业务") == shown


def test_a_blind_replacement_cuts_characters_as_on_the_seed_portal() -> None:
    """占氫 is D5BC 9AE4 in GBK, and BC9A in the midst of it is 細."""
    shown = damage(Gloss.BYTES, "抢占氢能与新型储能", table={"占": "占"})
    assert "占?xì)淠芘c新型" in shown


def test_cuts_and_losses_are_counted_apart() -> None:
    cut = decode_bytes(gloss_bytes("占氫能與新型".encode("gbk"), READINGS))
    assert (cut.text, cut.cuts, cut.losses) == ("占?xì)淠芘c新型", 1, 0)
    lost = decode_bytes("至".encode("gbk") + b"\xb52003" + "年".encode("gbk"))
    assert (lost.text, lost.cuts, lost.losses) == ("至?003年", 0, 1)
    assert decode_bytes(b"ok\xb5").losses == 1


def test_only_converted_characters_are_glossed_and_spared_ones_never() -> None:
    assert damage(Gloss.TONED, "展业", spared="業") == "展業"
    assert "展(" not in damage(Gloss.TONED, "展业")


def test_a_simplified_portal_is_left_alone() -> None:
    assert Damage(Recipe(), reading)("产业发展") == "产业发展"


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_the_share_of_glossed_characters_is_about_what_was_asked_for(share: float) -> None:
    chosen = [is_chosen(chr(code), share, "site") for code in range(0x4E00, 0x5E00)]
    assert abs(sum(chosen) / len(chosen) - share) < 0.03


def test_sites_gloss_different_characters() -> None:
    sets = [
        {code for code in range(0x4E00, 0x5200) if is_chosen(chr(code), 0.5, salt)} for salt in ("a", "b")
    ]
    assert sets[0] != sets[1]


@given(st.text(alphabet="产业发展细系书面，。A1 （）"))
def test_taking_the_glosses_out_gives_the_converted_text_back(text: str) -> None:
    shown = traditional(text)
    assert gloss(shown, {}) == shown
    glossed = gloss(shown, READINGS)
    for char, value in READINGS.items():
        glossed = glossed.replace(f"{char}({value})", char)
    assert glossed == shown


@given(st.binary(max_size=60))
def test_decoding_never_fails(data: bytes) -> None:
    decoded = decode_bytes(data)
    assert decoded.cuts + decoded.losses <= decoded.text.count("?")
