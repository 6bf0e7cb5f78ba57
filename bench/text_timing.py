"""How long deciding, restoring and the canonical form take, and whether time grows with length only.

Measured in CPU time, so that what else the machine does counts little.
"""

from __future__ import annotations

import math
import statistics
import time
from typing import TYPE_CHECKING

import glossing
from text_cases import by_character, clean_texts

from crawler.text import charset
from crawler.text.canonical import canonical
from crawler.text.restore import restore_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE_BYTES, PAGE_CHARACTERS = 30_000, 2_000
_FILLER = '<li class="nav-item"><a href="/news/list_12.html" target="_blank">'
PAGES, ROUNDS = 40, 3
_STEPS = ("decide and decode", "restore", "canonical")


def rows() -> Iterator[tuple[str, str]]:
    """Measure everything: what, and how long."""
    texts = list(_page_texts())
    yield from _pages("healthy page, UTF-8", texts, "utf-8")
    yield from _pages("healthy page, GBK", texts, "gb18030")
    glossed = [_glossed(text, number) for number, text in enumerate(texts)]
    yield from _pages("page with readings, GBK", glossed, "gb18030")
    yield from _pages("page with readings and cuts", [_cut(text, n) for n, text in enumerate(texts)], "utf-8")
    big = "\n".join(texts).encode("gb18030") * 4
    yield "deciding 500 kB of GBK", _milliseconds(lambda: charset.decide(big[:500_000]), 5)
    script = ("<script>" + "x=1;" * 120_000 + "</script>").encode() + texts[0].encode("gb18030")
    yield "deciding 500 kB of script with a GBK page behind", _milliseconds(lambda: charset.decide(script), 5)
    yield from _growth("healthy text", "\n".join(texts))
    yield from _growth("text with readings", "\n".join(glossed))
    yield from _growth("one line without a break", "".join(texts).replace("\n", ""))
    yield from _growth("brackets only", "(" * 100_000)


def _page_texts() -> Iterator[str]:
    every = "\n".join(clean.text for clean in clean_texts())
    for number in range(PAGES):
        at = number * PAGE_CHARACTERS
        yield every[at : at + PAGE_CHARACTERS]


def _glossed(text: str, number: int) -> str:
    shown = by_character(text, "s2t")
    return glossing.toned(shown, glossing.chosen(shown, text, 0.4, salt=f"t{number}"))


def _cut(text: str, number: int) -> str:
    shown = by_character(text, "s2t")
    readings = glossing.any_characters(shown, 0.4, salt=f"t{number}", converted=text)
    return glossing.in_bytes(shown, readings, salt=f"t{number}", share=0.4)[0]


def _pages(name: str, texts: list[str], encoding: str) -> Iterator[tuple[str, str]]:
    bodies = []
    for text in texts:
        page = "".join(f"<p>{line}</p>\n" for line in text.split("\n"))
        filler = _FILLER * ((PAGE_BYTES - len(page.encode(encoding, "replace"))) // len(_FILLER))
        bodies.append((filler + page).encode(encoding, "replace"))
    steps: dict[str, list[float]] = {name: [math.inf] * PAGES for name in _STEPS}
    # The quickest of a few rounds: what else the machine did meanwhile is not the question.
    for _ in range(ROUNDS):
        for at, (body, text) in enumerate(zip(bodies, texts, strict=True)):
            for step, spent in zip(_STEPS, _one_page(body, text), strict=True):
                steps[step][at] = min(steps[step][at], spent * 1000)
    every = [sum(times) for times in zip(*steps.values(), strict=True)]
    parts = ", ".join(f"{step} {statistics.median(times):.2f}" for step, times in steps.items())
    worst = sorted(every)[int(0.95 * len(every))]
    yield name, f"{statistics.median(every):.2f} ms (95 % below {worst:.1f}; {parts})"


def _one_page(body: bytes, text: str) -> tuple[float, float, float]:
    started = time.process_time()
    charset.decode(body, charset.decide(body))
    decided = time.process_time()
    restored = restore_all(text.split("\n")).texts
    done = time.process_time()
    canonical("\n".join(restored))
    return decided - started, done - decided, time.process_time() - done


def _milliseconds(run: Callable[[], object], times: int) -> str:
    spent = []
    for _ in range(times):
        started = time.process_time()
        run()
        spent.append((time.process_time() - started) * 1000)
    return f"{statistics.median(spent):.2f} ms"


def _growth(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Restore 1 MB and 5 MB of a text; linear is five times as long."""
    spent = []
    for size in (1_000_000, 5_000_000):
        wanted = size // max(1, len(text.encode()) // len(text))
        long = (text * (wanted // len(text) + 1))[:wanted]
        started = time.process_time()
        canonical(restore_all([long]).texts[0])
        spent.append(time.process_time() - started)
    yield (
        f"restore and canonical, {name}",
        (f"1 MB {spent[0]:.2f} s, 5 MB {spent[1]:.2f} s: × {spent[1] / spent[0]:.1f}"),
    )
