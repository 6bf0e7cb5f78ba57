"""The form of a text that matching, searching and comparing use."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

from crawler.text import script

_BLANKS = "\t\v\f \x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff“”‘’—…·％"
_BLANK_BESIDE_CJK = re.compile(f" (?:(?=[{_CJK}])|(?<=[{_CJK}] ))")
_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_SENTENCE = re.compile("[^。!?]+[。!?]*[”’]*|[。!?]+[”’]*")
_REMOVED = re.compile(f"[{_INVISIBLE}]")
# Compatibility ideographs and radicals that stand for characters, as some PDF files have them.
_COMPATIBLE = re.compile("[\u2e80-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]")
_QUOTES = str.maketrans("「」『』﹁﹂﹃﹄〝〞〟｢｣｡､", "“”‘’“”‘’“””“”。、")
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Radicals that stand for characters where a text comes from a PDF file, and that Unicode does not fold.
_RADICALS = str.maketrans(
    "⼾⺁⺎⺒⺓⺜⺝⺠⺧⺩⺫⺬⺶⺽⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰",
    "户厂兀巳幺日月民牛王目示羊臼虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙",
)
_ROUNDS = 4
_FOLDED = str.maketrans({**_WIDTH, **_QUOTES, **_RADICALS})


@cache
def _leftovers(when: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """Read the entries for one moment of the conversion: what finds them, and what each becomes."""
    lines = files("crawler.text").joinpath("data/leftovers.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    table = {row[1]: row[2] for row in rows if row[0] == when}
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), table


def _exchange(when: str, text: str) -> str:
    found, table = _leftovers(when)
    return found.sub(lambda match: table[match[0]], text)


def fold_width(text: str) -> str:
    """Fold what looks different and means the same, script apart.

    Full-width ASCII becomes half-width, Chinese punctuation included (，：；？！（）), since that needs no
    context; 。、《》 have no half-width form and stay, and so does ￥, which GBK has in this width only.
    「」『』 become “”‘’. Blanks beside a Chinese character go (so do those between the clauses of a
    headline), others become one space; a line is a paragraph, empty lines and what has no shape go.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _REMOVED.sub("", text)
    text = text.translate(_FOLDED)
    if _COMPATIBLE.search(text):
        text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _BLANK_RUN.sub(" ", text)
    text = _BLANK_BESIDE_CJK.sub("", text)
    return "\n".join(line for part in text.split("\n") if (line := part.strip()))


def simplified(text: str) -> str:
    """Convert what is Traditional in a text to Simplified Chinese.

    A line decides for itself where it has characters of one script only, else the whole text does. Where a
    line has both, its sentences do, by the different characters in them: a table may lack one. One in which
    both stand side by side, as where they are compared, leaves the line as it is.
    """
    if not script.has_traditional(text):
        return _exchange("always", text)
    counts = [(line, _count(line)) for line in text.split("\n")]
    page = script.ScriptCount(
        sum(each.traditional for _, each in counts), sum(each.simplified for _, each in counts)
    )
    lines = (
        _to_simplified(line)
        if _is_traditional(found, page)
        else _mixed(line)
        if found.traditional
        else _exchange("always", line)
        for line, found in counts
    )
    return "\n".join(lines)


def _count(text: str) -> script.ScriptCount:
    """Count without the characters that any text has exchanged: what is left is to read the same again."""
    return script.count(text.translate(_exchanged_anyway()))


@cache
def _exchanged_anyway() -> dict[int, None]:
    table = _leftovers("always")[1]
    return {ord(char): None for both in table.items() for char in set(both[0]) ^ set(both[1])}


def _is_traditional(line: script.ScriptCount, page: script.ScriptCount) -> bool:
    """Say whether a line is: on a Traditional page one with some Simplified characters may be."""
    return line.mostly_traditional or (
        page.mostly_traditional and (line.traditional > line.simplified or not any(line))
    )


def _mixed(line: str) -> str:
    parts = [(part, _count("".join(set(part)))) for part in _SENTENCE.findall(line)]
    if any(found.mixed for _, found in parts):
        return _exchange("always", line)
    return "".join(
        _to_simplified(part) if found.mostly_traditional else _exchange("always", part)
        for part, found in parts
    )


def _to_simplified(line: str) -> str:
    converted = script.traditional_to_simplified(_exchange("before", line))
    return _exchange("always", _exchange("after", script.fold_traditional(converted)))


def simplified_forms(text: str) -> tuple[str, ...]:
    """Return the canonical forms of a few words whose script nobody knows, one or two.

    乾旱 has no character that is Traditional only, and yet is 干旱 in a text that is; 乾隆 is 乾隆 in both.
    """
    folded = fold_width(text)
    if script.fold_characters(folded) == folded:
        return (_exchange("always", folded),)
    read = "\n".join(map(_to_simplified, folded.split("\n")))
    return tuple(dict.fromkeys((simplified(folded), read)))


def canonical(text: str) -> str:
    """Return the canonical form of a text: Simplified, folded (see ``fold_width``), a paragraph a line.

    For matching, searching and fingerprints; show the text itself to people. Never raises, and
    ``canonical(canonical(text)) == canonical(text)``. Lines are converted where they are mostly Traditional.
    """
    made = simplified(fold_width(text))
    # What was left among both scripts may stand beside other words now.
    for _ in range(_ROUNDS):
        if not script.has_traditional(made) or (again := simplified(made)) == made:
            break
        made = again
    return made
