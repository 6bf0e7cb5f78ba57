"""The source of an article (来源) from the displayed lines about it, restored or not.

Values are returned as displayed, in the page's own script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page import names
from crawler.page.labels import fold, is_tool, labelled, values, without_labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DATE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|(?<![\d.])\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?![\d.])"
    r"|\(?(?:星期|周|週|礼拜)[一二三四五六日天]\)?|\d{1,2}\s?[:时]\s?\d{2}(?:\s?[:分]\s?\d{2}秒?)?分?|\d{1,2}月\d{1,2}日|\d+\s?(?:年|个?月|天|小时|分钟)前"
)
_SEPARATORS = re.compile(r"[\s|·/]+")
_TAIL = re.compile(
    r"[(\[]\s?(?:(?:图文|文章|稿件|信息|消息|内容)?来源|转?(?:摘|载)自|据)\s?[:]?\s?[^()\[\]]{2,40}[)\]]\s*$"
)
_ADDRESS = re.compile(r"\s?[(\[]?(?:https?://|www\.)[^\s)\]]+[)\]]?", re.IGNORECASE)
_CREDIT_BEHIND = re.compile(
    r"(?<=[报网社台端号])(?:全媒体|融媒体|首席|见习|特约)?记者\s.*$|(?:\s*\(|\s+)(?:本报|本网)?(?:记者|通讯员|作者|编辑|责任编辑|责编|摄影)[\s:/].*$|\s+(?:发布)?(?:时间|日期)$"
)
_ORIGINAL = re.compile(r"^原创[\s:]+")
_LATIN_BRAND = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9]{3,19}")
_HAN_ACCOUNT = re.compile(r"[\u3400-\u9fffA-Za-z]*[\u3400-\u9fff]{2}[\u3400-\u9fffA-Za-z]*")
_LONGEST = 40
_LONGEST_LOOSE = 24
_SHORTEST_ACCOUNT = 3


def parse_source(
    lines: Sequence[str], *, site: str = "", last: Sequence[str] = (), sections: Sequence[str] = ()
) -> str | None:
    """Return the source that ``lines`` (about the article) or ``last`` (the end of its text) name, or None.

    In this order: a labelled value; a body without a label beside the date; a bracketed or labelled one at
    the end; the account beside the date; a body on the line next to it; the paper of the reporters at the
    end. 本网 and its kin become ``site`` if it is known. ``sections`` are names of columns, never a source.
    """
    columns = {fold(section) for section in sections}
    found = (
        _labelled(lines)
        or _cited(lines)
        or _beside_date(lines, columns)
        or _definite(_bracketed(last))
        or _definite(_labelled([line for line in last if len(line) <= _LONGEST]))
        or _account(lines, columns)
        or _next_to_date(lines, columns)
        or paper_of_reporters(last)
        or _supplier(lines)
        or paper_of_reporters(lines)
    )
    return resolve(found, site) if found else None


def _definite(source: str) -> str:
    return "" if fold(source) in names.data()["bodies"]["vague"] else source


def resolve(source: str, site: str) -> str:
    """Return the site's name for 本网, 本站 and their kin when it is known, any other source as it is."""
    return site if site and fold(source) in names.data()["bodies"]["ours"] else source


def clean_source(value: str) -> str:
    """Return a source without its address, place, brackets and loose punctuation, '' for 未知 and tools."""
    value = _ADDRESS.sub("", value).strip(" \t\xa0\u3000,，、:：;；|｜/-—_>·").rstrip(" [【(（")
    bodies = names.data()["bodies"]
    places = "|".join(bodies["places"])
    folded = fold(value)
    if match := re.search(rf"(?:\s+(?:{places})|\((?:{places})\))$", folded):
        value, folded = value[: match.start()], folded[: match.start()]
    if match := _CREDIT_BEHIND.search(folded):
        value, folded = value[: match.start()], folded[: match.start()]
    if match := _ORIGINAL.match(folded):
        value, folded = value[match.end() :], folded[match.end() :]
    if folded[:1] in ("[", "(") and folded[-1:] in ("]", ")"):
        value, folded = value[1:-1].strip(), folded[1:-1].strip()
    for person in reversed(behind_source(value)):
        value = value[: value.rindex(person)].rstrip()
    folded = fold(value)
    if folded.lower() in bodies["nowhere"] or is_tool(folded) or not re.search(r"[^\W\d_]", value):
        return ""
    return value.strip()


def behind_source(value: str) -> list[str]:
    """Return the writers who stand behind a body in a source's value: 某日报 甲 乙 → 甲, 乙."""
    words = value.split()
    people: list[str] = []
    while len(words) > 1 and names.is_person(words[-1]) and not names.is_body(words[-1]):
        people.insert(0, words.pop())
    return people if people and names.is_body(" ".join(words)) else []


def is_source_line(text: str) -> bool:
    """Return whether a line is nothing but a bracketed source: （来源：某县人民政府）."""
    match = _TAIL.search(fold(text))
    return match is not None and match.start() == len(text) - len(text.lstrip())


def _labelled(lines: Sequence[str]) -> str:
    """Return the first labelled source: 来源 and its kin before the body that published it (发布机构)."""
    told = list(_told(lines))
    publishers = names.data()["bodies"]["publisher_labels"]
    named = next((value for label, value in told if label not in publishers), "")
    return named or next((value for _, value in told), "")


def _supplier(lines: Sequence[str]) -> str:
    """Return the body that supplied the text, as its label names it: 供稿：某局 甲."""
    supplied = [item.value.split() for line in lines for item in labelled(line) if item.label == "供稿"]
    return next((words[0] for words in supplied if words and names.is_body(words[0])), "")


def _cited(lines: Sequence[str]) -> str:
    """Return the body that the labelled date's line cites: 日期：… 資料來源：某處."""
    dated = (line for line in lines if any(item.kind == "published" for item in labelled(line)))
    return next(filter(None, (clean_source(value) for line in dated for value in values(line, "cited"))), "")


def _told(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines):
        found = labelled(line)
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
        match = _TAIL.search(fold(line))
        if match is None:
            continue
        inside = line[match.start() + 1 : match.end()].rstrip()[:-1]
        for value in values(inside, "source"):
            if cleaned := clean_source(value):
                return cleaned
    return ""


def loose_words(line: str) -> list[str]:
    """Return the words of a dated line besides its dates, labelled values and tools; [] without a date."""
    if not DATE.search(fold(line)):
        return []
    words = [clean_source(word) for word in _SEPARATORS.split(dateless(line))]
    return [word for word in words if word and fold(word) not in names.data()["bodies"]["ours"]]


def dateless(text: str) -> str:
    """Return what is left of a line without dates, addresses and labelled values."""
    rest = without_labelled(_ADDRESS.sub(" ", text))
    folded = fold(rest)
    pieces, last = [], 0
    for match in DATE.finditer(folded):
        pieces.append(rest[last : match.start()])
        last = match.end()
    return "  ".join([*pieces, rest[last:]])


def _is_loose_body(word: str, columns: set[str]) -> bool:
    return 2 <= len(word) <= _LONGEST_LOOSE and fold(word) not in columns and names.is_body(word)


def _beside_date(lines: Sequence[str], columns: set[str]) -> str:
    """Return a body's name on the line of the date: 2024-06-04 某网-某日报."""
    return next((word for line in lines for word in loose_words(line) if _is_loose_body(word, columns)), "")


def _account(lines: Sequence[str], columns: set[str]) -> str:
    """Return the account that stands alone beside a date: platforms name what they republish so."""
    for line in lines:
        words = loose_words(line)
        if len(words) != 1 or fold(words[0]) in columns or names.is_person(words[0]):
            continue
        word = words[0]
        nothing = fold(word).lower() in {
            *names.data()["bodies"]["columns"],
            *names.data()["people"]["nobody"],
        }
        if nothing or fold(word).endswith(("新闻", "信息", "要闻", "动态")):
            continue
        if _LATIN_BRAND.fullmatch(word) or (
            _SHORTEST_ACCOUNT <= len(word) <= _LONGEST_LOOSE and _HAN_ACCOUNT.fullmatch(word)
        ):
            return word
    return ""


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


def paper_of_reporters(lines: Sequence[str]) -> str:
    """Return the paper whose reporters are named last: （某日报全媒体记者 甲）."""
    for line in reversed(lines):
        for credit in names.credits_in(line):
            if credit.body:
                return credit.body
    return ""
