"""Readings with the wrong encoding, undone where they stand: one function for each way of going wrong.

Each takes a text, whether the same way of going wrong has been seen elsewhere on the page, and a
``Tally`` that it fills; it gives the new text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from crawler.text import lossy, model, script

# What a change must gain in all, in nats (less where the chain is known), and what Chinese must then score a
# character.
MARGIN = 12.0
KNOWN_MARGIN = 4.0
LIKELY = -7.6
# So long a run that gains so much a character may be less usual Chinese; so may any where the chain is known.
_SURE_LENGTH, _SURE_GAIN, LENIENCE = 6, 4.0, 1.0
# Characters beyond this rank are rare.
_COMMON = 3600
_NO_HAN = -99.0
# In Simplified text Traditional characters are rare, where there are so many times fewer.
_OWN = 4
# So many rare characters in a part, or one in six, are too many for a sound one.
_RARE_ENOUGH = 4
# How many characters a garbled run may be extended by, and what that may cost.
_EDGE = 3
# What a reading costs that gives a character other than Han and punctuation, in nats.
_ODD = -4.0
_EDGE_COST = 4.0
_BIG5, _BIG5_OF_WINDOWS = "big5hkscs", "cp950"
# Kana, Cyrillic letters, numbers in circles and some signs, which code page 950 has elsewhere.
_MOVED = re.compile("[\u0401-\u0451\u2460-\u247d\u3005\u3041-\u30fe¯‧€∕⊕⊙▓﹑﹨～￠￡￥]")
_STOPS = "，。、；：？！“”（）《》"
_PAIR = 2
# How much less usual Chinese may be that has the form of UTF-8 on a page where that was misread.
_FORM = 4.0
# So many different characters a run of Han must be to be read as something else.
FEWEST_OF_HAN = 4

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ENDS_LATIN = re.compile(rb"(?:[\xc2-\xd4][\x80-\xbf])+\Z")
# Long lines are judged in parts that end with punctuation, so that one odd place does not cost the
# whole line.
_PART = re.compile(r"[^\n]{1,200}[^\n，。；！？]{0,400}[\n，。；！？]?|\n")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_USUAL = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uff5e\u2010-\u2026]")
# What Chinese text may have; by chance the bytes of a few characters are UTF-8 of any script or sign.
_EXPECTED = re.compile(
    "[\\s -~\u00a0-\u00ff\u2010-\u266f\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe0f\uff00-\uffef"
    "\U0001f000-\U0003ffff]*"
)
_NOT_HAN = re.compile("[^\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


@dataclass(slots=True)
class Tally:
    """How many places and characters were changed, whether bytes were lost, and one example."""

    places: int = 0
    characters: int = 0
    lossy: bool = False
    before: str = ""
    after: str = ""

    def add(self, before: str, after: str) -> None:
        """Count one place."""
        self.places += 1
        self.characters += len(before)
        if len(before) > len(self.before):
            self.before, self.after = before, after


Chain = Callable[[str, bool, Tally], str]


def han_mean(text: str) -> float:
    """Give the mean log-probability of the Han characters of a text; -99 where there are none."""
    han = _NOT_HAN.sub("\n", text).strip("\n")
    breaks = han.count("\n")
    if len(han) == breaks:
        return _NO_HAN
    return (model.log_total(han) - breaks * model.ASCII) / (len(han) - breaks)


def utf8_as_gb(text: str, known: bool, tally: Tally) -> str:
    """Undo UTF-8 read as GB 18030 or code page 936, also where bytes were lost."""
    if not lossy.UTF8_HAN.search(lossy.to_gb(text)):
        return text
    return by_lines(text, HAN, lambda line: _utf8_in_gb(line, known, tally))


def pair_by_pair(wrong: str, right: str) -> Chain:
    """Give a function that undoes one two-byte encoding read as another, character by character."""
    return lambda text, known, tally: by_parts(
        text, lambda part: _pairs_line(part, (wrong, right), known, tally), every=known
    )


def by_lines(text: str, needed: re.Pattern[str], change: Callable[[str], str]) -> str:
    """Change the lines that have what is needed."""
    if not needed.search(text):
        return text
    return "".join(change(line) if needed.search(line) else line for line in _LINE.findall(text))


def by_parts(text: str, change: Callable[[str], str], *, every: bool = False) -> str:
    """Change the parts of a text that look wrong, or every part."""
    if every:
        return "".join(map(change, _PART.findall(text)))
    parts, suspects = _parts(text)
    if not suspects:
        return text
    return "".join(change(part) if at in suspects else part for at, part in enumerate(parts))


@lru_cache(maxsize=8)
def _parts(text: str) -> tuple[list[str], frozenset[int]]:
    """Give the parts of a text and which of them look wrong; every chain asks for the same text."""
    rare, close = _rare(foreign=_is_simplified(text))
    if not close.search(text):
        return [], frozenset()
    parts = _PART.findall(text)
    suspects = []
    for at, part in enumerate(parts):
        if close.search(part) and len(rare.findall(part)) >= max(_PAIR, min(_RARE_ENOUGH, len(part) / 6)):
            suspects.append(at)
    return parts, frozenset(suspects)


def rare_pairs(text: str) -> Iterator[tuple[int, int]]:
    """Give where two rare characters stand close together: the first, and behind the second."""
    if _parts(text)[0]:
        for found in _rare(foreign=False)[1].finditer(text):
            yield found.span()


def count_rare(text: str) -> int:
    """Count the characters that few texts have, of any script and sign."""
    return len(_rare(foreign=False)[0].findall(text))


def _is_simplified(text: str) -> bool:
    """Say whether Traditional characters are none of a text's own: most of it is Simplified."""
    found = script.count(text)
    return found.simplified > _OWN * max(1, found.traditional)


@cache
def _rare(*, foreign: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give what finds a rare character, and two of them close together; Traditional ones may count."""
    others = script.traditional_only() if foreign else {}
    common = "".join(
        char for char, number in model.load().ids.items() if number < _COMMON and char not in others
    )
    usual = "\u00a0\u00b0\u00b1\u00b7\u00d7\u2010-\u203b\u2103\u2160-\u2179\u2460-\u249b\u2500-\u25ff"
    rare = f"[^\\x00-\\x7f{usual}\u3000-\u301f\uff00-\uff5e\uffe5\ufeff\u3040-\u30ff{common}]"
    return re.compile(rare), re.compile(f"{rare}.{{0,3}}{rare}")


def _utf8_in_gb(line: str, known: bool, tally: Tally) -> str:
    raw = lossy.to_gb(line)
    if not lossy.UTF8_HAN.search(raw):
        return line
    starts = lossy.character_starts(line)
    parts, done = [], 0
    for found in lossy.UTF8_RUN.finditer(raw):
        if not lossy.UTF8_HAN.search(found.group()):
            continue
        low, high = found.start(), found.end()
        if high < len(raw.rstrip()) and (latin := _ENDS_LATIN.search(found.group())):
            high -= len(latin.group())
        while low < len(raw) and (low not in starts or lossy.goes_on(raw[low])):
            low += 1
        step = next((width for width in (0, 1, 2, 3) if high + width in starts), 0)
        # The second half of the last pair may be an ASCII letter of its own.
        high += step if raw[high : high + step].isascii() else 0
        while high not in starts:
            high -= 1
        if high <= low:
            continue
        old = line[starts[low] : starts[high]]
        new = lossy.as_utf8(raw[low:high])
        kept = new.replace("\ufffd", "")
        gain = model.log_total(kept) - model.log_total(old.replace("\ufffd", ""))
        certain = b"\xff" not in found.group() and lossy.CERTAINLY_UTF8.search(found.group())
        # Elsewhere on such a page, the form of UTF-8 is proof enough for a name.
        enough, usual = (0.0, LIKELY - _FORM) if known else (MARGIN / 2, LIKELY - 1)
        likely = gain > enough and han_mean(kept) > usual
        if not (certain or (likely and _EXPECTED.fullmatch(kept))) or len(kept) * _PAIR < len(new):
            continue
        parts += [line[done : starts[low]], new]
        done = starts[high]
        tally.add(old, new)
        tally.lossy |= b"\xff" in found.group() or "\ufffd" in new
    return "".join(parts) + line[done:]


@cache
def _pair(char: str, wrong: str, right: str) -> str | None:
    try:
        raw = char.encode(wrong)
        read = raw.decode(right)
    except UnicodeError:
        return None
    return read if len(raw) == _PAIR and len(read) == 1 else None


def _read_pairs(line: str, chain: tuple[str, str]) -> list[str | None]:
    """Read each character as the pair of bytes that it is in the wrong encoding, None where it is none.

    Of signs and kana that tables of Big5 have in different places the likelier reading is taken.
    """
    wrong, right = chain
    read = [_pair(char, wrong, right) if char > "\x7f" else char for char in line]
    for at, char in enumerate(line):
        other = _pair(char, _BIG5_OF_WINDOWS, right) if wrong == _BIG5 and _MOVED.match(char) else None
        if other and other != read[at]:
            before, behind = "".join(one or "" for one in read[max(0, at - 2) : at]), read[at + 1 : at + 2]
            end = (behind and behind[0]) or ""
            ways = [way for way in (read[at], other) if way]
            read[at] = max(ways, key=lambda way: model.log_total(way + end, before))
    return read


def _pairs_line(line: str, chain: tuple[str, str], known: bool, tally: Tally) -> str:
    read = _read_pairs(line, chain)
    new = "".join(line[at] if char is None else char for at, char in enumerate(read))
    gains = [_gain(line, new, at) if char is not None else -3.0 for at, char in enumerate(read)]
    parts: list[str] = []
    done = changed = 0
    gained = 0.0
    for start, end, gain in _best_runs(gains):
        enough = gain > (KNOWN_MARGIN if known else MARGIN) and gain > 1.5 * (end - start)
        # Signs between characters gain by chance; they do not make a word.
        han = len(set(HAN.findall(new[start:end])))
        sure = end - start >= _SURE_LENGTH and gain > _SURE_GAIN * (end - start)
        likely = LIKELY - (LENIENCE if known or sure else 0.0)
        if enough and han >= (_PAIR if known else FEWEST_OF_HAN) and han_mean(new[start:end]) > likely:
            first, last = _to_edges(line, gains, max(done, start), end)
            parts += [line[done:first], new[first:last]]
            done = last
            changed += last - first
            gained += gain
    if not parts:
        return line
    # One character outside may be a name's; what is sound loses more.
    left = sum(old != char for old, char in zip(line, new, strict=True)) - sum(
        old != char for old, char in zip(line, "".join(parts) + line[done:], strict=True)
    )
    whole = sum(gains) > gained - KNOWN_MARGIN * (1 if left > 1 else 2)
    result = new if whole else "".join(parts) + line[done:]
    tally.add(line.strip(), result.strip())
    tally.characters += 0 if whole else changed - len(line.strip())
    return result


def _to_edges(line: str, gains: list[float], start: int, end: int) -> tuple[int, int]:
    """Extend a run to the ends of its word where that costs little: whole words are garbled, not parts."""
    for width in range(1, _EDGE + 1):
        if start < width or line[start - width].isascii() or line[start - width] in _STOPS:
            start -= width - 1 if sum(gains[start - width + 1 : start]) > -_EDGE_COST else 0
            break
    for width in range(1, _EDGE + 1):
        if end + width > len(line) or line[end + width - 1].isascii() or line[end + width - 1] in _STOPS:
            end += width - 1 if sum(gains[end : end + width - 1]) > -_EDGE_COST else 0
            break
    return start, end


def _gain(line: str, new: str, at: int) -> float:
    if line[at] == new[at]:
        return 0.0
    before = max(0, at - 2)
    odd = 0.0 if _USUAL.match(new[at]) else _ODD
    return (
        odd
        + model.log_probability(new[before:at], new[at])
        - model.log_probability(line[before:at], line[at])
    )


def _best_runs(gains: list[float]) -> Iterator[tuple[int, int, float]]:
    """Give the runs that gain, each cut where it would lose more than a wrong step is worth."""
    start, total, peak, stop = 0, 0.0, 0.0, 0
    for at, gain in enumerate(gains):
        total += gain
        if total > peak:
            peak, stop = total, at + 1
        if total <= 0 or total < peak - MARGIN:
            if peak > 0:
                yield start, stop, peak
            start, total, peak = at + 1, 0.0, 0.0
    if peak > 0:
        yield start, stop, peak
