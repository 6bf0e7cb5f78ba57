"""What other portals do to a piece: the operations of the bench of stories, each on paragraphs of text."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import opencc
from story_slots import HERE, fill

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Operation = Callable[[list[str], random.Random], list[str]]

_SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[”’）]*|[^。！？；]+$")
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x7B) if chr(code).isalnum()})
_NARROW = str.maketrans("，：；！？（）", ",:;!?()")
_QUOTES = str.maketrans("“”‘’《》", "「」『』〈〉")
_NO_QUOTES = str.maketrans("", "", "“”‘’")


@cache
def frames() -> dict[str, Any]:
    """Return story_frames.toml."""
    return tomllib.loads((HERE / "story_frames.toml").read_text("utf-8"))


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph with their marks."""
    return _SENTENCE.findall(paragraph)


def _frame(name: str, draw: random.Random) -> str:
    return fill(draw.choice(frames()[name]), draw, {})


def dateline(text: list[str], draw: random.Random) -> list[str]:
    return [_frame("datelines", draw) + text[0], *text[1:]]


def headed(text: list[str], draw: random.Random) -> list[str]:
    heads = [_frame("heads", draw) for _ in range(draw.randint(1, 3))]
    tails = [_frame("tails", draw) for _ in range(draw.randint(1, 4))]
    return [*heads, *text, *tails]


def edited(text: list[str], draw: random.Random) -> list[str]:
    return (
        [*text[:-1], text[-1] + _frame("tails", draw)]
        if draw.random() < 0.3
        else [*text, _frame("tails", draw)]
    )


def spaced(text: list[str], draw: random.Random) -> list[str]:
    gap = draw.choice(("\u3000\u3000", "    ", "\xa0\xa0", "\u200b"))
    return [gap + paragraph.replace("。", "。 " if draw.random() < 0.5 else "。") for paragraph in text]


def punctuated(text: list[str], draw: random.Random) -> list[str]:
    change = draw.choice((_WIDE, _NARROW, _QUOTES, _NO_QUOTES))
    return [paragraph.translate(change) for paragraph in text]


def joined(text: list[str], draw: random.Random) -> list[str]:
    if draw.random() < 0.5:
        return ["".join(text)]
    return [sentence for paragraph in text for sentence in sentences(paragraph)]


def dropping(share: float) -> Operation:
    def drop(text: list[str], draw: random.Random) -> list[str]:
        flat = [(at, one) for at, paragraph in enumerate(text) for one in sentences(paragraph)]
        room = share * sum(len(one) for _, one in flat)
        gone: set[int] = set()
        for number in draw.sample(range(len(flat)), len(flat)):
            if len(flat[number][1]) <= room and len(gone) < len(flat) - 1:
                gone.add(number)
                room -= len(flat[number][1])
        kept: dict[int, str] = {}
        for number, (at, one) in enumerate(flat):
            if number not in gone:
                kept[at] = kept.get(at, "") + one
        return list(kept.values())

    return drop


def added(text: list[str], draw: random.Random) -> list[str]:
    new = list(text)
    new.insert(draw.randint(1, len(new)), _frame("added", draw))
    return new


def script(name: str) -> Operation:
    converter = opencc.OpenCC(name)
    return lambda text, _draw: [converter.convert(paragraph) for paragraph in text]


def glossed(text: list[str], draw: random.Random) -> list[str]:
    """Lose some characters: a decoder's replacement mark, a box or a question mark stands in their place."""
    mark = draw.choice(("\ufffd", "□", "?"))
    new = list(text)
    for _ in range(max(1, sum(map(len, text)) // 400)):
        at = draw.randrange(len(new))
        place = draw.randrange(len(new[at]))
        if new[at][place].isalpha() and not new[at][place].isascii():
            new[at] = new[at][:place] + mark + new[at][place + 1 :]
    return new


def reordered(text: list[str], draw: random.Random) -> list[str]:
    if len(text) < 3:
        return text
    at = draw.randint(1, len(text) - 2)
    return [*text[:at], text[at + 1], text[at], *text[at + 2 :]]


def headings(text: list[str], draw: random.Random) -> list[str]:
    new = list(text)
    for number, at in enumerate(sorted(draw.sample(range(len(text)), min(2, len(text))), reverse=True)):
        new.insert(
            at,
            fill(draw.choice(("{topic}见实效", "{manner}{verb}，{topic}有了新变化")), draw, {})
            if number
            else "图为活动现场",
        )
    return new


_HAN = "零一二三四五六七八九"


def _spoken(number: int) -> str:
    if number < 10:
        return _HAN[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    end = (
        "" if not rest else (("零" if rest < 10 else "") + ("一" if 10 <= rest < 20 else "") + _spoken(rest))
    )
    return _HAN[hundreds] + "百" + end


def numerals(text: list[str], _draw: random.Random) -> list[str]:
    """Write whole numbers below a thousand in Chinese, as some papers do; percentages too."""
    new = []
    for paragraph in text:
        spelled = re.sub(r"(?<![\d.．])(\d{1,2})%", lambda m: "百分之" + _spoken(int(m[1])), paragraph)
        new.append(
            re.sub(
                r"(?<![\d.A-Za-z/:：-])([1-9]\d{0,2})(?=[个名人户天年岁家件项次条座所村亩])",
                lambda m: _spoken(int(m[1])),
                spelled,
            )
        )
    return new


def relative(text: list[str], draw: random.Random) -> list[str]:
    """Exchange the first day of the month for a word relative to the day of the paper, or the reverse."""
    day = draw.choice(("昨日", "昨天", "日前", "近日", "今天", "前天"))
    return [re.sub(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日", day, text[0], count=1), *text[1:]]


def units(text: list[str], draw: random.Random) -> list[str]:  # noqa: ARG001  an Operation
    pairs = (
        ("km", "公里"),
        ("千米", "公里"),
        ("平方公里", "平方千米"),
        ("公斤", "千克"),
        ("㎡", "平方米"),
        ("我市", "本市"),
        ("我县", "本县"),
    )
    new = []
    for paragraph in text:
        for one, other in pairs:
            paragraph = paragraph.replace(one, other)  # noqa: PLW2901  the paragraph as it becomes
        new.append(paragraph)
    return new


def mistyped(text: list[str], draw: random.Random) -> list[str]:
    """Exchange one character for one that sounds the same, as typing does."""
    sounds = (
        "的地",
        "做作",
        "象像",
        "帐账",
        "到道",
        "在再",
        "以已",
        "是事",
        "即既",
        "他她",
        "座坐",
        "度渡",
        "成城",
        "型形",
        "记纪",
        "需须",
    )
    whole = "\n".join(text)
    found = [(m.start(), pair) for pair in sounds for m in re.finditer(f"[{pair}]", whole)]
    if found:
        at, pair = draw.choice(found)
        whole = whole[:at] + pair[1 - pair.index(whole[at])] + whole[at + 1 :]
    return whole.split("\n")


def halved(text: list[str], draw: random.Random) -> list[str]:  # noqa: ARG001  an Operation
    half = sum(map(len, text)) / 2
    kept: list[str] = []
    for paragraph in text:
        for one in sentences(paragraph):
            if sum(map(len, kept)) >= half:
                return kept
            kept.append(one)
    return kept


def several(*operations: Operation) -> Operation:
    def all_of_them(text: list[str], draw: random.Random) -> list[str]:
        for operation in operations:
            text = operation(text, draw)
        return text

    return all_of_them


OPERATIONS: dict[str, Operation] = {
    "space": spaced,
    "punct": punctuated,
    "header_footer": headed,
    "dateline": dateline,
    "editor": edited,
    "drop5": dropping(0.05),
    "drop10": dropping(0.1),
    "drop20": dropping(0.2),
    "added": added,
    "s2t": script("s2t"),
    "s2hk": script("s2hk"),
    "s2twp": script("s2twp"),
    "title": lambda text, draw: text,  # noqa: ARG005  called as the others are
    "joined": joined,
    "lost": glossed,
    "reordered": reordered,
    "headings": headings,
    "numerals": numerals,
    "relative": relative,
    "units": units,
    "mistyped": mistyped,
    "half": halved,
    "combo": several(dropping(0.1), dateline, headed, punctuated),
    "combo20": several(dropping(0.2), added, headed),
    "combo_t": several(dropping(0.1), dateline, headed, script("s2t")),
    "combo_tw": several(dropping(0.05), edited, joined, script("s2twp")),
}
