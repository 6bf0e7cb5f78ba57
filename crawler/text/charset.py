"""Which encoding a page's bytes are in, and the page's text.

Declarations (``crawler.text.declarations``) lie often, so they only decide what the bytes leave open.
"""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from crawler.text import model, pieces
from crawler.text.declarations import declared

# The detector logs every candidate at a level below DEBUG; with a handler on the root logger that
# costs more than detecting does.
logging.getLogger("charset_normalizer").setLevel(logging.WARNING)

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KANA, _HANGUL = re.compile("[\u3041-\u30fe]"), re.compile("[\uac00-\ud7a3]")
_KANA_OR_HANGUL = {"euc_jp": _KANA, "shift_jis": _KANA, "cp932": _KANA, "euc_kr": _HANGUL, "cp949": _HANGUL}
_CHINESE = ("gb18030", "big5hkscs")
_HZ_RUN = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_EXPECTED = re.compile("[\t-~\u00a0-\u00ff\u2010-\u203b\u3000-\u301f\uff01-\uff5e]")
_FIRST_HIGH = re.compile(rb"[\x80-\xff]")
_PAIRS = re.compile(rb"(?:[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39])){1,250}")
# A letter with an accent, or a sign that no letter stands behind as if it were a second byte.
_ACCENT = re.compile(rb"(?<![\x80-\xff])(?:[\xc0-\xff](?![\x80-\xff])|[\x80-\xbf](?![@-~\x80-\xff]))")
_LEADS = bytes(0x81 <= byte <= 0xFE for byte in range(0x100))
_HIGH = bytes(range(0x80, 0x100))
_ASCII = bytes(range(0x80))

SAMPLE = 4096
# Bytes that the language model judges first, and more of them where that leaves it open.
_JUDGED = (160, 1000)
# What leaves it open, and what a declaration is worth, in nats.
_CLEAR = 25.0
_DECLARATION = 3.0
# What a sign costs beside that, which each of the two has among its characters and Chinese text hardly ever.
_ODD_SIGN = 4.0
_ODD_SIGNS = re.compile("[\u0101-\u0451\u2170-\u2179\u2550-\u2573\u3040-\u312f\ufe30-\ufe4f]")
# Rows of one sign count once, and signs that stand around titles are no stranger than marks.
_REPEATED = re.compile(rb"([\x81-\xfe][\x40-\xfe])\1{2,}")
_ORNAMENT, _ORNAMENTS = 5.0, re.compile("[★☆※◆◇●○◎▲△▼▽■□＊＃]")
# Quotation marks, dashes and the like of code page 1252, each by itself in English text.
_TYPOGRAPHIC = b"\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa9\xae\xb7"
_ADJACENT = re.compile(rb"[\x80-\xff]{2}")
# Below this mean log-probability a reading is no Chinese.
_UNLIKELY = -10.0
# From this mean on, bytes are Chinese whatever is declared: hangul stand where GB 2312 has common characters.
_CHINESE_IN_SPITE = -8.5
# Share of all high bytes in UTF-8 sequences from which a page is UTF-8 with damage.
_MOSTLY_UTF8 = 0.5
# High bytes that are counted for it; what comes behind them makes a page mixed at most.
_COUNTED = 65_536
# A string up to so many bytes can be valid UTF-8 by chance, and one up to so many is too short to be
# called foreign.
_SHORT = 24
_TOO_SHORT = 16
# From so many bytes on, charset-normalizer knows more than the language model.
_ASKED_FROM = 32
_ACCENTS = 0.8
_ENOUGH_SCRIPT = 0.25


@dataclass(frozen=True, slots=True)
class Decision:
    """The ``encoding`` of a page (a Python codec name), a short ``reason`` and a ``confidence`` from 0 to 1.

    ``mixed`` is true where parts of the page are in another encoding and each must be read for itself.
    """

    encoding: str
    reason: str
    confidence: float
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's ``text`` without a BOM, and how many characters in it were ``replaced`` by U+FFFD."""

    text: str
    replaced: int


def decide(body: bytes, http: str | None = None) -> Decision:
    """Decide which encoding bytes are in; never raises.

    ``http`` is the value of a Content-Type header, or a bare charset name.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            if encoding == "utf-8" and not _reads(body, "utf-8"):
                break
            return Decision(encoding, "byte order mark", 1.0)
    if _CONTROLS.search(body[:SAMPLE]) and (wide := _wide(body)):
        return wide
    if body.isascii():
        if _HZ_RUN.search(body) and _is_hz(body):
            return Decision("hz", "HZ escapes", 0.95)
        return Decision("utf-8", "ASCII only", 1.0)
    if _reads(body, "utf-8"):
        return _valid_utf8(body, http)
    return _single_marks(body) or _not_utf8(body, http)


def decode(body: bytes, decision: Decision) -> Decoded:
    """Give the text of a page under a decision, piece by piece where strict decoding fails; never raises."""
    encoding = decision.encoding
    text: str | None
    if encoding == "hz":
        text = pieces.decode_hz(body)
    else:
        try:
            text = None if decision.mixed else body.decode(encoding)
        except UnicodeDecodeError as error:
            cut = encoding in _CHINESE or (encoding == "utf-8" and error.reason == "unexpected end of data")
            if cut and error.start > 0 and error.start >= len(body) - 3:
                text = body[: error.start].decode(encoding) + pieces.REPLACEMENT
            else:
                text = None
    if text is None:
        if encoding == "utf-8" or encoding in _CHINESE:
            text = pieces.decode_pieces(body, encoding)
        else:
            text = body.decode(encoding, "replace")
    text = text.lstrip("\ufeff")
    return Decoded(text, text.count(pieces.REPLACEMENT))


def _reads(body: bytes, encoding: str) -> bool:
    """Tell whether strict decoding works, a cut last character apart."""
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        return encoding == "utf-8" and error.reason == "unexpected end of data" and error.start > 0
    return True


def _reads_better(body: bytes, encoding: str) -> bool:
    """Tell whether a few bytes are without fault in an encoding, and better Chinese than in damaged UTF-8."""
    if not _reads(body, encoding):
        return False
    runs = _sample(body, SAMPLE)
    value = model.score(runs.decode(encoding, "replace"))
    return value > max(_UNLIKELY, model.score(runs.decode("utf-8", "replace")))


def _is_hz(body: bytes) -> bool:
    runs = [bytes(byte | 0x80 for byte in run[2:]) for run in _HZ_RUN.findall(body[: 4 * SAMPLE])]
    return model.score(b"".join(runs)[: _JUDGED[0]].decode("gb18030", "replace")) > _UNLIKELY


def _wide(body: bytes) -> Decision | None:
    """Recognise UTF-16 without a byte order mark: it is full of control bytes, and text when read so."""
    sample = body[: SAMPLE // 2]
    readings = []
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
        expected = sum(char in model.load().ids or _EXPECTED.match(char) is not None for char in text)
        readings.append((expected / max(1, len(text)), encoding))
    share, encoding = max(readings)
    if share >= _ACCENTS:
        return Decision(encoding, "UTF-16 without a byte order mark", round(share, 2))
    return None


def _valid_utf8(body: bytes, http: str | None) -> Decision:
    if len(body) > _SHORT and pieces.UTF8_HAN.search(body):
        return Decision("utf-8", "strict UTF-8", 1.0)
    # A few characters, or none of them Chinese, can be valid UTF-8 by chance.
    bonus = dict.fromkeys(declared(body, http)[:1], _DECLARATION)
    if reading := pieces.chance_utf8(body[: 4 * SAMPLE], _CHINESE, bonus):
        return Decision(reading, "language model, though also valid UTF-8", 0.7)
    return Decision("utf-8", "strict UTF-8", 0.9)


def _single_marks(body: bytes) -> Decision | None:
    """Decide for English text in which only single quotation marks, dashes and the like are not ASCII."""
    if body.translate(None, _ASCII + _TYPOGRAPHIC) or _ADJACENT.search(body):
        return None
    return Decision("cp1252", "single marks", 0.6)


def _not_utf8(body: bytes, http: str | None) -> Decision:
    high = body.translate(None, _ASCII)
    counted = high[:_COUNTED]
    # A few bytes that ASCII letters stand between may look like a sequence once those are left out.
    utf8 = 3 * len(pieces.UTF8_SEQUENCE.findall(counted if len(counted) > _SHORT else body))
    by_chance = len(counted) <= _SHORT and any(_reads_better(body, encoding) for encoding in _CHINESE)
    if utf8 >= _MOSTLY_UTF8 * len(counted) and not by_chance:
        share = round(min(1.0, utf8 / len(counted)), 2)
        return Decision("utf-8", "UTF-8 with damaged or foreign parts", share)
    mixed = pieces.UTF8_HAN.search(high) is not None and pieces.UTF8_HAN.search(body) is not None
    legacy = pieces.UTF8_HAN.sub(b" ", body) if mixed else body
    sample = _sample(legacy, _JUDGED[-1])
    names = declared(body, http)
    encoding, margin, mean = _best_chinese(sample, names)
    if mean < _CHINESE_IN_SPITE:
        for name in names:
            if name in _KANA_OR_HANGUL and _is_declared(sample, name):
                return Decision(name, "declared, and reads as such", 0.8)
    if b"<" not in body[:SAMPLE] and len(body) >= _TOO_SHORT and (wide := _wide(body)):
        size = _JUDGED[0]
        if model.score(body[:size].decode(wide.encoding, "replace")) > mean + 1:
            return wide
    doubtful = _UNLIKELY - (_DECLARATION if names[:1] == [encoding] and _reads(legacy, encoding) else 0.0)
    if mean < doubtful and (other := _foreign(legacy, sample, names)):
        return other
    if margin < _CLEAR and len(sample) > _ASKED_FROM and (asked := _ask(_sample(legacy, SAMPLE))):
        return Decision(asked, "charset-normalizer", 0.6, mixed=mixed)
    confidence = round(min(1.0, 0.5 + margin / (2 * _CLEAR)), 2)
    return Decision(encoding, "mixed page" if mixed else "language model", confidence, mixed=mixed)


def _sample(body: bytes, most: int) -> bytes:
    """Collect runs of two-byte characters, without the markup between them."""
    parts, size = [], 0
    # A search for a byte passes markup far faster than one for a class of bytes.
    leads = body.translate(_LEADS)
    at = leads.find(1)
    while at >= 0 and size < most:
        found = _PAIRS.match(body, at)
        if found:
            parts.append(found.group())
            size += len(found.group()) + 1
        at = leads.find(1, found.end() if found else at + 1)
    return _REPEATED.sub(rb"\1", b" ".join(parts)[:most])


def _best_chinese(sample: bytes, names: list[str]) -> tuple[str, float, float]:
    """Give the better reading, by how many nats it is better, and its mean log-probability."""
    readings: list[tuple[float, str, float]] = []
    for size in _JUDGED:
        readings = []
        for encoding in _CHINESE:
            text = sample[:size].decode(encoding, "replace")
            total = model.log_total(text) - _ODD_SIGN * len(_ODD_SIGNS.findall(text))
            total += _ORNAMENT * len(_ORNAMENTS.findall(text))
            preferred = (
                _DECLARATION if encoding == next((name for name in names if name in _CHINESE), "") else 0.0
            )
            readings.append((total + preferred, encoding, total / max(1, len(text))))
        readings.sort(reverse=True)
        if readings[0][0] - readings[1][0] >= _CLEAR or len(sample) <= size:
            break
    return readings[0][1], readings[0][0] - readings[1][0], readings[0][2]


def _mended(body: bytes) -> str | None:
    """Give the encoding that reads bytes as Chinese once single bad bytes are stepped over."""
    first = _FIRST_HIGH.search(body)
    sample = body[first.start() :][: _JUDGED[0]] if first else b""
    readings = [(model.score(pieces.decode_pieces(sample, encoding)), encoding) for encoding in _CHINESE]
    value, encoding = max(readings)
    return encoding if value > _UNLIKELY else None


def _ask(sample: bytes) -> str | None:
    """Ask charset-normalizer which of the two it is; None where both tie."""
    found = from_bytes(sample, cp_isolation=list(_CHINESE), preemptive_behaviour=False, threshold=1.0)
    ranked = sorted((match.chaos, -match.coherence, match.encoding) for match in found)
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    return ranked[0][2]


def _is_declared(sample: bytes, name: str) -> bool:
    """Tell whether bytes declared as Japanese or Korean have enough kana or hangul in that reading."""
    text = sample.decode(name, "replace")
    script = len(_KANA_OR_HANGUL[name].findall(text))
    return script >= _ENOUGH_SCRIPT * len(text) and text.count("\ufffd") * 10 < len(text)


def _foreign(body: bytes, sample: bytes, names: list[str]) -> Decision | None:
    """Decide for bytes that are no sound Chinese in either encoding."""
    for name in names:
        if (
            name not in {*_CHINESE, "utf-8", "cp1252"}
            and not name.startswith("utf-16")
            and _reads(body, name)
        ):
            return Decision(name, "declared, and not Chinese", 0.6)
    head = body[: 4 * SAMPLE]
    high = len(head) - len(head.translate(None, _HIGH))
    if len(_ACCENT.findall(head)) >= _ACCENTS * high:
        return Decision("cp1252", "single accents", 0.6)
    if mended := _mended(body):
        return Decision(mended, "language model, damaged", 0.6)
    if len(sample) < _TOO_SHORT or any(name in _CHINESE and _reads(body, name) for name in names):
        return None
    match = from_bytes(sample, preemptive_behaviour=False).best()
    if match is not None and match.encoding not in {"gb2312", "gbk", *_CHINESE, "big5", "utf_8"}:
        return Decision(match.encoding, "charset-normalizer, not Chinese", 0.3)
    return None
