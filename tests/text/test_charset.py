from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text import charset, declarations

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "charset.jsonl").read_text("utf-8").splitlines()
]


def body_of(case: dict[str, Any]) -> bytes:
    text, codec = case["text"], case["codec"]
    raw: bytes = text.encode(codec)
    if "hurt" in case or "drop" in case:
        at, byte = case.get("hurt") or case["drop"]
        place = len(text[:at].encode(codec)) + byte
        raw = raw[:place] + (b"\xff" if "hurt" in case else b"") + raw[place + 1 :]
    if "replace" in case:
        old, new = map(bytes.fromhex, case["replace"])
        assert old in raw
        raw = raw.replace(old, new)
    if "tail" in case:
        raw += case["tail"]["text"].encode(case["tail"]["codec"])
    if "cut" in case:
        raw = raw[: -case["cut"]]
    return bytes.fromhex(case.get("prefix", "")) + raw


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_bytes_are_read_as_what_they_are(case: dict[str, Any]) -> None:
    body = body_of(case)
    decision = charset.decide(body, case.get("http"))
    decoded = charset.decode(body, decision)
    assert decision.encoding == case["encoding"]
    assert decision.reason
    assert 0.0 <= decision.confidence <= 1.0
    if "contains" in case:
        assert case["contains"] in decoded.text
    elif case.get("starts"):
        assert decoded.text.startswith(case["out"])
    else:
        assert decoded.text == case.get("out", case["text"])
        assert decoded.replaced == decoded.text.count("\ufffd")


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert len({case["label"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("GB2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("big5", "big5hkscs"),
        ("Big5-HKSCS", "big5hkscs"),
        ("utf8", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("nonsense", None),
        ("", None),
        ("base64", None),
        ("idna\0", None),
    ],
)
def test_declared_names_become_codecs(name: str, codec: str | None) -> None:
    assert declarations.codec_name(name) == codec


def test_a_declaration_far_down_or_in_xml_is_found() -> None:
    page = b"<html><head>" + b"<link rel=x>" * 200 + b"<meta content='text/html; charset=Big5'></head>"
    assert declarations.declared(page, None) == ["big5hkscs"]
    assert declarations.declared(b'<?xml version="1.0" encoding="GB2312"?><rss/>', "text/xml") == ["gb18030"]
    assert declarations.declared(b"", "text/html; charset='utf-8'; x=1") == ["utf-8"]


def test_a_page_out_of_pieces_keeps_its_markup() -> None:
    body = "<p>甲乙丙丁戊己</p>".encode() + b"<p>\xff\xfe\xfd</p>" + "<p>东南西北中</p>".encode("gb18030")
    decoded = charset.decode(body, charset.decide(body))
    assert decoded.text.startswith("<p>甲乙丙丁戊己</p><p>")
    assert decoded.text.endswith("</p><p>东南西北中</p>")
    assert decoded.replaced > 0


def test_the_detector_does_not_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.NOTSET):
        charset.decide(bytes(range(0x81, 0xFF)) * 20)
    assert not [record for record in caplog.records if record.name == "charset_normalizer"]


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
@settings(deadline=None)
def test_any_bytes_give_a_text(body: bytes, http: str | None) -> None:
    decision = charset.decide(body, http)
    decoded = charset.decode(body, decision)
    assert isinstance(decoded.text, str)
    assert decoded.replaced == decoded.text.count("\ufffd")


@given(
    st.text(
        alphabet="的一是在了不和有大这主中人上为们地个用工时要动国产以我到他会作来分生对于学下级", min_size=4
    )
)
@settings(deadline=None)
def test_chinese_survives_each_encoding(text: str) -> None:
    for codec in ("utf-8", "gb18030"):
        body = f"<p>{text}</p>".encode(codec)
        assert charset.decode(body, charset.decide(body)).text == f"<p>{text}</p>"


@given(
    st.sampled_from(["utf-8", "gb18030", "big5hkscs", "utf-16-le", "hz", "cp1252", "shift_jis"]), st.binary()
)
@settings(deadline=None)
def test_a_wrong_decision_still_decodes(encoding: str, body: bytes) -> None:
    decision = charset.Decision(encoding, "test", 0.0, mixed=True)
    assert isinstance(charset.decode(body, decision).text, str)
