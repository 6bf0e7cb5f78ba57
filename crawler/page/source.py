"""The source of an article (来源) from the displayed lines about it, restored or not.

Values are returned as displayed, in the page's own script.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.page import crediting, names
from crawler.page.found import Found
from crawler.page.labels import as_label, fold, is_label, is_tool, labelled, values
from crawler.page.loose import DATE, clean_source, loose_words

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

_TAIL = re.compile(
    r"[(\[]\s?(?:(?:图文|文章|稿件|信息|消息|内容)?来源|稿源|转?(?:摘|载)自|转自|原载于?|据)\s?[:]?\s?[^()\[\]]{2,40}[)\]]\s*$"
)
_DATED_TAIL = re.compile(
    r"[(\[](?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}\s+([^\s()\[\]@]{2,20})(?:\s?@[^()\[\]]*)?[)\]]\s*$"
)  # 【2010/03/05 某報】
_FIRST_IN = re.compile(r"\s?(?:转?(?:摘|载)自|转自|原载于?|首发于)\s?《?([^》\d(:]{2,24})")
_LATIN_BRAND = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9]{3,19}")
_HAN_ACCOUNT = re.compile(r"[\u3400-\u9fffA-Za-z]*[\u3400-\u9fff]{2}[\u3400-\u9fffA-Za-z]*")
_DEPARTMENTS = ("科", "股", "室", "处", "队", "所", "系", "支部", "党委", "团委", "工会", "学校", "幼儿园")
_EDITION = re.compile(r"(?:多媒体)?(?:数字|電子|电子)(?:报刊?|報|版)$")
_NO_COLUMN = ("报", "网", "社", "局", "厅", "署", "委员会", "政府")  # a site's own name opens its breadcrumb
_LONGEST = 40
_SUREST = 0.95  # of what a label tells; elsewhere the name of an edition stands for its paper
_LONGEST_LOOSE = 24
_SHORTEST_ACCOUNT = 3
_LONGEST_ACCOUNT = 12
_ISSUE = re.compile(r"第?\s?[A-Z]?\d{1,3}\s?版")
_TITLE_SEAM = re.compile(r"[-_|—–·\s]+")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def find(
    lines: Sequence[str],
    *,
    site: str = "",
    last: Sequence[str] = (),
    sections: Sequence[str] = (),
    hint: str = "",
) -> Found[str] | None:
    """Return the source that ``lines`` (about the article) or ``last`` (the end of its text) name, or None.

    In this order: a labelled value; ``hint``, what a class name calls the source; a body without a label
    beside the date; a bracketed or labelled one at the end; the account beside the date; a body on the line
    next to it; the paper of the reporters at the end; the account above the date. 本网 and its kin become
    ``site`` if it is known. ``sections`` are names of columns, never a source.
    """
    columns = {fold(section) for section in sections}
    ways: tuple[tuple[Callable[[], str], str, float], ...] = (
        (lambda: _labelled(lines), "displayed, labelled", _SUREST),
        (lambda: _cited(lines), "cited beside the date", 0.8),
        (lambda: _hinted(hint, columns), "displayed, by its class name", 0.85),
        (lambda: _beside_date(lines, columns), "displayed beside the date", 0.85),
        (lambda: definite(_bracketed(last)), "in brackets at the end", 0.85),
        (lambda: definite(_labelled(_short(last), publishers=False)), "labelled at the end", 0.8),
        (lambda: _account(lines, columns), "account beside the date", 0.6),
        (lambda: _next_to_date(lines, columns), "displayed next to the date", 0.7),
        (lambda: paper_of_reporters(last), "the reporters' paper, at the end", 0.6),
        (lambda: _supplier([*lines, *last]), "who supplied the text", 0.6),
        (lambda: paper_of_reporters(lines), "the reporters' paper", 0.6),
        (lambda: _writers_office(lines), "the writer's office", 0.5),
        (lambda: _account_above(lines, columns), "account above the date", 0.4),
    )
    for way, origin, sure in ways:
        if value := way():
            return Found(resolve(value if sure == _SUREST else _paper(value), site), origin, sure)
    return None


def _paper(edition: str) -> str:
    """Return the paper of an edition: 某日报数字报. One that is none without it is its own: 某时电子报."""
    paper = _EDITION.sub("", edition)
    return paper if names.is_body(paper) else edition


def _short(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if len(line) <= _LONGEST]


def _hinted(hint: str, columns: set[str]) -> str:
    value = clean_source(hint)
    return value if value and fold(value) not in columns and not names.is_person(value) else ""


def definite(source: str) -> str:
    """Return a source, '' for one that only says where pictures come from: 网络."""
    return "" if fold(source) in names.data()["bodies"]["vague"] else source


def resolve(source: str, site: str) -> str:
    """Return the site's name for 本网, 本站 and their kin when it is known, any other source as it is."""
    return site if site and fold(source) in names.data()["bodies"]["ours"] else source


def is_source_line(text: str) -> bool:
    """Return whether a line is nothing but a bracketed source: （来源：某县人民政府）."""
    match = _TAIL.search(fold(text))
    return match is not None and match.start() == len(text) - len(text.lstrip())


def _labelled(lines: Sequence[str], *, publishers: bool = True) -> str:
    """Return the first labelled source: 来源 and its kin before the body that published it (发布机构).

    Below a text 部门 and its kin may mean anything: without ``publishers`` they do not count.
    """
    told = list(_told(lines))
    lesser = names.data()["bodies"]["publisher_labels"]
    named = next((value for label, value in told if label not in lesser), "")
    return named or (next((value for _, value in told), "") if publishers else "")


def _supplier(lines: Sequence[str]) -> str:
    """Return the body that supplied the text, as its label names it: 供稿：某局 甲."""
    supplied = [item.value.split() for line in lines for item in labelled(line) if item.label == "供稿"]
    return next((words[0] for words in supplied if words and _is_office(words[0])), "")


def _writers_office(lines: Sequence[str]) -> str:
    """Return the office in front of a writer's name, or that which entered the page: 作者：某科 甲."""
    for line in lines:
        for item in labelled(line):
            words = item.value.split()
            office = bool(words) and _is_office(words[0])
            behind = len(words) > 1 and names.is_person(words[1])
            if office and (behind or len(words) == 1) and item.kind in ("author", "uploader"):
                return words[0]
    return ""


def _is_office(word: str) -> bool:
    named = names.is_body(word) or (fold(word).endswith(_DEPARTMENTS) and len(word) <= _LONGEST_ACCOUNT)
    return named and not names.is_person(word) and fold(word) not in names.data()["bodies"]["ours"]


def _cited(lines: Sequence[str]) -> str:
    """Return the body that is cited on the labelled date's line, or on the next: 日期：… 資料來源：某處."""
    told = [line for line in lines if any(item.kind == "published" for item in labelled(line))]
    beside = [below for line, below in pairwise(lines) if line in told and len(below) <= _LONGEST_LOOSE]
    dated = [*told, *beside]
    return next(filter(None, (clean_source(value) for line in dated for value in values(line, "cited"))), "")


def _told(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines):
        found = labelled(as_label(line))
        for item in found:
            if item.kind != "source":
                continue
            if value := clean_source(item.value):
                yield item.label, value
                continue
            following = lines[number + 1].strip() if number + 1 < len(lines) else ""
            ends_line = item is found[-1] and not line[item.end :].strip()
            if ends_line and len(following) <= _LONGEST_LOOSE and not labelled(following):
                value = "" if DATE.search(fold(following)) else clean_source(following)
                if value and names.is_body(value):
                    yield item.label, value


def _bracketed(lines: Sequence[str]) -> str:
    for line in reversed(lines):
        if (dated := _DATED_TAIL.search(fold(line))) and names.is_body(line[dated.start(1) : dated.end(1)]):
            return line[dated.start(1) : dated.end(1)]
        match = _TAIL.search(fold(line))
        if match is None:
            continue
        inside = line[match.start() + 1 : match.end()].rstrip()[:-1]
        told = values(inside, "source")
        if not told and (match := _FIRST_IN.match(fold(inside))):
            told = [inside[match.start(1) : match.end(1)]]
        for value in told:
            if cleaned := clean_source(value):
                return cleaned
    return ""


def _is_loose_body(word: str, columns: set[str]) -> bool:
    if not (2 <= len(word) <= _LONGEST_LOOSE and names.is_body(word)):
        return False
    return fold(word) not in columns or fold(word).endswith(_NO_COLUMN)


def _beside_date(lines: Sequence[str], columns: set[str]) -> str:
    """Return a body's name on the line of the date: 2024-06-04 某网-某日报."""
    return next((word for line in lines for word in loose_words(line) if _is_loose_body(word, columns)), "")


def _account(lines: Sequence[str], columns: set[str]) -> str:
    """Return the account that stands alone beside a date: platforms name what they republish so."""
    for line in lines:
        words = loose_words(line)
        accounts = [word for word in words if not names.is_person(word)]
        if len(accounts) == 1 and len(words) - len(accounts) <= 1 and is_account(accounts[0], columns):
            return accounts[0]
    return ""


def _account_above(lines: Sequence[str], columns: set[str]) -> str:
    """Return the account that has the line above a date with its time of day for itself."""
    for line, below in pairwise(lines):
        account = line.strip()
        dated = _CLOCK.search(fold(below)) and DATE.match(fold(below).strip()) and not labelled(below)
        if dated and len(account) <= _LONGEST_ACCOUNT and is_account(account, columns):
            return account
    return ""


def is_account(word: str, columns: Container[str] = ()) -> bool:
    """Return whether a word may be an account's name: no column, tool, person, and neither short nor long."""
    folded = fold(word)
    if folded in columns or names.is_person(word) or is_tool(word) or is_label(word):
        return False
    if folded.lower() in {*names.data()["bodies"]["columns"], *names.data()["people"]["nobody"]}:
        return False
    if folded.endswith(
        ("新闻", "信息", "要闻", "动态", "日期", "时间", "阅读", "浏览", "粉丝", "文章")
    ) or folded.startswith(("农历", "正月", "腊月")):
        return False
    return _LATIN_BRAND.fullmatch(word) is not None or (
        _SHORTEST_ACCOUNT <= len(word) <= _LONGEST_LOOSE and _HAN_ACCOUNT.fullmatch(word) is not None
    )


def _next_to_date(lines: Sequence[str], columns: set[str]) -> str:
    """Return a body's name that has the line beside the date for itself, or shares it with a name."""
    for line in _neighbours(lines):
        if len(line) > _LONGEST_LOOSE or labelled(line) or DATE.search(fold(line)):
            continue
        words = [word for part in re.split(r"\s*[/|]\s*", line.strip()) if (word := clean_source(part))]
        bodies = [word for word in words if _is_loose_body(word, columns)]
        if len(bodies) == 1 and len(words) - len(bodies) <= 1:
            return bodies[0]
    return ""


def _neighbours(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if DATE.search(fold(line)):
            yield from lines[max(0, number - 1) : number]
            yield from lines[number + 1 : number + 2]


def paper_of_issue(lines: Sequence[str], title: str) -> str:
    """Return the newspaper that a document's ``title`` names, where ``lines`` show its issue: 第A02版."""
    if not any(_ISSUE.search(fold(line)) for line in lines):
        return ""
    parts = (_EDITION.sub("", part.strip()) for part in _TITLE_SEAM.split(title))
    return next((part for part in parts if part.endswith(("报", "報")) and names.is_body(part)), "")


def paper_of_reporters(lines: Sequence[str]) -> str:
    """Return the paper whose reporters are named last: （某日报全媒体记者 甲）."""
    for line in reversed(lines):
        for credit in crediting.credits_in(line):
            if credit.body:
                return credit.body
    return ""
