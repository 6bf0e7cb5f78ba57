r"""Escapes left in a text: entities, ``%uXXXX``, ``\uXXXX``.

Each kind is a function from a text to the text, how many runs of escapes it decoded, and one example.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from crawler.text import topic

Kind = Callable[[str], tuple[str, int, str, str]]

# Five digits that are a Chinese character or mark, or four that are a mark; without a semicolon behind.
_BARE_CODE = r"#(?:(?:1[2-9]|[2-5][0-9]|6[0-5])[0-9]{3}(?![0-9]*[;；])|(?:8[2-9]|9[0-9])[0-9]{2}(?!;))"
_ENTITY = re.compile(
    rf"(?:&(?:amp;|#38;|#[xX]26;)*(?:#[xX][0-9a-fA-F]{{1,6}}[;；]|#-?[0-9]{{1,7}}[;；]"
    rf"|#[xX][0-9a-fA-F]{{4}}(?![0-9a-fA-F]*;)|{_BARE_CODE}|[A-Za-z][A-Za-z0-9]{{1,24}};|nbsp(?![A-Za-z0-9=;]))"
    r"|[&＆][#＃](?:[xX][0-9a-fA-F]{4,6}|[0-9]{4,6})[;；])+"
    # The sign in front is gone from all.
    r"|(?<![&\w])(?:#(?:1[2-9]|[2-5][0-9]|6[0-5])[0-9]{3};){4,}"
)
_ONE_ENTITY = re.compile(
    rf"&(?:amp;|#38;|#[xX]26;)*(#[xX][0-9a-fA-F]+|#-?[0-9]{{1,7}};|{_BARE_CODE}|[A-Za-z][A-Za-z0-9]*);?"
)
# 55296 to 56319, and 56320 to 57343.
_UNIT_PAIR = re.compile(
    "&#(5(?:529[6-9]|5[3-9][0-9]{2}|6[0-2][0-9]{2}|631[0-9]));"
    "&#(5(?:63[2-9][0-9]|6[4-9][0-9]{2}|7[0-2][0-9]{2}|73[0-3][0-9]|734[0-3]));"
)
_SIGNED, _UNITS_END = 0x8000, 0x10000
_WIDE_ENTITY = str.maketrans("＆＃；", "&#;")
_PERCENT_U = re.compile(
    r"(?:%[0-7][0-9a-fA-F][0-9A-Za-z.]{0,12}(?=%))*%u[0-9a-fA-F]{4}"
    r"(?:%u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|[0-9A-Za-z.]{1,12}(?=%(?:u[0-9a-fA-F]{4}|[0-7BDbd][0-9a-fA-F])))*"
)
_BACKSLASH_U = re.compile(
    r"(?:\\{1,4}u[0-9a-fA-F]{4}|\\{1,4}[ux]\{[0-9a-fA-F]{2,5}\}"
    # A line's end stands in between where the text was written as JSON.
    r"|(?<=[0-9a-fA-F]{4})(?:\\{1,4}[nrt])+(?=[0-9]{0,4}[.、]?\\{1,4}u[0-9a-fA-F]{4}))+"
)
_BARE_U = re.compile(
    r"(?:u(?:[4-9][0-9a-f]|ff|30|2[0-6])[0-9a-f]{2}|(?<=u[4-9][0-9a-f]{3})u00[bd]7(?=u[4-9][0-9a-f]))+"
)
_BARE_U_SURE = re.compile(r"(?<![A-Za-z\\%+])(?:u(?:[4-9][0-9a-f]|ff|30|2[0-6])[0-9a-f]{2}){4,}(?![A-Za-z])")
_UNITS = re.compile(r"(?:%u[0-9a-fA-F]{4}|\\*u[0-9a-fA-F]{4}|\\{1,4}[ux]\{[0-9a-fA-F]{2,5}\})+")
_PERCENT_BYTE = re.compile(r"%([0-9a-fA-F]{2})")
_LINE_END = re.compile(r"(?:\\{1,4}[nr])+")
_HEX4 = re.compile(r"\{([0-9a-fA-F]{2,5})\}|([0-9a-fA-F]{4})")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# What stands around an escape in program code, JSON, a regular expression or an address.
_CODE_BEFORE = re.compile(r"""(?:[=(\[{,:+]\s*["'`]+|[?&#=^]|\bU\+?)\Z""")
_CODE_AFTER = re.compile(r"""^(?:["'`]\s*[)\];,}+:]|}|\+\s*["'])""")
_ANY = re.compile(
    r"%u[0-9a-fA-F]{4}|\\{1,4}[ux]\{[0-9a-fA-F]{2,6}\}|\\{1,4}u[0-9a-fA-F]{4}|\\{1,4}x[0-9a-fA-F]{2}|&#\w+;|%[0-9a-fA-F]{2}"
)
# What is left of an escape at the ends of what is looked at.
_CUT_ESCAPE = re.compile(r"\A(?:[ux]?\{)?[0-9a-fA-F]{0,6}\}|\\{1,4}(?:[ux]\{?[0-9a-fA-F]{0,6})?\Z")
_RANGE = re.compile(r"\[[^\]]*\\{1,4}[ux]\{?[0-9a-fA-F]{4,5}\}?-\\{1,4}[ux]")
# From one character to another: of a regular expression, or a table of codes.
_ONE_CODE = r"(?:\\{1,4}u[0-9a-fA-F]{4}|%u[0-9a-fA-F]{4}|\\{1,4}[ux]\{[0-9a-fA-F]{2,5}\})"
_TO = re.compile(rf"{_ONE_CODE}[-–—~～至到]{_ONE_CODE}")
# Blanks between an escape and the sentence around it: it is spoken of.
_SET_OFF = re.compile("[\u3400-\u9fff] {2}[\u3400-\u9fff]\\Z")
_QUOTES = re.compile(r"""["'`]""")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?=[\s/>])[^<>]{0,60}>")
_TAG_AHEAD = re.compile(rf"{_TAG.pattern}\s*\Z")
_SOURCE = re.compile(r"<(?:!doctype\s+html|html|head|body|title)\b[^<>]{0,200}>", re.IGNORECASE)
_CODE_LINE = re.compile(
    r"\b(?:var|let|const|def|return|import|function|print(?:ln|f)?|echo|unescape|(?:de|en)codeURI\w*|String|char)"
    r"\b\s*[(\"'\w]|</?[a-z]+[^<>]{0,60}>|[A-Za-z_]\w*[^;{}\n]{0,80}[;{}]\s*$"
)
_NEAR = 24
_OPENING = frozenset("“‘「『\"'`")
_QUOTING = "“‘「『"
_QUOTED = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"))
_SIGHT = 200
_BESIDE = 6
_OF_CHINESE = re.compile("[\u2010-\u2026\u2e80-\u9fff\uff00-\uffef]")
# A page that explains an escape has few of them.
_FEW_EXPLAINED = 2
_LEAST_HAN = 2


def _entities(text: str) -> tuple[str, int, str, str]:
    # In the source of a page they are no damage.
    if not any(sign in text for sign in "&＆#") or _SOURCE.search(text):
        return text, 0, "", ""
    return decode_runs(text, _ENTITY, _decode_entities, _entity_fits)


def _decode_entities(run: str) -> str:
    if run.startswith("#"):
        run = run.replace("#", "&#")
    return _ONE_ENTITY.sub(_one_entity, _UNIT_PAIR.sub(_character, run.translate(_WIDE_ENTITY)))


def _one_entity(found: re.Match[str]) -> str:
    name = found.group(1).rstrip(";")
    if name.startswith("#-"):
        # A number of sixteen bits whose highest one was taken for a sign.
        code = int(name[1:]) + 0x10000
        return chr(code) if _SIGNED <= code < _UNITS_END else found.group()
    return html.unescape(f"&{name};")


def _character(found: re.Match[str]) -> str:
    """Make one character of two entities that are the halves of its UTF-16."""
    units = b"".join(int(digits).to_bytes(2, "little") for digits in found.groups())
    return units.decode("utf-16-le", "replace")


def _entity_fits(found: re.Match[str], decoded: str) -> bool:
    if decoded == found.group():
        return False
    if not HAN.search(decoded) and (_TAG.search(_line_around(found)) or _follows_tag(found)):
        return False
    if decoded in "<>":
        # Half a tag is code; a bracket next to Chinese is a title's.
        text = found.string
        other = (
            text[found.end() : found.end() + 1] if decoded == "<" else text[found.start() - 1 : found.start()]
        )
        return bool(_CJK.match(other))
    return not _in_address(found, decoded)


def _follows_tag(found: re.Match[str]) -> bool:
    """Say whether a tag that ends the line before stands ahead: what follows is a page's source."""
    start = found.start()
    return _TAG_AHEAD.search(found.string, max(0, start - _SIGHT), start) is not None


def is_no_address(found: re.Match[str], decoded: str) -> bool:
    """Tell whether an escape, of a kind that no code has, stands in text and says something."""
    return decoded != found.group() and not _in_address(found, decoded)


# A parameter's value, or a folder of Windows.
_IN_VALUE = re.compile(r"[?&]\w+=[^&]*$")
_HOST = re.compile(r"(?:://|www\.)[\w.-]+\Z", re.ASCII)
_IN_FOLDER = re.compile(r"\b[A-Za-z]:\\(?!\\?u[0-9a-fA-F]{4})[^\s\"<>|，。]*\Z", re.ASCII)


def _in_address(found: re.Match[str], decoded: str) -> bool:
    before = found.string[max(0, found.start() - _SIGHT) : found.start()]
    token = re.split(r"[^!-~]", before)[-1]
    if _HOST.search(token) and not decoded[:1].isascii():
        # No name of a host goes on so.
        return False
    return "://" in token or "www." in token or bool(_IN_VALUE.search(token) or _IN_FOLDER.search(before))


def _line_around(found: re.Match[str]) -> str:
    """Give what stands on the line of an escape, at most 200 characters before it and after it."""
    text, start, end = found.string, found.start(), found.end()
    low, high = max(0, start - _SIGHT), end + _SIGHT
    first = text.rfind("\n", low, start) + 1 or low
    last = text.find("\n", end, high)
    return text[first:start] + " " + text[end : last if last >= 0 else high]


def _percent_u(text: str) -> tuple[str, int, str, str]:
    if "%u" not in text:
        return text, 0, "", ""
    return decode_runs(text, _PERCENT_U, _decode_hex, is_in_text)


def _backslash_u(text: str) -> tuple[str, int, str, str]:
    if "\\u" not in text and "\\x" not in text:
        return text, 0, "", ""
    return decode_runs(text, _BACKSLASH_U, _decode_hex, is_in_text)


def _bare_u(text: str) -> tuple[str, int, str, str]:
    if "u" not in text or not _BARE_U_SURE.search(text):
        return text, 0, "", ""
    return decode_runs(text, _BARE_U, _decode_hex, is_in_text)


def _decode_hex(run: str) -> str:
    spaced = _PERCENT_BYTE.sub(lambda found: chr(int(found.group(1), 16)), run)
    spaced = _LINE_END.sub("\n", spaced)
    return _UNITS.sub(_characters, spaced)


def _characters(found: re.Match[str]) -> str:
    units = "".join(chr(int(braced or digits, 16)) for braced, digits in _HEX4.findall(found.group()))
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_in_text(found: re.Match[str], decoded: str) -> bool | None:
    """Tell whether an escape stands in text.

    True if so; False in an address; None in quotes, in other script, or in what looks like code, where the
    rest of the page decides.
    """
    if decoded == found.group() or _in_address(found, decoded) or _is_of_range(found):
        return False
    if _in_code(found):
        return None
    text, start, end = found.string, found.start(), found.end()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before == "[" or after == "]" or _SET_OFF.match(text[max(0, start - 2) : start] + text[end : end + 2]):
        return len(decoded) > _LEAST_HAN or None
    if _is_misread_utf8(decoded):
        return True
    if not _CJK.search(decoded) or (_QUOTES.match(before) and not HAN.search(_line_around(found))):
        return None
    return True


def _is_misread_utf8(decoded: str) -> bool:
    """Tell whether escaped characters stand for the bytes of Chinese in UTF-8, as some exports write them."""
    try:
        return len(HAN.findall(decoded.encode("latin-1").decode())) >= _LEAST_HAN
    except UnicodeError:
        return False


def _is_of_range(found: re.Match[str]) -> bool:
    """Tell whether an escape is one end of a range of characters."""
    text, start, end = found.string, found.start(), found.end()
    return any(
        start in one.span() or end in one.span()
        for one in _TO.finditer(text, max(0, start - _NEAR), end + _NEAR)
    )


def _in_code(found: re.Match[str]) -> bool:
    text, start, end = found.string, found.start(), found.end()
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    return bool(
        _CODE_BEFORE.search(before)
        or _CODE_AFTER.search(after)
        or _RANGE.search(before + found.group() + after)
        or _CODE_LINE.search(_ANY.sub("", _CUT_ESCAPE.sub("", _line_around(found))))
    )


def decode_runs(
    text: str,
    pattern: re.Pattern[str],
    decode: Callable[[str], str],
    fits: Callable[[re.Match[str], str], bool | None],
) -> tuple[str, int, str, str]:
    """Decode the runs that fit, unless the text is about such escapes rather than made of them."""
    sure: list[tuple[int, int, str]] = []
    unsure: list[tuple[int, int, str]] = []
    for found in pattern.finditer(text):
        decoded = decode(found.group())
        fit = fits(found, decoded)
        if fit is not False:
            (sure if fit else unsure).append((found.start(), found.end(), decoded))
    few = len(sure) <= _FEW_EXPLAINED
    if not sure or any(_is_explained(text, *one, quoted=few) for one in sure):
        return text, 0, "", ""
    chosen = sorted(sure + unsure)
    new, at = [], 0
    rest = []
    for start, end, decoded in chosen:
        new += [text[at:start], decoded]
        rest.append(text[at:start])
        at = end
    new.append(text[at:])
    rest.append(text[at:])
    healthy = " ".join(rest)
    han = sum(len(HAN.findall(decoded)) for _, _, decoded in chosen)
    if han < len(HAN.findall(healthy)) and topic.about_encodings(healthy):
        return text, 0, "", ""
    start, end, decoded = max(chosen, key=lambda one: min(len(one[2]), _NEAR))
    return "".join(new), len(chosen), text[start:end], decoded


def _is_explained(text: str, start: int, end: int, decoded: str, *, quoted: bool) -> bool:
    """Say whether what an escape stands for is told: beside it (``输入&copy;得到©``) or ``quoted`` near."""
    sign = decoded.strip()
    if len(sign) == 1:
        beside = text[max(0, start - _BESIDE) : start] + text[end : end + _BESIDE]
        near = text[max(0, start - _NEAR) : start] + text[end : end + _NEAR]
        shown = sign in beside or any(f"{opening}{sign}{closing}" in near for opening, closing in _QUOTED)
        return shown and (quoted or not _OF_CHINESE.match(sign))
    around = text[max(0, start - _SIGHT) : start] + "\n" + text[end : end + _SIGHT]
    if quoted and HAN.search(sign) and any(f"{opening}{sign}" in around for opening in _QUOTING):
        return True
    return text[max(0, start - 1) : start] in _OPENING and sign in text[end : end + _NEAR]


UNICODE: dict[str, Kind] = {
    "entity": _entities,
    "bare-u": _bare_u,
    "percent-u": _percent_u,
    "backslash-u": _backslash_u,
}
