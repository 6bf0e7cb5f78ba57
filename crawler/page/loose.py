"""The words of a line that no label announces: what stands beside a date, and the clean form of a source."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.page import names
from crawler.page.labels import fold, is_label, is_tool, opens_name, without_labelled

DATE = re.compile(
    r"(?=[\d(JFMASOND星礼周週])(?:"  # what none begins with is passed over at once
    r"(?:\d{1,2} )?\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? "
    r"(?:\d{1,2}(?:st|nd|rd|th)?,? ?)?(?:19|20)\d\d|"
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|(?<![\d.])\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?![\d.])"
    r"|\(?(?<![本上下这這每])(?:星期|礼拜|(?:(?<=日)|(?<![\u4e00-\u9fff]))[周週])[一二三四五六日天](?![\u4e00-\u9fff])\)?|\d{1,2}\s?[:时]\s?\d{2}(?:\s?[:分]\s?\d{2}秒?)?分?|\d{1,2}月\d{1,2}日|\d+\s?(?:年|个?月|天|小时|分钟)前)"
)
_ASIDE = re.compile(
    r"(?:发[表布]|编辑)于.{0,8}|IP属地.{0,8}|原创|首发|关注|订阅|[\d.,]+[万千亿wWkK]?\+?(?:次|人|个|条)?(?:粉丝|阅读|播放|评论|浏览|观看|围观|点赞|赞|回复|收藏|看过|已读|参与)?"
)
_DATE_OR_PAGE = re.compile(rf"{DATE.pattern}|第\s?[A-Z]?\d{{1,3}}\s?版")
_NAMED = re.compile(r"^《([^《》]+)》[（(]?$")
_SEPARATORS = re.compile(r"[\s|·/／｜]+")
_BLANKS_AND_BARS = re.compile(r"[\s|/／｜]+")
_ADDRESS = re.compile(r"\s?[(\[]?(?:https?://|www\.)[^\s)\]]+[)\]]?", re.IGNORECASE)
_CREDIT_BEHIND = re.compile(
    r"(?<=[报网社台端号])(?:全媒体|融媒体|首席|见习|特约)?记者\s.*$|(?:\s*\(|\s+)(?:本报|本网)?(?:记者|通讯员|作者|编辑|责任编辑|责编|摄影)[\s:/].*$|\s+(?:发布)?(?:时间|日期)$"
)
_PARTS = re.compile(r"\s+|(?<=[\u4e00-\u9fff]{4})/(?=[\u4e00-\u9fff]{2,4}$)")
_TOOLS_BEHIND = re.compile(
    r"(?:\s+(?:微博|微信|收藏|关注|订阅|(?:查看|网友|我要)?评论|打印|分享|[\u4e00-\u9fff]{0,4}(?:论坛|博客|社区|贴吧)))+$"
)
_COUNT_BEHIND = re.compile(r"(?<=[\u4e00-\u9fff])\s+\d{1,6}$")
_ORIGINAL = re.compile(r"^(?:原创[\s:]+|(?:转载?|摘|来)自[\s:]*)")
_REMEMBERED_CHARS = 400  # several finders ask about the same few lines
# 单位：万元 stands above a table; no source has such a name.
_MEASURE = re.compile(
    r"[%‰℃㎡]|^(?:[万亿千百]?(?:元|吨|人|户|人次|公里|平方米|立方米|公顷|亩|千瓦时?|美元|个|件|辆|台|只|头|册|套)[、/()]?)+$"
)
_HAN = re.compile(r"[\u4e00-\u9fff]{3,8}")
_EDITIONS = ("版", "刊", "报", "報")  # 某日报 海外版
_WECHAT = re.compile(r"微信公众(?:号|平台)\s?[“\"「:]?\s?[\u4e00-\u9fff]{2}")


def clean_source(value: str) -> str:
    """Return a source without its address, place, brackets and loose punctuation, '' for 未知 and tools."""
    value = _ADDRESS.sub("", value).strip(" \t\xa0\u3000,，、:：;；|｜/-—_>·").rstrip(" [【(（")
    bodies = names.data()["bodies"]
    places = "|".join(bodies["places"])
    folded = fold(value)
    if match := re.search(rf"(?:\s+(?:{places})|\((?:{places})\))$", folded):
        value, folded = value[: match.start()], folded[: match.start()]
    for behind in (_CREDIT_BEHIND, _COUNT_BEHIND, _TOOLS_BEHIND):
        if match := behind.search(folded):
            value, folded = value[: match.start()], folded[: match.start()]
    if (first := _body_first(value)) and first != value:
        value, folded = first, fold(first)
    if match := _ORIGINAL.match(folded):
        value, folded = value[match.end() :], folded[match.end() :]
    if folded[:1] in ("[", "(") and folded[-1:] in ("]", ")"):
        value, folded = value[1:-1].strip(), folded[1:-1].strip()
    for person in reversed(behind_source(value)):
        value = value[: value.rindex(person)].rstrip(" \u3000/")
    if value[-1:] in "）)" and not {"（", "("} & set(value):
        value = value[:-1]
    folded = fold(value)
    if (
        folded.lower() in bodies["nowhere"]
        or (is_tool(folded) and not _is_named(value))
        or is_label(folded)
        or _MEASURE.search(folded)
        or not re.search(r"[^\W\d_]", value)
    ):
        return ""
    return value.strip()


def _body_first(value: str) -> str:
    """Return the body that words of another kind follow, links of the page: 某网 股吧热帖; '' for others."""
    first, *others = value.split() or [""]
    if not names.is_body(first) or not others:
        return ""
    linked = all(
        _HAN.fullmatch(word) and not names.is_body(word) and not names.is_person(word) for word in others
    )
    return first if linked and not others[-1].endswith(_EDITIONS) else ""


def _is_named(value: str) -> bool:
    """Return whether what starts like a tool is a name: 说明书网, 微信公众号“某处”."""
    return (opens_name(value) and names.is_body(value)) or _WECHAT.match(fold(value)) is not None


def behind_source(value: str) -> list[str]:
    """Return the writers who stand behind a body in a source's value: 某日报 甲 乙 → 甲, 乙."""
    words = [word for word in _PARTS.split(value) if word]
    people: list[str] = []
    if len(words) == 1 and (person := names.behind_office(words[0])) != words[0]:
        return [person]
    while len(words) > 1 and names.is_person(words[-1]) and not names.is_body(words[-1]):
        people.insert(0, words.pop())
    return people if people and names.is_body(" ".join(words)) else []


def loose_words(line: str) -> list[str]:
    """Return the words of a dated line besides its dates, labelled values and tools; [] without a date."""
    return list(_words(line) if len(line) <= _REMEMBERED_CHARS else _loose_words(line))


def _loose_words(line: str) -> list[str]:
    if not DATE.search(fold(line)):
        return []
    parts = [part for part in _apart(dateless(line)) if not _ASIDE.fullmatch(fold(part))]
    words = [clean_source(_NAMED.sub(r"\1", word)) for word in names.join_single(parts)]
    return [word for word in words if word and fold(word) not in names.data()["bodies"]["ours"]]


def _apart(text: str) -> list[str]:
    """Return the words of a text; two bodies that a dot joins are one name: 某证券报·某证网."""
    words: list[str] = []
    for word in _BLANKS_AND_BARS.split(text):
        joined = word.split("·")
        whole = len(joined) > 1 and all(map(names.is_body, joined))
        words += [word] if whole else _SEPARATORS.split(word)
    return words


def dateless(text: str) -> str:
    """Return what is left of a line without dates, addresses and labelled values."""
    return _remembered(text) if len(text) <= _REMEMBERED_CHARS else _dateless(text)


def _dateless(text: str) -> str:
    rest = without_labelled(_ADDRESS.sub(" ", text))
    folded = fold(rest)
    pieces, last = [], 0
    for match in _DATE_OR_PAGE.finditer(folded):
        pieces.append(rest[last : match.start()])
        last = match.end()
    return "  ".join([*pieces, rest[last:]])


_remembered = lru_cache(maxsize=1024)(_dateless)
_words = lru_cache(maxsize=256)(_loose_words)
