"""What shows in a text that something of it is lost for good: told, never filled."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from crawler.text import misread, model, topic

# U+FFFD in UTF-8, read as latin-1, and what a font shows for what it lacks.
SHOWN_REPLACED = ("ï¿½", "▯")
_WORDS = {
    "kunjinkao": ("锟", re.compile("锟斤拷|锟截|斤拷锟")),
    # Whoever burns their tongue calls it out a few times, in quotation marks.
    "tangtang": ("烫烫烫", re.compile("(?<![烫“「『‘（(])烫{3,}|烫{8,}")),
    "tuntun": ("屯屯屯", re.compile("屯屯屯")),
}
_WORD = re.compile("(?:[锟斤拷截]{2,}|烫+|屯+)")
# Some databases write what they cannot write as a question mark, others as one turned upside down.
_QUESTIONS = re.compile(r"(?<![A-Za-z!?])\?{2,}|\?{6,}|¿{2,}")
# So many in all, and in one run, are lost characters.
_LOST_QUESTIONS, _LOST_RUN = 4, 3
# Somebody who asks writes so many at most.
_ASKED = 4
# One in front of a clause asks nothing.
_NO_QUESTION = re.compile("(?:(?<=[，。、；：（“《])|^)\\?(?=[\u4e00-\u9fff])", re.MULTILINE)
_FEW = 2
# Nor do two in front of a line.
_LEADING = re.compile("^[ \u3000]?\\?[ \u3000]?\\?{1,2}(?=[\u4e00-\u9fff])", re.MULTILINE)
# Nor does one at a line's end behind a private-use character: a title was cut within one.
_BEHIND_PRIVATE = re.compile("[\ue000-\uf8ff]\\?$", re.MULTILINE)
# Nor do two in front of a figure or behind a comma.
_DOUBLE = re.compile(
    "(?<=[，、；：])\\?\\?(?=[0-9\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\\?\\?(?=[0-9])"
    "|(?<=[\u4e00-\u9fff])\\?{2,3}(?=[，、；;])"
)
# In a game of chess that is a bad move, as !? is an interesting one.
_OF_CHESS = ("!?", "?!")
# Nor does one in a stretch of which so many characters, and one in three, are rare.
_PARTS = re.compile("[\n，。、；：!-/:->@-~]")
_RARE, _RARE_SHARE = 4, 3
# Nor does one within a sentence or a date, unless the clause ahead has a word that asks …
_WITHIN = re.compile(
    "(?<=[\u4e00-\u9fff])\\?(?=[\u4e00-\u9fff，、；])|(?<=[0-9])\\?(?=[0-9])|(?<=[0-9]年)\\?(?=[月日])"
)
_ASKING = re.compile(
    "[吗嗎呢吧么麼何谁誰哪几幾什怎否多少啥岂豈吧？]|是不是|难道|難道|有没有|有沒有|(.)不\\1|[没沒]\\Z"
)
_CLAUSE_END = re.compile("[，。！；：“”「」\n?]")
_CLAUSE = 24
# … where a mark follows, or where none is likely behind the two characters ahead, in nats: of 292 questions
# of news 1 in 100 has less than the first, none less than the second.
_MARKS, _UNUSUAL, _UNLIKELY = "，、；", -5.1, -5.5
_SURE = 2
# What stands behind it is no Chinese: its second byte was read on.
_THREE, _NO_CHINESE = re.compile("[\u4e00-\u9fff]{3}"), -12.0
# So many characters on both sides are of a foreign name's two parts.
_OF_NAME = 2
# What a font shows for what it lacks; forms have a few of them.
_BOXES_LOST = 8
# Those of a form stand behind a colon, or in groups between dashes.
_BOXES_WITHIN = re.compile("(?<=[0-9\u4e00-\u9fff])□{5,}(?=[0-9\u4e00-\u9fff])")
_BOXES = re.compile("(?<![□：:－-])(?<![：:][ \u3000])□{5,}(?![□－-])")
# So many letters in a row that are no ASCII are bytes of Chinese; as some of them are gone it was not undone.
_MISREAD = re.compile("[\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{6,}")
_LETTER = re.compile("[À-ÖØ-öø-ÿ]")
_MANY = 4
_ANY_LETTER = re.compile("[À-ÖØ-öø-ÿ\u0180-\u024f\u0370-\u07ff]")
# GBK that was read as UTF-8, without what is none: two bytes here and there are letters of any script.
_BLOCKS = ((0x180, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x5FF), (0x600, 0x7FF))
# Where they change so often: words of two languages may stand side by side.
_A_CHANGE = 4
_HAN = re.compile("[\u4e00-\u9fff]")
# The bytes of GBK as Japanese code pages show them, in a text that has no kana of full width.
_HALF_WIDTH, _KANA = re.compile("[\uff66-\uff9d]{4,}"), re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_IN_KOREAN = re.compile("[\uac00-\ud7a3 ?]+")
_FOREIGN = re.compile("[\u0180-\u024f\u0370-\u07ff]{2,}")


def flags(text: str) -> tuple[str, ...]:
    """Name the losses that a text shows; one that is about encodings may quote them.

    Any of ``kunjinkao``, ``tangtang``, ``tuntun``, ``replacement-characters``, ``lost-bytes`` and
    ``question-marks``.
    """
    found = [name for name, (hint, marks) in _WORDS.items() if hint in text and marks.search(text)]
    if found and topic.about_encodings(_WORD.sub("", text)):
        found = []
    if "\ufffd" in text or any(_is_shown(sign, text) for sign in SHOWN_REPLACED):
        found.append("replacement-characters")
    if _has_left_bytes(text):
        found.append("lost-bytes")
    if _has_lost_characters(text):
        found.append("question-marks")
    return tuple(found)


def _is_shown(sign: str, text: str) -> bool:
    return sign in text and not topic.about_encodings(text.replace(sign, ""))


def _has_left_bytes(text: str) -> bool:
    if _HALF_WIDTH.search(text) and _HAN.search(text) and not _KANA.search(text):
        return True
    if not _ANY_LETTER.search(text):
        return False
    if any(_is_of_many_scripts(run) for run in _FOREIGN.findall(text)):
        return True
    misread = any(len(_LETTER.findall(run)) >= _MANY for run in _MISREAD.findall(text))
    return misread and not topic.about_encodings(_MISREAD.sub("", text))


def _is_of_many_scripts(run: str) -> bool:
    blocks = [block for char in run for block in _BLOCKS if block[0] <= ord(char) <= block[1]]
    changes = sum(one != other for one, other in pairwise(blocks))
    return changes > 0 and changes * _A_CHANGE >= len(run)


def _has_lost_characters(text: str) -> bool:
    if "□□□□□" in text and _are_boxes_lost(text):
        return True
    if "?" not in text and "¿" not in text:
        return False
    runs = [(found.start(), len(found[0])) for found in _QUESTIONS.finditer(text)]
    lost = [size for at, size in runs if size > _ASKED or not _asks(text, at)]
    if sum(lost) >= _LOST_QUESTIONS and max(lost) >= _LOST_RUN:
        return True
    within = [_oddness(found) for found in _WITHIN.finditer(text)]
    leading = (
        _LEADING.search(text)
        or _BEHIND_PRIVATE.search(text)
        or any(not _asks(text, found.start()) for found in _doubled(text))
        or any(map(_is_garbled, _PARTS.split(text)))
    )
    if leading and not topic.about_encodings(text):
        return True
    odd = len(_NO_QUESTION.findall(text)) + sum(one > 0 for one in within)
    return (odd >= _FEW or _SURE in within) and not topic.about_encodings(text)


def _doubled(text: str) -> list[re.Match[str]]:
    return [] if all(sign in text for sign in _OF_CHESS) else list(_DOUBLE.finditer(text))


def has_garbled_stretch(text: str) -> bool:
    """Say whether something beside a question mark is still misread, where misreadings were undone."""
    return any("?" in stretch and misread.count_rare(stretch) >= _FEW for stretch in _PARTS.split(text))


def _is_garbled(stretch: str) -> bool:
    return (
        "?" in stretch
        and len(stretch) > _RARE
        and not _IN_KOREAN.fullmatch(stretch)
        and misread.count_rare(stretch) >= max(_RARE, len(stretch) / _RARE_SHARE)
    )


def _oddness(found: re.Match[str]) -> int:
    """Say how surely a question mark asks nothing: 0 where it may ask, 1 where that is unusual, ``_SURE``."""
    text, at = found.string, found.start()
    ahead, behind = text[max(0, at - 2) : at], text[at + 1 : at + 3]
    if _is_in_name(ahead, behind):
        return _SURE
    if _asks(text, at):
        return 0
    garbled = _THREE.match(text, at + 1)
    if behind[0] in _MARKS or (garbled and model.score(garbled[0]) < _NO_CHINESE):
        return _SURE
    if not _HAN.match(ahead[-1]):
        return 1
    likely = model.log_probability(ahead, "？")
    return _SURE if likely < _UNLIKELY else int(likely < _UNUSUAL)


def _asks(text: str, at: int) -> bool:
    """Say whether the clause that ends at a place asks."""
    clause = _CLAUSE_END.split(text[max(0, at - _CLAUSE) : at])[-1]
    return _ASKING.search(clause) is not None


def _is_in_name(ahead: str, behind: str) -> bool:
    """Say whether a foreign name's parts stand on both sides: the dot between them is lost."""
    return len(ahead) == len(behind) == _OF_NAME and _transliterating().issuperset(ahead + behind)


@cache
def _transliterating() -> frozenset[str]:
    lines = files(__package__).joinpath("data/transliterating.txt").read_text("utf-8").splitlines()
    return frozenset(char for line in lines if not line.startswith("#") for char in line.strip())


def _are_boxes_lost(text: str) -> bool:
    """Say whether long rows of boxes stand in a text; a form and an inscription have short ones."""
    lost = sum(map(len, _BOXES.findall(text))) >= _BOXES_LOST or _BOXES_WITHIN.search(text)
    return bool(lost) and not topic.about_encodings(text)
