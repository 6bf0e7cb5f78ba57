from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.store.packing import Content, PackingError, compress, pack, unpack
from crawler.text.canonical import canonical
from tests.store.builders import PIECE

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
CHINESE = st.text(alphabet="國国家，, 。\nAb1·（）(", max_size=60)
FULL = Content(
    title="青石渡的船又多了",
    body=PIECE,
    canonical_title=canonical("青石渡的船又多了"),
    canonical_body=canonical(PIECE),
    source="青石渡日报",
    published=("2026-05-04T04:00:00+00:00", "minute", "2026-05-04 12:00"),
    authors=["常青"],
    views=0,
    attachments=[{"name": "方案.pdf", "url": "http://p.example/1.pdf", "kind": "pdf", "order": 0}],
    origins={"title": "spider"},
    flags=["missing-part"],
)


def test_what_is_packed_comes_back() -> None:
    assert unpack(pack(FULL)) == FULL
    assert unpack(pack(Content())) == Content()


@given(STORABLE, STORABLE, STORABLE, STORABLE)
def test_any_text_comes_back(title: str, body: str, canonical_title: str, canonical_body: str) -> None:
    one_line = canonical_title.replace("\n", " ")
    given_content = Content(
        title=title.replace("\n", " "), body=body, canonical_title=one_line, canonical_body=canonical_body
    )
    assert unpack(pack(given_content)) == given_content


@given(CHINESE)
def test_any_text_comes_back_with_its_canonical_copy(body: str) -> None:
    content = Content(body=body, canonical_body=canonical(body))
    assert unpack(pack(content)) == content


def test_the_canonical_copy_costs_next_to_nothing() -> None:
    alone = pack(replace(FULL, canonical_title=FULL.title, canonical_body=FULL.body))
    assert len(pack(FULL)) < len(alone) + 60


def test_halves_of_characters_become_question_marks() -> None:
    assert unpack(pack(Content(body="船\ud800到"))).body == "船?到"


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (b"", "has the format nothing"),
        (b"\x07abc", "has the format 07"),
        (pack(FULL)[:-9], "is damaged"),
        (pack(FULL)[:1] + b"abc", "is damaged"),
        (compress(b"\x00\x00\x00\x02{}"), "is damaged"),
    ],
)
def test_a_record_that_cannot_be_read_is_told(packed: bytes, reason: str) -> None:
    with pytest.raises(PackingError, match=reason):
        unpack(packed)
