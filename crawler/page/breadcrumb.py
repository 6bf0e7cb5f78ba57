"""The way from the front page to the article, as displayed: 首页 > 新闻 > 要闻."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.page.found import Found
from crawler.page.phrasebook import phrases
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.page.layout import Line

_SEAM = re.compile(r"\s*(?:-*[>＞›»→»]+|&gt;|::|＞＞|\s[/\\|·-]\s)\s*")
_CLASS_SEAM = re.compile(r"\s*(?:-*[>＞›»→]+|&gt;|::|[/\\|])\s*")
_LEAD_END = re.compile(r"[:：]")
_LEAD = re.compile(r"[您你]?(?:的|是|现在|当前|目前|所在|正在|在|页面|浏览|处于|所处|网站)*位置(?:是|为)?")
_OPEN_END = re.compile(r"[>＞›»→]\s*$")
_LEAD_WITHIN = 60  # characters, glosses counted
_LONGEST_STEP = 30
_LONGEST_LINE = 200
_MOST_STEPS = 10
_EDGES = " \t\xa0\u3000:：>＞»›-|/【】[]"


def find(lines: Sequence[Line], title: str = "") -> Found[list[str]] | None:
    """Return the steps of the breadcrumb without lead (当前位置：), 正文 and headline, or None.

    A line is one by its lead, by its element's class, or by starting with 首页 and a separator.
    """
    for number, line in enumerate(lines):
        if line.chars > _LONGEST_LINE:
            continue
        text, led = _without_lead(line.text)
        if led and not text:  # the lead has a line of its own, and perhaps every step too
            text = _following(lines[number + 1 : number + 1 + 2 * _MOST_STEPS])
        if led and (path := steps(text, title)):
            return Found(path, "displayed, with a lead", 0.9, line.element)
    for line in lines:
        if line.chrome == "crumb":
            together = [other.text for other in lines if other.chrome == "crumb" and _near(other, line)]
            seam = _CLASS_SEAM if len(together) == 1 else _SEAM
            path = steps(" > ".join(together), title, seam)
            if len(path) > 1:
                return Found(path, "element named as a breadcrumb", 0.8, line.element)
    return _unmarked(lines, title)


def _unmarked(lines: Sequence[Line], title: str) -> Found[list[str]] | None:
    """Return a breadcrumb that nothing announces: it starts at the front page, or is a path of links."""
    homes = phrases("breadcrumb", "homes")
    paths = [
        (line, steps(line.text, title))
        for line in lines
        if line.chars <= _LONGEST_LINE and _SEAM.search(line.text)
    ]
    for line, path in paths:
        if len(path) > 1 and (fold(path[0]) in homes or fold(path[0]).endswith("首页")):
            return Found(path, "line that starts at the front page", 0.6, line.element)
    for line, path in paths:
        if len(path) > 1 and line.link_density >= 0.5 and "/" not in line.text and "|" not in line.text:
            return Found(path, "path of links", 0.4, line.element)
    return None


def _following(lines: Sequence[Line]) -> str:
    """Return the first of the lines and those that go on with it: a separator stands between them."""
    text = ""
    for line in lines:
        goes_on = not text or _SEAM.match(line.text) or _OPEN_END.search(text)
        if not goes_on or line.chars > _LONGEST_LINE:
            break
        text = f"{text} {line.text}"
    return text.strip()


def _near(line: Line, other: Line) -> bool:
    """Return whether a line belongs to the same breadcrumb: it follows within a few lines."""
    return 0 <= line.index - other.index <= _MOST_STEPS


def _without_lead(text: str) -> tuple[str, bool]:
    """Return the text behind 当前位置： and whether it had that lead."""
    leads = phrases("breadcrumb", "leads")
    if match := _LEAD_END.search(text):
        before = fold(text[: match.start()]).strip("[]()> ")
        if before in leads or _LEAD.fullmatch(before):
            return text[match.end() :].strip(_EDGES), True
    opening = fold(text[:_LEAD_WITHIN])
    for lead in leads if opening.startswith(_long_leads()) else ():
        if len(lead) > 3 and opening.startswith(lead):
            words = text.split(maxsplit=1)
            rest = words[1] if len(words) > 1 and fold(words[0]) == lead else _cut_folded(text, lead)
            return rest.strip(_EDGES), True
    return text, False


@cache
def _long_leads() -> tuple[str, ...]:
    return tuple(lead for lead in phrases("breadcrumb", "leads") if len(lead) > 3)


def _cut_folded(text: str, lead: str) -> str:
    """Return what stands behind ``lead``, whose characters may carry glosses in ``text``."""
    for end in range(len(lead), len(text) + 1):
        if fold(text[:end]) == lead and (end == len(text) or text[end] not in "( （"):
            return text[end:]
    return text


def steps(text: str, title: str = "", seam: re.Pattern[str] = _SEAM) -> list[str]:
    """Return the steps of a displayed path, without the ends that name no section (正文, the headline)."""
    text, _ = _without_lead(text)
    path = [step for part in seam.split(text) if (step := part.strip(_EDGES))]
    ends = phrases("breadcrumb", "ends")
    # Tools and other columns may stand behind 正文 on the same line.
    last = next((place for place, step in enumerate(path) if place and _first_word(step) in ends), len(path))
    del path[last:]
    while path and (fold(path[-1]) in ends or _repeats(path[-1], title)):
        path.pop()
    if len(path) > _MOST_STEPS or any(len(step) > _LONGEST_STEP for step in path):
        return []
    return path


def _first_word(step: str) -> str:
    return fold(step.split(maxsplit=1)[0])


def _repeats(step: str, title: str) -> bool:
    folded, wanted = fold(step).rstrip(".…"), fold(title).strip(_EDGES)
    return bool(wanted) and len(folded) > 3 and (wanted.startswith(folded) or folded.startswith(wanted))
