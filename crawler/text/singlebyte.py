"""Encodings read as single bytes: as latin-1 or code page 1252, whose characters stand for a byte each."""

from __future__ import annotations

import re
from itertools import product

from crawler.text import lossy, model
from crawler.text.misread import HAN, LIKELY, MARGIN, Chain, Tally, by_lines, han_mean
from crawler.text.pairs import as_gb2312

# Share of a line's high characters that UTF-8 must explain: where that gives Chinese, and where it does not.
_MOST = 0.6
_NEARLY_ALL = 0.9
_PAIR = 2
# So many high characters in one run are no Latin text; what they stand for may then be less usual.
_SURE = 10
_LENIENCE = 2.5
# A lost byte is certain where the likeliest character leads by so many nats.
_CERTAIN = 4.5

# Code page 1252 read leniently: its undefined bytes are the C1 controls, as everything from 0x80 is
# under latin-1.
_SPECIALS = {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_SPECIAL = "".join(_SPECIALS)
_TO_LATIN1 = {ord(char): byte for char, byte in _SPECIALS.items()}
# Specials that Chinese text uses as punctuation too.
_SHARED = "‘’“”…—–•"
# Rows of GB 2312 with its frequent characters, and how many characters tell.
_FIRST_LEVEL, _LAST_BYTE, _FOUR = range(0xB0, 0xD8), 0xA0, 4
# What the first letter of a Chinese character becomes when the letters are written as UTF-8 and read as GBK.
_WRITTEN_AGAIN, _SIGN_AGAIN = re.compile("[盲氓忙莽猫茅]"), re.compile("[芒茫盲氓忙莽猫茅茂]")
# These letters in UTF-8: of latin-1, and those that code page 1252 has besides.
_LETTERS_WRITTEN = re.compile(
    rb"(?:[\xc2\xc3][\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]"
    rb"|\xe2\x80[\x93-\xba]|\xe2\x82\xac|\xe2\x84\xa2)+"
)
# Letters from À to ß, with which most characters of GBK begin, written as UTF-8 and read as GBK.
_ONE_GB_AGAIN = re.compile(f"[{''.join(bytes((0xC3, byte)).decode('gbk') for byte in range(0x80, 0xA0))}]")
_GB_AGAIN = re.compile(f"{_ONE_GB_AGAIN.pattern}[^\0-\x7f]{{0,2}}{_ONE_GB_AGAIN.pattern}")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+[!-~]?")
_UNSHARED = re.compile(f"[\x80-\xff{''.join(char for char in _SPECIALS if char not in _SHARED)}]")
# Neither encoding is read rightly where it gives characters that nobody assigned.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# A run of one such sign is what it looks like: 0559-651××28.
_MASK = re.compile("(×|°|·|±)\\1*")
_BESIDE = frozenset(_SHARED + " \xa0«»")
_NEXT = f"[\x80-\xbf{_SPECIAL}]"
_NEXT_OR_BLANK = f"[\x80-\xbf {_SPECIAL}]"
# The two-byte leads are those of accented letters, pinyin's too, and of the specials, which doubling brings.
_UTF8 = re.compile(
    f"[\xc2-\xc7\xcb]{_NEXT}|[\xe1-\xef]{_NEXT}{{2}}|[\xf0-\xf4]{_NEXT}{{3}}"
    f"|[\xe3-\xe9]{_NEXT_OR_BLANK}{{2}}(?=[\xe2-\xef])|[\xe3-\xe9](?: [\x80-\xbf]|[\x80-\xbf] )"
)
_UNDEFINED = "\x81\x8d\x8f\x90\x9d"
_LOST = re.compile(f"[\xe2-\xe9\xef](?:[?\ufffd]{_NEXT}|{_NEXT}[?\ufffd]|{_NEXT}|[?\ufffd]{{1,2}})")
_UTF8_OR_LOST = re.compile(f"{_UTF8.pattern}|{_LOST.pattern}")
_BOM = re.compile("^(?:ï»¿)+", re.MULTILINE)
_A_BEFORE_BLANK = "Â\xa0"
# A non-breaking blank in UTF-8, beside Chinese or several in a row.
_NBSP = re.compile(
    "^(?:Â\xa0)+|(?:Â\xa0){2,}|(?<=[\u3000-\u9fff\uff00-\uff5e])Â\xa0|Â\xa0(?=[\u3000-\u9fff])", re.MULTILINE
)
_TONED = re.compile("[àáèéìíòóùúü][a-z]{0,4}")
_BEFORE_TONE, _BEHIND_TONE = re.compile(r"[(（][A-Za-z]{0,5}\Z"), re.compile("[A-Za-z]{0,5}[)）]")
_HIGH = re.compile(f"[\x80-\xff{_SPECIAL}]")
_SINGLE = re.compile(f"[\x80-\xff{_SPECIAL}](?:[@-~]?[\x80-\xff{_SPECIAL}])*[@-~]?")
_WIDE = re.compile(
    "[ -~\u00e0-\u01dc\u00b0\u00b1\u00b7\u00d7\u2010-\u266f\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+"
)


def utf8_as_single(text: str, known: bool, tally: Tally) -> str:
    """Undo UTF-8 read as latin-1 or code page 1252, byte by byte."""
    for mark in _BOM.findall(text):
        tally.add(mark, "")
    text = _BOM.sub("", text)
    if _A_BEFORE_BLANK in text and HAN.search(text):
        for blank in _NBSP.findall(text):
            tally.add(blank, "\xa0")
        text = _NBSP.sub("\xa0", text)
    return by_lines(text, _UTF8, lambda line: _utf8_line(line, known, tally))


def chinese_as_single(encoding: str) -> Chain:
    """Give a function that undoes gb18030 or big5hkscs read as latin-1 or code page 1252."""

    def undo(text: str, known: bool, tally: Tally) -> str:
        if not (known or _UNSHARED.search(text)):
            return text
        return _SINGLE.sub(
            lambda found: (
                found.group()
                if _is_reading(found) or _is_one_sign(found.group())
                else _single_run(found.group(), encoding, known, tally)
            ),
            text,
        )

    return undo


def utf8_written_again(text: str, known: bool, tally: Tally) -> str:
    """Undo UTF-8 read as code page 1252, written as UTF-8 once more and read as GB 18030: 忙聹聢 is 月."""
    if not (_SIGN_AGAIN if known else _WRITTEN_AGAIN).search(text):
        return text
    return _BEYOND_ASCII.sub(lambda found: _run_written_again(found.group(), known, tally), text)


def _run_written_again(run: str, known: bool, tally: Tally) -> str:
    if not (_SIGN_AGAIN if known else _WRITTEN_AGAIN).search(run):
        return run
    raw, starts = lossy.to_gb(run), lossy.character_starts(run)
    parts, done = [], 0
    for found in _LETTERS_WRITTEN.finditer(raw):
        first, last = starts.get(found.start()), starts.get(found.end())
        if first is None or last is None:
            continue
        read = _read(found.group().decode(), "utf-8")
        # The form of UTF-8 within UTF-8 is proof enough for a name.
        if read and _WIDE.fullmatch(read) and len(HAN.findall(read)) >= (0 if known else _PAIR):
            tally.add(run[first:last], read)
            parts += [run[done:first], read]
            done = last
    return "".join(parts) + run[done:]


def gb_written_again(text: str, known: bool, tally: Tally) -> str:
    """Undo GBK read as code page 1252, written as UTF-8 and read as GB 18030: 脰脨脦脛 is 中文."""
    if not (_ONE_GB_AGAIN if known else _GB_AGAIN).search(text):
        return text
    return _BEYOND_ASCII.sub(lambda found: _gb_run_written_again(found.group(), known, tally), text)


def _gb_run_written_again(run: str, known: bool, tally: Tally) -> str:
    if not (_GB_AGAIN.search(run) or (known and _ONE_GB_AGAIN.search(run))):
        return run
    raw, starts = lossy.to_gb(run), lossy.character_starts(run)
    parts, done = [], 0
    for found in _LETTERS_WRITTEN.finditer(raw):
        first, last = starts.get(found.start()), starts.get(found.end())
        if first is None or last is None or first < done:
            continue
        read = _read(found.group().decode(), "gb18030")
        if not read or _PRIVATE.search(read) or not _WIDE.fullmatch(read):
            continue
        enough = known or (len(HAN.findall(read)) >= _PAIR and han_mean(read) > LIKELY)
        if enough and model.log_total(read) > model.log_total(run[first:last]):
            tally.add(run[first:last], read)
            parts += [run[done:first], read]
            done = last
    return "".join(parts) + run[done:]


def _is_of_pairs(run: str, encoding: str) -> bool:
    """Say whether letters are the bytes of four characters or more of GB 2312 alone, as names are."""
    raw = run.encode("latin-1", "replace")
    pairs = set(zip(raw[::2], raw[1::2], strict=False))
    if encoding != "gb18030" or len(raw) % 2 or len(pairs) < _FOUR:
        return False
    if all(first in _FIRST_LEVEL and second > _LAST_BYTE for first, second in pairs):
        return True
    return min(raw) > _LAST_BYTE and as_gb2312(raw, _FOUR) is not None


def _is_one_sign(run: str) -> bool:
    """Say whether a run is one sign again and again: ¿¿¿¿ is what is lost, ×××× what is hidden."""
    return len(set(run)) == 1 and len(run) > _PAIR


def _is_reading(found: re.Match[str]) -> bool:
    """Say whether this is a letter with a tone among letters in a bracket: a reading was not misread."""
    text, start, end = found.string, found.start(), found.end()
    if not _TONED.fullmatch(found.group()):
        return False
    return bool(_BEFORE_TONE.search(text[max(0, start - 6) : start]) and _BEHIND_TONE.match(text, end))


def _utf8_line(line: str, known: bool, tally: Tally) -> str:
    found = [match.group() for match in _UTF8.finditer(line)]
    if all(_BESIDE.issuperset(piece[1:]) for piece in found):
        # An accented letter and a dash or closing quotation mark: Café——.
        return line
    read = [_as_utf8(piece) for piece in found]
    han = sum(bool(text and HAN.match(text)) for text in read)
    covered = sum(len(piece) for piece, text in zip(found, read, strict=True) if text)
    high = len(_HIGH.findall(line))
    enough = han >= _PAIR or (known and han)
    if covered < high * (_MOST if enough else _NEARLY_ALL):
        return line
    new = (
        _utf8_with_losses(line, tally)
        if enough and _LOST.search(_UTF8.sub("", line))
        else _UTF8.sub(_or_same, line)
    )
    tally.add(line.strip(), new.strip())
    tally.characters += covered - len(line.strip())
    return new


def _or_same(found: re.Match[str]) -> str:
    return _as_utf8(found.group()) or found.group()


def _utf8_with_losses(line: str, tally: Tally) -> str:
    """Read a line of UTF-8 in which bytes that code page 1252 does not define became ``?`` or nothing."""
    done, at = "", 0
    for found in _UTF8_OR_LOST.finditer(line):
        done += line[at : found.start()]
        at = found.end()
        whole = _as_utf8(found.group())
        if whole is None:
            tally.lossy = True
            following = _UTF8.match(line, at)
            whole = _restored(found.group(), done[-2:], (following and _as_utf8(following.group())) or "")
        done += whole
    return done + line[at:]


def _restored(piece: str, previous: str, then: str) -> str:
    """Give the one character that a piece can be with the lost byte put in, or U+FFFD."""
    marked = [at for at, char in enumerate(piece) if char in "?\ufffd"]
    bare = "".join(char for char in piece if char not in "?\ufffd")
    places = marked or ([1, 2] if len(bare) == _PAIR else [])
    fitting = [
        (model.log_total(char + then, previous), char)
        for place, lost in product(places, _UNDEFINED)
        if (char := _as_utf8(bare[:place] + lost + bare[place:]))
    ]
    fitting.sort(reverse=True)
    if not fitting or (len(fitting) > 1 and fitting[0][0] - fitting[1][0] < _CERTAIN):
        return "\ufffd"
    return fitting[0][1]


def _as_utf8(piece: str) -> str | None:
    return _read(piece.replace(" ", "\xa0"), "utf-8")


def _read(run: str, encoding: str) -> str | None:
    try:
        return run.translate(_TO_LATIN1).encode("latin-1").decode(encoding)
    except UnicodeError:
        return None


def _single_run(run: str, encoding: str, known: bool, tally: Tally) -> str:
    core = run.strip(_SHARED)
    high = sum(char > "\x7f" for char in core)
    if len(core) < _PAIR or high < (1 if known else _PAIR + 1) or _MASK.fullmatch(core):
        return run
    best, value = run, model.log_total(run) + (0.0 if known else MARGIN)
    first = run.index(core)
    last = first + len(core)
    # The last letter can belong to the last pair or to what follows.
    ends = {len(run), last, *([len(run) - 1] if run[-1].isascii() else [])}
    likely = LIKELY if high < _SURE else LIKELY - _LENIENCE
    for left, right in product({0, first}, ends):
        new = _read(run[left:right], encoding)
        if new is None or _PRIVATE.search(new):
            continue
        whole = run[:left] + new + run[right:]
        total = model.log_total(whole)
        fits = _WIDE.fullmatch(new) if known else len(HAN.findall(new)) >= _PAIR and han_mean(new) > likely
        fits = fits or _is_of_pairs(run[left:right], encoding)
        if total > value and fits:
            best, value = whole, total
    if best != run:
        tally.add(run, best)
    return best
