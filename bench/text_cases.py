"""Make damaged cases from clean texts: a, b, c, d, e and g as text. Bytes are in ``byte_cases``.

Everything is deterministic, so that two runs have the same cases.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import glossing
import misreading
import opencc

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "seeds" / "replicas" / "texts"
TESTS = ROOT / "tests" / "text" / "cases"
SHARES = (0.1, 0.4, 0.8)
_MOST_CUT = 150
# Which texts are treated how, and which characters glossed, follows from it.
SEED = 7
REPAIRED, LOST, UNTOUCHED = "repaired", "lost", "untouched"
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: ``damaged`` is text, or ``body`` bytes with the ``http`` charset that was declared.

    ``wanted`` are the texts that count as exact: the text as written and its Simplified form. ``expect`` says
    whether it can be restored, is lost in parts (and has to be flagged), or has to stay.
    """

    family: str
    kind: str
    wanted: tuple[str, ...]
    damaged: str = ""
    body: bytes | None = None
    http: str | None = None
    expect: str = REPAIRED


@dataclass(frozen=True, slots=True)
class Clean:
    """A clean article: its title and a few paragraphs, Simplified."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole, a paragraph a line."""
        return "\n".join((self.title, *self.paragraphs))

    @property
    def short(self) -> str:
        """Title and the first two paragraphs."""
        return "\n".join((self.title, *self.paragraphs[:2]))


@cache
def clean_texts() -> tuple[Clean, ...]:
    """Read the clean texts of the replica portals."""
    found: list[Clean] = []
    for path in sorted(TEXTS.glob("*.jsonl")):
        for line in filter(None, path.read_text("utf-8").split("\n")):
            text = json.loads(line)
            found.append(Clean(text["title"], tuple(text["paragraphs"])))
    random.Random(SEED).shuffle(found)  # an order, the same each time
    return tuple(found)


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@cache
def _traditional_character(char: str, name: str) -> str:
    return str(_converter(name).convert(char))


def by_character(text: str, name: str) -> str:
    """Convert to Traditional one character at a time, as the sites do that gloss."""
    return "".join(_traditional_character(char, name) if _HAN.match(char) else char for char in text)


def text_cases() -> Iterator[Case]:
    """Make all cases whose damage is in the text."""
    yield from _glossed()
    yield from _cut()
    yield from _untouched()
    yield from _misread()
    yield from _scripts()


def _glossed() -> Iterator[Case]:
    for number, clean in enumerate(clean_texts()):
        text = clean.short if number % 2 else clean.text
        shown = by_character(text, ("s2t", "s2tw", "s2hk")[number % 3])
        for share in (*SHARES, 0.0):
            kind = f"a.{round(100 * share)} %" if share else "a.fixed list"
            readings = glossing.chosen(shown, text, share, salt=f"{number}")
            yield Case("a", kind, (text, shown), glossing.toned(shown, readings))
        readings = glossing.chosen(shown, text, SHARES[number % 3], salt=f"b{number}", toneless=True)
        yield Case("b", "b.blank behind", (text, shown), glossing.toned(shown, readings, ") "))
        yield Case("b", "b.doubled", (text, shown), glossing.doubled(shown, readings))
        readings = glossing.any_characters(text, 0.2, salt=f"s{number}")
        yield Case("a", "a.blank inside", (text,), glossing.toned(text, readings, " )"))


def _cut() -> Iterator[Case]:
    counts: Counter[str] = Counter()
    for number, clean in enumerate(clean_texts()):
        for salt, text in enumerate((clean.text, clean.short, *clean.paragraphs[2:])):
            for case in _cut_text(text, f"c{number}/{salt}", number):
                if counts[case.kind] < _MOST_CUT:
                    counts[case.kind] += 1
                    yield case


def _cut_text(text: str, salt: str, number: int) -> Iterator[Case]:
    shown = by_character(text, ("s2t", "s2tw", "s2hk")[number % 3])
    share = SHARES[number % 3]
    readings = glossing.any_characters(shown, share, salt=salt, converted=text)
    damaged, cuts, lost = glossing.in_bytes(shown, readings, salt=salt, share=share)
    if cuts and lost:
        yield Case("c", "c.with lost bytes", (text, shown), damaged, expect=LOST)
    elif cuts:
        yield Case("c", "c.one" if cuts == 1 else "c.several", (text, shown), damaged)
        yield Case("c", "c.U+FFFD", (text, shown), damaged.replace("?", "\ufffd"))
    damaged, cuts, lost = glossing.at_marks(glossing.toned(shown, readings))
    if cuts and readings:
        kind = "c.marks" if cuts == 1 else "c.several marks"
        yield Case("c", kind, (text, shown), damaged, expect=LOST if lost else REPAIRED)


def _untouched() -> Iterator[Case]:
    for number, clean in enumerate(clean_texts()):
        text = clean.text
        yield _stays("d.articles", text)
        name = ("s2t", "s2tw", "s2hk", "s2twp")[number % 4]
        yield _stays("d.articles", str(_converter(name).convert(text)))
        yield _stays("d.titles", clean.title)
    for path in sorted(TESTS.glob("*.jsonl")):
        if path.stem not in {"negatives", "negatives_annotated", "negatives_encoding", "adversarial"}:
            continue
        for line in filter(None, path.read_text("utf-8").split("\n")):
            row = json.loads(line)
            if row.get("kind", "text") == "text" and row.get("out", row["in"]) == row["in"]:
                yield _stays(f"d.tests/{path.stem}", row["in"])


def _stays(kind: str, text: str) -> Case:
    return Case("d", kind, (text,), text, expect=UNTOUCHED)


def _misread() -> Iterator[Case]:
    for number, clean in enumerate(clean_texts()):
        simplified = clean.short if number % 3 else clean.title
        traditional = str(_converter("s2tw").convert(simplified))
        for name in misreading.of(number):
            text = traditional if name.startswith("big5") else simplified
            damaged, lossy = misreading.misread(name, text)
            if damaged is not None and damaged != text:
                expect = LOST if lossy else REPAIRED
                label = f"e.{name}, bytes lost" if lossy else f"e.{name}"
                yield Case("e", label, (text,), damaged, expect=expect)


def _scripts() -> Iterator[Case]:
    for number, clean in enumerate(clean_texts()):
        for name in ("s2t", "s2tw", "s2hk"):
            shown = str(_converter(name).convert(clean.short))
            yield Case("g", f"g.{name}", (clean.short,), shown)
        if number % 2:
            yield Case("g", "g.by character", (clean.short,), by_character(clean.short, "s2tw"))
        yield Case("g", "g.Simplified", (clean.short,), clean.short)
    for line in (Path(__file__).parent / "script_traps.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            shown, wanted = line.split("\t")
            yield Case("g", "g.traps", (wanted,), shown)
