"""The document number of an authority's paper: 国发〔2024〕5号, 某政办函〔2023〕12号."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page.found import Found
from crawler.page.phrasebook import phrases
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(
    r"(?P<organ>[\u3400-\u9fff]{2,20}?)\s*[〔［\[【﹝（(<〈]\s*(?P<year>(?:19|20)\d\d)\s*年?\s*[〕］\]】﹞）)>〉]\s*"
    r"(?:第\s*)?(?P<number>\d{1,5})\s*[号號]"
)
_ORDER = re.compile(
    r"[\u3400-\u9fff]{2,20}(?:令|公告)\s*(?:第\s*\d{1,4}\s*[号號]|(?:19|20)\d\d\s*年第\s*\d{1,4}\s*[号號])"
)
_WHOLE_SLACK = 8
_LABELLED_LENGTH = 60


def find(lines: Sequence[str], title: str = "") -> Found[str] | None:
    """Return the document number that ``lines`` (head, index table, first blocks) show, or None.

    A labelled one (发文字号：) goes first, then a line that is little more than the number, then one in the
    headline. A number inside a sentence cites another document and is not taken.
    """
    for number, line in enumerate(lines):
        opening = fold(line[:_LABELLED_LENGTH])
        for label in phrases("number", "labels"):
            if label not in opening:
                continue
            following = lines[number + 1] if number + 1 < len(lines) else ""
            for text in (line, following):
                if len(text) <= 4 * _LABELLED_LENGTH and (match := _NUMBER.search(_behind(text, label))):
                    return Found(_tidy(match[0]), "displayed, labelled", 0.95)
    for line in lines:
        match = (_NUMBER.search(line) or _ORDER.search(line)) if _has_sign(line) else None
        if match and len(line.strip()) <= len(match[0]) + _WHOLE_SLACK:
            return Found(_tidy(match[0]), "displayed on a line of its own", 0.8)
    match = _NUMBER.search(title) if _has_sign(title) else None
    return Found(_tidy(match[0]), "in the headline", 0.7) if match else None


def _has_sign(text: str) -> bool:
    """Return whether a text has the sign behind every number; looking for that first is much faster."""
    return "号" in text or "號" in text


def _behind(text: str, label: str) -> str:
    """Return the text behind the label, which may be spaced or in the other script; all of it if unsure."""
    for mark in ("：", ":"):
        for part in re.split(r"(?<=[\s|])", text):
            if mark in part and label in fold(part.split(mark, 1)[0]):
                return text[text.index(part) + part.index(mark) + 1 :]
    return text


def _tidy(number: str) -> str:
    return re.sub(r"\s+", "", number).lstrip("（()）")
