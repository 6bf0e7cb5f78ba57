"""Make pages as bytes: declared × real encoding × length × damage."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from text_cases import LOST, Case, by_character, clean_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = ("utf-8", "gb18030", "gb18030, Traditional", "big5hkscs")
DECLARED = (None, "utf-8", "gb2312", "big5", "iso-8859-1")
_SCRIPT = "<script>var hash='9f86d081';function go(n){for(var i=0;i<n;i++){track(i)}}</script>\n"
_TITLE_LENGTHS = (2, 3, 4, 5, 6, 8)


def byte_cases() -> Iterator[Case]:
    """Make all cases whose damage is in the bytes."""
    chance = random.Random(11)
    for number, clean in enumerate(clean_texts()):
        real = REAL[number % 4]
        http, meta = chance.choice(DECLARED), chance.choice(DECLARED)
        for length, text in (("page", clean.text), ("sentence", clean.paragraphs[0])):
            shown = _shown(text, real)
            page = _page(shown, meta) if length == "page" else shown
            if raw := _bytes(page, real):
                yield Case("f", f"f.{length}", (page,), body=raw, http=http)
        yield from _titles(clean.title, real, http, chance)
        yield from _damaged(number, _page(_shown(clean.short, real), meta), real, http)
        yield from _others(number, clean.short, http)


def _shown(text: str, real: str) -> str:
    return by_character(text, "s2tw") if "Traditional" in real or real.startswith("big5") else text


def _bytes(text: str, real: str) -> bytes | None:
    try:
        return text.encode(real.split(",", maxsplit=1)[0])
    except UnicodeEncodeError:
        return None


def _page(text: str, meta: str | None) -> str:
    title, _, body = text.partition("\n")
    declared = f'<meta charset="{meta}">' if meta else ""
    paragraphs = "".join(f"<p>{line}</p>\n" for line in body.split("\n"))
    return (
        f"<html><head>{declared}<title>{title}</title>\n{_SCRIPT}</head><body><h1>{title}</h1>\n"
        f"{paragraphs}</body></html>"
    )


def _titles(title: str, real: str, http: str | None, chance: random.Random) -> Iterator[Case]:
    words = [word for word in title.replace("“", " ").replace("”", " ").split() if len(word) >= 2]
    for length in _TITLE_LENGTHS:
        word = chance.choice(words)[:length]
        shown = _shown(word, real)
        page = _page(shown, None)
        if raw := _bytes(page, real):
            yield Case("f", f"f.title of {len(word)}", (page,), body=raw, http=http)


def _damaged(number: int, page: str, real: str, http: str | None) -> Iterator[Case]:
    raw = _bytes(page, real)
    if raw is None:
        return
    line = page.index("<p>") + 3
    head = _bytes(page[:line], real) or b""
    wanted = page[:line] + "\ufffd" + page[line:]
    yield Case("f", "f.one bad byte", (wanted, page), body=head + b"\xff" + raw[len(head) :], http=http)
    end = page.index("</body>") - len("</p>\n")
    cut = _bytes(page[:end], real) or b""
    if cut[-1] > 0x7F:
        yield Case("f", "f.cut tail", (page[: end - 1],), body=cut[:-1], http=http)
    foreign = "gb18030" if real == "utf-8" else "utf-8"
    footer = f"<p>{_shown(clean_texts()[number - 1].paragraphs[0], real)}</p>"
    yield Case("f", "f.mixed page", (page + footer,), body=raw + footer.encode(foreign), http=http)
    padding = _SCRIPT * 400
    yield Case("f", "f.long script", (padding + page,), body=(_bytes(padding, real) or b"") + raw, http=http)


def _others(number: int, text: str, http: str | None) -> Iterator[Case]:
    page = _page(text, None)
    kind = number % 5
    if kind == 0:
        yield Case("f", "f.UTF-16 with BOM", (page,), body=page.encode("utf-16"), http=http)
    elif kind == 1:
        yield Case("f", "f.UTF-16 bare", (page,), body=page.encode("utf-16-be"), http=http)
    elif kind == 2:
        yield Case("f", "f.UTF-8 with BOM", (page,), body=page.encode("utf-8-sig"), http=http)
    elif kind == 3 and (raw := _bytes(page, "hz")):
        yield Case("f", "f.HZ", (page,), body=raw, http=http)
    else:
        rare = page.replace("。", "𠮷。", 1)
        yield Case("f", "f.four-byte GB 18030", (rare,), body=rare.encode("gb18030"), http=http)
    if number % 4 == 0:
        lost = page.encode("gb18030").replace("，".encode("gbk"), b"\xff")
        wanted = page.replace("，", "\ufffd")
        yield Case("f", "f.many bad bytes", (wanted,), body=lost, http=http, expect=LOST)
