"""Readings with the wrong encoding, undone where they stand: one function for each way of going wrong.

Each takes a text and whether the same way has been seen elsewhere on the page, and gives the text, how many places
it changed, and one example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from crawler.text import model

Undone = tuple[str, int, str, str]

# Code page 1252 read leniently: its undefined bytes are the C1 controls, and so is everything under latin-1.
_SPECIALS = {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_SPECIAL = "".join(_SPECIALS)
_TO_LATIN1 = {ord(char): byte for char, byte in _SPECIALS.items()}
# Specials that Chinese text uses as punctuation too.
_SHARED = "‘’“”…—–•"
_GOES_ON = f"[\x80-\xbf{_SPECIAL}]"
_GOES_ON_OR_BLANK = f"[\x80-\xbf {_SPECIAL}]"
_UTF8 = re.compile(
    f"[\xc3\xc2]{_GOES_ON}|[\xe1-\xef]{_GOES_ON}{{2}}|[\xf0-\xf4]{_GOES_ON}{{3}}"
    f"|[\xe3-\xe9]{_GOES_ON_OR_BLANK}{{2}}(?=[\xe2-\xef])"
)
_UTF8_OTHER = re.compile(f"[\xc4-\xdf]{_GOES_ON}")
_SINGLE_BYTE = re.compile(f"[\x80-\xff{_SPECIAL}](?:[@-~]?[\x80-\xff{_SPECIAL}])*(?:[@-~](?![a-zA-Z]))?")
_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:[ -~]*[^\x00-\x7f]+)*")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NOT_HAN = re.compile("[^\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_UTF8_HAN = re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2}){2}")
_UTF8_RUN = re.compile(
    rb"(?:(?:[\xe2-\xe9\xef][\x80-\xbf]{2}|\xc2[\xa0-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xe2-\xe9\xef][\x80-\xbf]?[\xff?]|\xff)[ -~\xff]*)+"
)
_LOST_UTF8 = re.compile(
    rb"[\xe2-\xe9\xef][\x80-\xbf]?[\xff?]|[\xe2-\xe9\xef][\x80-\xbf](?![\x80-\xbf])|\xff+"
)

# What a change must gain in all, in nats, and what Chinese must then score a character.
MARGIN = 12.0
KNOWN_MARGIN = 4.0
LIKELY = -7.6
_LONG_ENOUGH = 2
_SEEN = 3600


def han_mean(text: str) -> float:
    """Give the mean log-probability of the Han characters of a text; -99 where there are none."""
    han = _NOT_HAN.sub("\n", text).strip("\n")
    count = len(han) - han.count("\n")
    if not count:
        return -99.0
    return (model.log_total(han) - han.count("\n") * model.ASCII) / count


def lines(text: str) -> Iterator[str]:
    """Give the lines of a text, each with its line end."""
    yield from re.findall(r"[^\n]*\n|[^\n]+", text)


def suspicious(line: str) -> bool:
    """Tell quickly whether a line has rare characters close together."""
    return _rare().search(line) is not None


@cache
def _rare() -> re.Pattern[str]:
    ids = model.load().ids
    common = "".join(char for char, number in ids.items() if number < _SEEN)
    rare = f"[^\\x00-\\x7f\u00b0\u00b1\u00b7\u00d7\u2010-\u2027\u2030-\u203b\u2103\u2160-\u2179\u2460-\u249b\u25a0-\u25ff\u3000-\u301f\uff00-\uff5e\uffe5{common}]"
    return re.compile(f"{rare}.{{0,2}}{rare}")


def utf8_as_single(text: str, known: bool) -> Undone:
    """Undo UTF-8 read as latin-1 or code page 1252, byte by byte."""
    if not _UTF8.search(text):
        return text, 0, "", ""
    done, count, example = [], 0, ("", "")
    for line in lines(text):
        new = _utf8_line(line, known) if _UTF8.search(line) else line
        if new != line:
            count += 1
            if not example[0]:
                example = (line.strip(), new.strip())
        done.append(new)
    return "".join(done), count, *example


def _utf8_line(line: str, known: bool) -> str:
    pieces = [found.group() for found in _UTF8.finditer(line)]
    read = [_as_utf8(piece) for piece in pieces]
    han = sum(bool(piece and HAN.match(piece)) for piece in read)
    covered = sum(len(piece) for piece, text in zip(pieces, read, strict=True) if text)
    other = sum(not char.isascii() for char in line)
    if han < _LONG_ENOUGH and not (known and han) and covered < other * 0.9:
        return line
    if _UTF8_OTHER.search(line) and not han:
        return line
    return _UTF8.sub(lambda found: _as_utf8(found.group()) or found.group(), line)


def _as_utf8(piece: str) -> str | None:
    raw = piece.replace(" ", "\xa0").translate(_TO_LATIN1).encode("latin-1", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def chinese_as_single(encoding: str) -> Callable[[str, bool], Undone]:
    """Give a function that undoes an encoding (gb18030 or big5hkscs) read as latin-1 or code page 1252."""

    def undo(text: str, known: bool) -> Undone:
        count, example = 0, ("", "")

        def better(found: re.Match[str]) -> str:
            nonlocal count, example
            new = _chinese_run(found.group(), encoding, known)
            if new != found.group():
                count += 1
                example = example if example[0] else (found.group(), new)
            return new

        return _SINGLE_BYTE.sub(better, text), count, *example

    return undo


def _chinese_run(run: str, encoding: str, known: bool) -> str:
    core = run.strip(_SHARED)
    if sum(char > "\x7f" for char in core) < (2 if known else 3):
        return run
    best, value = run, model.log_total(run) + (KNOWN_MARGIN if known else MARGIN)
    start = run.index(core)
    for left in {0, start}:
        for right in {start + len(core), len(run)}:
            new = _read(run[left:right], encoding)
            if new is None:
                continue
            whole = run[:left] + new + run[right:]
            total = model.log_total(whole)
            if total > value and len(HAN.findall(new)) >= (1 if known else 2) and han_mean(new) > LIKELY:
                best, value = whole, total
    return best


def _read(run: str, encoding: str) -> str | None:
    try:
        return run.translate(_TO_LATIN1).encode("latin-1").decode(encoding)
    except UnicodeError:
        return None


def utf8_as_gb(text: str, known: bool) -> Undone:
    """Undo UTF-8 read as GB 18030 or code page 936, also where bytes were lost (each costs its character)."""
    if text.isascii():
        return text, 0, "", ""
    done, count, example = [], 0, ("", "")
    for line in lines(text):
        new = _utf8_in_gb(line, known)
        if new != line:
            count += 1
            if not example[0]:
                example = (line.strip(), new.strip())
        done.append(new)
    return "".join(done), count, *example


def _to_gb(text: str) -> bytes:
    """Encode with 0x80 for the euro sign, as code page 936 reads that byte, and 0xFF for what was lost."""
    return b"".join(
        b"\x80" if part == "€" else b"\xff" if part == "\ufffd" else part.encode("gb18030", "replace")
        for part in re.split("([€\ufffd])", text)
    )


def _utf8_in_gb(line: str, known: bool) -> str:
    raw = _to_gb(line)
    if not _UTF8_HAN.search(raw):
        return line
    starts: dict[int, int] = {}
    at = 0
    for number, char in enumerate(line):
        starts[at] = number
        at += len(_to_gb(char))
    starts[at] = len(line)
    new, done = [], 0
    for found in _UTF8_RUN.finditer(raw):
        if not _UTF8_HAN.search(found.group()):
            continue
        low, high = found.start(), found.end()
        while low not in starts:
            low -= 1
        while high not in starts:
            high += 1
        before = line[starts[low] : starts[high]]
        after = _LOST_UTF8.sub(b"\xff", raw[low:high]).decode("utf-8", "replace")
        after = re.sub("\ufffd+", "\ufffd", after)
        kept = after.replace("\ufffd", "")
        gain = model.log_total(kept) - model.log_total(before.replace("\ufffd", ""))
        if (
            starts[low] >= done
            and gain > (KNOWN_MARGIN if known else MARGIN / 2)
            and han_mean(kept) > LIKELY - 1
        ):
            new += [line[done : starts[low]], after]
            done = starts[high]
    return "".join(new) + line[done:]


def pair_by_pair(wrong: str, right: str) -> Callable[[str, bool], Undone]:
    """Give a function that undoes one two-byte encoding read as another, character by character."""

    def undo(text: str, known: bool) -> Undone:
        done, count, example = [], 0, ("", "")
        for line in lines(text):
            new = _pairs_line(line, wrong, right, known) if suspicious(line) else line
            if new != line:
                count += 1
                if not example[0]:
                    example = (line.strip(), new.strip())
            done.append(new)
        return "".join(done), count, *example

    return undo


@cache
def _pair(char: str, wrong: str, right: str) -> str | None:
    try:
        raw = char.encode(wrong)
        read = raw.decode(right)
    except UnicodeError:
        return None
    return read if len(raw) == 2 and len(read) == 1 else None


def _pairs_line(line: str, wrong: str, right: str, known: bool) -> str:
    read = [_pair(char, wrong, right) if char > "\x7f" else char for char in line]
    new = "".join(char if char is not None else line[at] for at, char in enumerate(read))
    gains = [
        -3.0
        if char is None
        else (
            0.0
            if char == old
            else model.log_probability(new[max(0, at - 2) : at], char)
            - model.log_probability(line[max(0, at - 2) : at], old)
        )
        for at, (old, char) in enumerate(zip(line, read, strict=True))
    ]
    done, at = [], 0
    for start, end, gain in _best_runs(gains):
        piece = new[start:end]
        size = end - start
        enough = KNOWN_MARGIN if known else MARGIN
        if gain > enough and gain > 1.5 * size and (known or size >= 3) and han_mean(piece) > LIKELY:
            done += [line[at:start], piece]
            at = end
    if not done:
        return line
    changed = sum(map(len, done[1::2]))
    if changed >= 0.7 * sum(char > "\x7f" for char in line):
        return new
    return "".join(done) + line[at:]


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


def whole_lines(wrong: str, right: str) -> Callable[[str, bool], Undone]:
    """Give a function that undoes any encoding read as any other, for runs that can be encoded throughout."""

    def undo(text: str, known: bool) -> Undone:
        count, example = 0, ("", "")

        def better(found: re.Match[str]) -> str:
            nonlocal count, example
            old = found.group()
            try:
                new = old.encode(wrong).decode(right)
            except UnicodeError:
                return old
            gain = model.log_total(new) - model.log_total(old)
            if gain < (KNOWN_MARGIN if known else MARGIN) or han_mean(new) < LIKELY:
                return old
            count += 1
            example = example if example[0] else (old, new)
            return new

        done = [_FOREIGN.sub(better, line) if suspicious(line) else line for line in lines(text)]
        return "".join(done), count, *example

    return undo
