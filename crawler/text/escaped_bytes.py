r"""Bytes written out in a text, ``%E4%BA%91``, ``=E4=BA=91``, ``\xe4\xba\x91``, ``\344\272``, HZ, UTF-7.

Each kind is a function as in ``crawler.text.escapes``. The encoding is decided over all runs of a text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote_to_bytes

from crawler.text import model
from crawler.text.escapes import HAN, Kind, decode_runs, is_in_text, is_no_address
from crawler.text.pairs import as_gb2312

_ENCODINGS = ("utf-8", "gb18030", "big5hkscs")
_BACKSLASH_X = re.compile(r"(?:\\{1,4}x[0-9a-fA-F]{2})+")
_OCTAL = re.compile(r"(?:\\{1,4}[0-3][0-7]{2})+")
_PERCENT = re.compile(
    r"(?<![!-~])(?:%[0-9a-fA-F]{2}|[\w.!()~*',+-]|(?<=[0-9])/(?=[0-9])|(?<=%[0-9a-fA-F]{2})[:;?])+(?![!-~])",
    re.ASCII,
)
_PERCENT_TWICE = re.compile(
    r"(?<![!-~])(?:%25[0-9a-fA-F]{2}|[\w.!()~*',+-]|(?<=[0-9])/(?=[0-9])|(?<=%25[0-9a-fA-F]{2})[:;?])+(?![!-~])",
    re.ASCII,
)
# With anything between, where it is no part of a path or of a form's data.
_PERCENT_RUN = re.compile(
    r"(?<![\w/=?&#%.+-])(?:%[0-9a-fA-F]{2}){4,}(?:[!-$&-~]{0,40}(?:%[0-9a-fA-F]{2})+)*[@-~]?", re.ASCII
)
_PERCENT_RUN_TWICE = re.compile(_PERCENT_RUN.pattern.replace("?:%", "?:%25"), re.ASCII)
_PERCENT_SIGN = re.compile("(?<=[0-9])%25(?![0-9a-fA-F]{2})")
_PERCENT_U_TWICE = re.compile(r"(?:%25u[0-9a-fA-F]{4}|%25[0-7][0-9a-fA-F])+")
_QUOTED = re.compile(r"=[0-9A-F]{2}(?:(?:[ -<>-~]|=\n){0,90}=[0-9A-F]{2})*(?:[@-~](?![ -~]))?|=\n")
# How Python shows bytes.
_SHOWN_BYTES = re.compile(r"""b(['"])((?:\\x[0-9a-f]{2}|\\[nrt'"\\]|(?!\1)[ -\[\]-~])+)\1""")
_ANGLE = re.compile("(?:<[0-9A-Fa-f]{2}>)+")
_HZ = re.compile(r"~\{((?:[!-w][!-~])+?)~\}")
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]{3,})(?:-|(?![A-Za-z0-9+/=]))")
_MIME = re.compile(r"=\?([\w.-]+)\?([BbQq])\?([^?\n]*)\?=(?:[ \t]*\n?[ \t]+(?==\?))?")
_POINTS = re.compile(
    r"(?:\\{1,4}U[0-9a-fA-F]{8}|<U\+[0-9a-fA-F]{4,6}>|U\+[0-9A-F]{4,5}(?:[ \t]|(?![0-9A-Fa-f]))"
    r"|\\[0-9a-f]{4}(?: |(?![0-9A-Fa-f])))+"
)
_POINT = re.compile(r"(?:\\{1,4}U|<U\+|U\+|\\)([0-9a-fA-F]{4,8})[> \t]?")
_HIGH = re.compile(rb"[\x80-\xff]")
# Below this mean log-probability the bytes were no text.
_LIKELY = -8.5
_LEAST_HAN = 2
# Characters by their numbers are also listed, by people; a sentence has so many.
_LISTED = 4
_NO_CODE = 0x110000

Bytes = Callable[[str], bytes]


def _kind(
    text: str, marker: re.Pattern[str], pattern: re.Pattern[str], to_bytes: Bytes, least: int
) -> tuple[str, int, str, str]:
    """Decode the runs of a pattern if together they are Chinese text in one encoding."""
    if not marker.search(text):
        return text, 0, "", ""
    fits = is_no_address if pattern is _HZ else is_in_text
    raws = [raw for found in pattern.finditer(text) if _HIGH.search(raw := to_bytes(found.group()))]
    encoding = _encoding(raws, least)
    if encoding is None:
        return text, 0, "", ""
    return decode_runs(text, pattern, lambda run: _decoded(run, to_bytes, encoding), fits)


def _decoded(run: str, to_bytes: Bytes, encoding: str) -> str:
    try:
        text = to_bytes(run).decode(encoding)
    except UnicodeDecodeError:
        return run
    return text if HAN.search(text) or not text.isascii() or "=\n" in run else run


def _encoding(raws: list[bytes], least: int) -> str | None:
    found = []
    for encoding in _ENCODINGS:
        texts = [text for raw in raws if (text := _strict(raw, encoding)) is not None]
        han = HAN.findall("".join(texts))
        few = len(han) < (least if encoding == "utf-8" else _LEAST_HAN)
        # By chance bytes are hardly UTF-8 of a few characters.
        certain = encoding == "utf-8" and (least == 1 or len(han) >= _LISTED)
        if few or ((value := model.score("".join(han))) <= _LIKELY and not certain):
            continue
        found.append((len(texts), encoding == "utf-8", value, encoding))
    if found:
        return max(found)[-1]
    return "gb18030" if as_gb2312(b" ".join(raws), _LISTED) else None


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _hex_bytes(run: str) -> bytes:
    return bytes(int(pair, 16) for pair in re.findall(r"x(..)", run))


def _shown_bytes(run: str) -> bytes:
    written = run[2:-1].encode("latin-1", "replace")
    return written.decode("unicode_escape").encode("latin-1", "replace")


def _angle_bytes(run: str) -> bytes:
    return bytes.fromhex(run.replace("<", "").replace(">", ""))


def _octal_bytes(run: str) -> bytes:
    return bytes(int(digits, 8) for digits in re.findall(r"[0-7]{3}", run))


def _percent_bytes(run: str) -> bytes:
    # A form writes a blank as a plus sign; then a real one is written out.
    return unquote_to_bytes(run.replace("+", " ") if "%" in run else run)


def _percent_twice_bytes(run: str) -> bytes:
    return _percent_bytes(run.replace("%25", "%"))


def _quoted_bytes(run: str) -> bytes:
    return binascii.a2b_qp(run.encode("ascii", "replace"))


def _hz_bytes(run: str) -> bytes:
    return bytes(ord(char) | 0x80 for char in run[2:-2])


def _percent_u_twice(text: str) -> tuple[str, int, str, str]:
    if "%25u" not in text:
        return text, 0, "", ""

    def decoded(run: str) -> str:
        return "".join(
            chr(int(wide or narrow, 16)) for wide, narrow in re.findall(r"%25(?:u(.{4})|(..))", run)
        )

    new, count, before, after = decode_runs(text, _PERCENT_U_TWICE, decoded, is_in_text)
    # What escaped the escapes once more did so with the percent signs of the text.
    return _PERCENT_SIGN.sub("%", new) if count else new, count, before, after


def _code_points(text: str) -> tuple[str, int, str, str]:
    if "\\" not in text and "U+" not in text:
        return text, 0, "", ""

    runs = [found.group() for found in _POINTS.finditer(text)]
    if max((len(_POINT.findall(run)) for run in runs), default=0) < _LISTED:
        return text, 0, "", ""
    han = HAN.findall("".join(map(_points, runs)))
    if not han or model.score("".join(han)) <= _LIKELY:
        return text, 0, "", ""
    return decode_runs(text, _POINTS, _points, is_in_text)


def _points(run: str) -> str:
    codes = [int(digits, 16) for digits in _POINT.findall(run)]
    return "".join(map(chr, codes)) if max(codes) < _NO_CODE else run


def _utf7(text: str) -> tuple[str, int, str, str]:
    if "+" not in text:
        return text, 0, "", ""
    han = HAN.findall("".join(_utf7_text(found.group()) for found in _UTF7.finditer(text)))
    if len(han) < _LISTED or model.score("".join(han)) <= _LIKELY:
        return text, 0, "", ""
    return decode_runs(text, _UTF7, lambda run: _utf7_text(run) or run, is_no_address)


def _utf7_text(run: str) -> str:
    packed = run[1:].rstrip("-")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be")
    except (ValueError, UnicodeDecodeError):
        return ""


def _mime(text: str) -> tuple[str, int, str, str]:
    if "=?" not in text:
        return text, 0, "", ""

    def decoded(run: str) -> str:
        return _MIME.sub(_mime_word, run)

    return decode_runs(text, _MIME, decoded, is_no_address)


def _mime_word(found: re.Match[str]) -> str:
    name, way, written = found.groups()
    try:
        if way in "bB":
            raw = base64.b64decode(written + "=" * (-len(written) % 4))
        else:
            raw = binascii.a2b_qp(written.encode("ascii"), header=True)
        return raw.decode(name)
    except (ValueError, LookupError):
        return found.group()


def _of(marker: str, pattern: re.Pattern[str], to_bytes: Bytes, least: int = _LEAST_HAN) -> Kind:
    return partial(_kind, marker=re.compile(marker), pattern=pattern, to_bytes=to_bytes, least=least)


KINDS: dict[str, Kind] = {
    "shown-bytes": _of(r"\\x[0-9a-f]{2}", _SHOWN_BYTES, _shown_bytes),
    "backslash-x": _of(r"\\x", _BACKSLASH_X, _hex_bytes, 1),
    "angle": _of("<[89A-Fa-f][0-9A-Fa-f]><[89A-Fa-f]", _ANGLE, _angle_bytes),
    "octal": _of(r"\\[0-3][0-7]{2}", _OCTAL, _octal_bytes),
    "code-point": _code_points,
    "percent-u-twice": _percent_u_twice,
    "percent-twice": _of("%25[0-9a-fA-F]{2}", _PERCENT_TWICE, _percent_twice_bytes),
    "percent": _of("%[0-9a-fA-F]{2}", _PERCENT, _percent_bytes),
    "percent-run-twice": _of("%25[0-9a-fA-F]{2}", _PERCENT_RUN_TWICE, _percent_twice_bytes, _LISTED),
    "percent-run": _of("%[0-9a-fA-F]{2}%", _PERCENT_RUN, _percent_bytes, _LISTED),
    "mime": _mime,
    "quoted-printable": _of("=[0-9A-F]{2}", _QUOTED, _quoted_bytes),
    "hz": _of("~[{]", _HZ, _hz_bytes),
    "utf-7": _utf7,
}
