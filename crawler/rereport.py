"""How the command `reread` shows what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from crawler.difference import difference

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from rich.console import Console

    from crawler.rereading import Tally
    from crawler.store.packing import Content

WIDE = 110
"""Columns of what does not go to a terminal."""
LINES = 12
"""Lines of one article's difference that are shown."""
LONG = 80
"""Characters of a dropped block that are shown."""
_SELDOM = ("written", "refused", "damaged", "overtaken", "unread")
_HEADINGS = {"now_done": "done now", "not_done": "no longer"}


def example(console: Console, url: str, old: Content, new: Content, names: Sequence[str]) -> None:
    """Print what differs in one article."""
    lines = list(difference(old, new))
    told = {str(line).split(":", 1)[0] for line in lines}
    shown_with_body = {"body", "canonical_body", "canonical_title"}
    lines += [
        Text(f"{name}: {getattr(old, name)!r} → {getattr(new, name)!r}")
        for name in names
        if name not in told | shown_with_body
    ]
    _print(console, url, lines)


def rule_example(console: Console, url: str, before: Counter[str], after: Counter[str]) -> None:
    """Print what a rule does to one article now and did not do before, and the other way round."""
    kinds = (("now", after - before), ("no longer", before - after))
    lines = [Text(f"{word}: {_short(text)}") for word, found in kinds for text in found.elements()]
    _print(console, url, lines)


def show(
    console: Console, tallies: Sequence[Tally], *, rule: str | None, applied: bool, without: int
) -> None:
    """Print the figures: a table of portals, one of fields, and a sentence."""
    if tallies:
        console.print(_portals(tallies, rule=rule))
    if any(one.fields for one in tallies):
        console.print(_fields(tallies))
    differ = sum(one.differ for one in tallies)
    read = sum(one.read for one in tallies)
    written = sum(one.written for one in tallies)
    sentence = f"{read} read again, {differ} differ"
    if applied and differ:
        sentence += f", {written} corrected, each by a version of its own"
    elif differ:
        sentence += "; nothing was written (--apply does)"
    sentence += f". Not read: {without} of which no page is kept." if without else "."
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _portals(tallies: Sequence[Tally], *, rule: str | None) -> Table:
    columns = ["read", "same", "differ"]
    columns += ["now_done", "not_done"] if rule else []
    columns += [name for name in _SELDOM if any(getattr(one, name) for one in tallies)]
    table = Table(title="Read again", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("portal")
    for name in columns:
        table.add_column(_HEADINGS.get(name, name), justify="right")
    for one in tallies:
        table.add_row(one.portal, *(str(getattr(one, name)) for name in columns))
    return table


def _fields(tallies: Sequence[Tally]) -> Table:
    table = Table(title="Fields that differ", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("field")
    chosen = [one for one in tallies if one.fields]
    for one in chosen:
        table.add_column(one.portal, justify="right")
    names = dict.fromkeys(name for one in chosen for name in one.fields)
    for name in names:
        table.add_row(name, *(str(one.fields[name]) for one in chosen))
    return table


def _print(console: Console, url: str, lines: Sequence[Text]) -> None:
    console.print(Text(url, style="bold"), soft_wrap=True)
    for line in lines[:LINES]:
        console.print(Text("   ") + line, soft_wrap=not console.is_terminal)
    if len(lines) > LINES:
        console.print(Text(f"   … {len(lines) - LINES} more lines", style="dim"))


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}…"
