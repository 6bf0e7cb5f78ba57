"""The displayed headline of an article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crawler.page import byline, headline, meta, names, placed
from crawler.page.found import Found
from crawler.page.phrasebook import phrases
from crawler.page.tails import endings, without_tails
from crawler.page.titled import heads, named_worth
from crawler.text import deadline
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page
    from crawler.page.layout import Line

__all__ = ["DOCUMENT", "document_title", "endings", "find", "without_tails"]

DOCUMENT = "html:title"  # the name by which an article's meta tags hold the text of ``<title>``

_SHORTEST, _LONGEST = 2, 160
_HEADING_WORTH = {1: 3.0, 2: 2.0, 3: 1.5, 4: 0.8, 5: 0.5, 6: 0.5}
_BAD_CHROME = {
    "nav": 4.0,
    "crumb": 4.0,
    "footer": 5.0,
    "comment": 4.0,
    "related": 3.0,
    "pager": 5.0,
    "header": 1.0,
    "advert": 3.0,
}
_ELLIPSIS = re.compile(r"(?:\.{2,}|…+)$")
_DATE_BEHIND = re.compile(
    r"\s*[(（]\s?(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s?[)）]$"
)
_NUMBER_BEHIND = re.compile(
    r"\s*[(（][^()（）]{2,16}[〔\[［【](?:19|20)\d\d[〕\]］】]\s?(?:第\s?)?\d+\s?号[)）]$"
)
_SHORTEST_LED = 6
_SECOND_HALF = ("关于", "印发", "转发", "批转")
_ENOUGH = 3.0
_ABOUT_PENALTY = 3.0
_COULD_BE = 1.0  # what a heading, or a class that says title, is worth without any agreement
_LEADS_IN = 2.0
_SHORTEST_KEPT = 4  # characters of a headline that is left when its tails are cut
_SIGNS = " :：|｜"  # ::: marks places for those who read by keyboard
_CUT_AT = 8  # characters that a title cut short shows at least


@dataclass(frozen=True, slots=True)
class _Reference:
    text: str  # folded
    cut: str  # the text without the dots of one that is cut short
    origin: str
    worth: float

    @property
    def openings(self) -> tuple[str, ...]:
        """What a line holds that says more than the reference does: all of it, or the start of a cut one."""
        start = self.cut[: max(_CUT_AT, len(self.cut) - 2)]
        return tuple(text for text in (self.text, start) if len(text) >= _CUT_AT)


def find(
    page: Page, lines: Sequence[Line], tags: Mapping[str, str] | None = None, shared: Sequence[str] = ()
) -> Found[str] | None:
    """Return the headline as displayed, else the one of the meta tags or of ``<title>`` without its tails.

    ``lines`` are the page's displayed lines, ``tags`` its meta tags (read from the page when not given),
    ``shared`` the endings that other pages of the site share. The headline may be in Traditional characters
    and glossed. None when a page has neither.
    """
    tags = meta.tags(page) if tags is None else tags
    whole = document_title(page)
    references = _references(tags, whole)
    said = "\n".join(reference.text for reference in references)
    openings = [opening for reference in references for opening in reference.openings]
    best: tuple[float, list[Line]] | None = None
    generic = _generic()
    for group in _headlines(lines):
        deadline.check()
        if group[0].folded in generic or not _may_score(group, said, openings):
            continue
        score = _score(group, references)
        if score < _ENOUGH and _may_lead(group, score, references, lines) and _leads_in(group, lines):
            score = max(score, _COULD_BE) + _LEADS_IN
        if score < _ENOUGH or (best is not None and score <= best[0]):
            continue
        if byline.is_about(_text_of(group)):
            score -= _ABOUT_PENALTY
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = (score, group)
    if best and (better := _better(best, lines)) is not None:
        return Found(better.text, "line above date and text", 0.5, better.element)
    if best:
        text = headline.whole(best[1], lines, [reference.text for reference in references])
        text = _DATE_BEHIND.sub("", text)
        return Found(text, "displayed headline", min(1.0, best[0] / 10), best[1][0].element)
    return _not_displayed(lines, tags, without_tails(whole, tags, shared), shared)


def _better(best: tuple[float, list[Line]], lines: Sequence[Line]) -> Line | None:
    """Return the line that is the headline where the best one only names a site or a column."""
    group = best[1]
    column = placed.names_column(_text_of(group), lines)
    if not column and len(_folded(group)) >= _SHORTEST_LED:
        return None
    led = placed.find(lines, enough=placed.SURE if column else placed.CERTAIN)
    return led if led is not None and led not in group else None


def _not_displayed(
    lines: Sequence[Line], tags: Mapping[str, str], cut: str, shared: Sequence[str]
) -> Found[str] | None:
    """Return the title by the meta tags or ``cut``, the ``<title>`` without its tails."""
    name, value = meta.first(tags, ("articletitle",))
    if value:
        return Found(value, f"meta {name}", 0.7)
    cut = _without_number(cut, lines).strip(_SIGNS)
    unnamed = len(fold(cut)) < _SHORTEST_LED or placed.names_column(cut, lines)
    if unnamed and (told := placed.told(lines)):
        return Found(told, "index of the document", 0.5)
    led = placed.find(lines, enough=placed.ENOUGH if unnamed else placed.UNNAMED)
    if led is not None and (unnamed or led.folded not in fold(cut)):  # the title may have another half
        return Found(led.text, "line above date and text", 0.4, led.element)
    if len(fold(cut)) >= _SHORTEST_KEPT:
        return Found(cut, "title element", 0.5)
    name, value = meta.first(tags, meta.TITLE)
    return Found(without_tails(value, tags, shared), f"meta {name}", 0.4) if value else None


def _without_number(title: str, lines: Sequence[Line]) -> str:
    """Return a title without the document's number in brackets behind it, unless the page displays both."""
    short = _NUMBER_BEHIND.sub("", title)
    if not short or short == title or any(line.folded == fold(title) for line in lines):
        return title
    return short


def document_title(page: Page) -> str:
    """Return the text of a page's ``<title>`` in one line, empty if it has none; looked for once a page."""
    found = page.cache.get("document title")
    if not isinstance(found, str):
        found = page.cache["document title"] = _document_title(page)
    return found


def _document_title(page: Page) -> str:
    for element in page.root.iter("title"):
        parent = element.getparent()
        text = re.sub(r"\s+", " ", element.text_content()).strip()
        if text and (parent is None or str(parent.tag) != "svg"):
            return text
    return ""


def _reference(title: str, origin: str, worth: float) -> _Reference:
    folded = fold(title)
    return _Reference(folded, _ELLIPSIS.sub("", folded), origin, worth)


def _references(tags: Mapping[str, str], document_title: str) -> list[_Reference]:
    found = [_reference(document_title, "title element", 4.0)] if document_title else []
    found += [
        _reference(tags[name], f"meta {name}", 5.0 if name == "articletitle" else 3.0)
        for name in meta.TITLE
        if tags.get(name)
    ]
    return found


def _headlines(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines that can be a headline; those of one heading or title element together."""
    groups: list[list[Line]] = []
    element: HtmlElement | None = None
    for line in lines:
        if element is line.element and groups[-1][-1].index == line.index - 1 and heads(line):
            groups[-1].append(line)
        else:
            groups.append([line])
            element = line.element
    return [group for group in groups if _SHORTEST <= _chars(group) <= _LONGEST]


def _chars(group: Sequence[Line]) -> int:
    return group[0].chars if len(group) == 1 else sum(line.chars for line in group)


def _may_score(group: Sequence[Line], said: str, openings: Sequence[str]) -> bool:
    """Return whether a group looks like a headline or agrees with a reference at all; most lines do not.

    ``said`` are the references, ``openings`` what a line holds that says more than one of them.
    """
    text = _folded(group)
    if text in said or "[" in group[0].text[:4]:
        return True
    for opening in openings:
        if opening in text:
            return True
    return heads(group[0])


def _leads_in(group: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Return whether date, source or people stand right below: so they do below headlines."""
    behind = group[-1].index + 1
    return any(byline.is_about(line.text) for line in lines[behind : behind + 2])


def _may_lead(
    group: Sequence[Line], score: float, references: Sequence[_Reference], lines: Sequence[Line]
) -> bool:
    """Return whether date and source below make a headline of a group: of a heading, or the end of a title.

    Some systems write a ``<title>`` from left to right: 站名 栏目 标题. The second half of a headline, below
    the body that issued the paper, is none.
    """
    if score >= _COULD_BE and heads(group[0]):
        return True
    folded = _folded(group)
    if len(folded) < _SHORTEST_LED or not any(reference.text.endswith(folded) for reference in references):
        return False
    if names.is_body(folded):
        return False
    above = lines[group[0].index - 1].folded if group[0].index else ""
    halved = above + folded if folded.startswith(_SECOND_HALF) else folded
    return any(
        reference.text.endswith(folded) and reference.text not in (folded, halved) for reference in references
    )


@cache
def _generic() -> frozenset[str]:
    return frozenset(phrases("title", "generic")) | frozenset(phrases("breadcrumb", "ends"))


def _text_of(group: Sequence[Line]) -> str:
    return group[0].text if len(group) == 1 else " ".join(line.text for line in group)


def _folded(group: Sequence[Line]) -> str:
    return group[0].folded if len(group) == 1 else fold(_text_of(group))


def _score(group: Sequence[Line], references: Sequence[_Reference]) -> float:
    first = group[0]
    text = _text_of(group)
    bare = headline.without_class(text)
    folded = _folded(group) if bare is text else fold(bare)
    score = _HEADING_WORTH.get(first.heading, 0.0) + named_worth(first)
    agreement = max([_agreement(folded, reference) for reference in references], default=0.0)
    if score + agreement < _COULD_BE:
        return 0.0
    penalty = _BAD_CHROME.get(first.chrome, 0.0)
    # Class names err, such as `pages` on the wrapper of everything; a breadcrumb does repeat the headline.
    agrees = agreement >= _ENOUGH and first.chrome != "crumb"
    score += agreement - (min(penalty, 1.0) if agrees else penalty)
    if sum(line.link_chars for line in group) > sum(line.chars for line in group) / 2:
        score -= 2.0
    if text.rstrip().endswith(("。", "：", ":", "；")):
        score -= 2.0
    return score - min(first.index, 400) * 0.002


def _is_named_first(front: str, folded: str) -> bool:
    """Return whether a title's front names the site, with a seam to the headline: 某电子报-标题."""
    if front[-1:] not in headline.SEAMS or len(folded) < _SHORTEST_LED:
        return False
    site = names.is_body(front[:-1]) or front[:-1].endswith(("电子版", "数字版"))
    return site and not names.is_body(folded)


def _agreement(folded: str, reference: _Reference) -> float:
    """Return how far a line agrees with what the page says its title is."""
    wanted = reference.text
    if folded == wanted:
        return reference.worth + 1.0
    if len(folded) < _SHORTEST_KEPT:  # too short to mean anything
        return 0.0
    cut = reference.cut
    share = 0.0
    if wanted.startswith(folded):
        seam = wanted[len(folded) : len(folded) + 1] in headline.SEAMS
        share = 1.0 if seam else len(folded) / len(wanted)
    elif len(cut) >= _CUT_AT and folded.startswith(cut[: max(_CUT_AT, len(cut) - 2)]):
        share = 0.8
    elif wanted.endswith(folded) and _is_named_first(wanted[: -len(folded)], folded):
        share = 1.0
    elif folded in wanted:
        share = 0.7 * len(folded) / len(wanted)
    elif len(wanted) >= _CUT_AT and wanted in folded:
        share = 0.7 * len(wanted) / len(folded)
    return reference.worth * share
