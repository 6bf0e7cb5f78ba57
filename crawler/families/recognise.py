"""Which system made a page, with reasons, so that a person can check them."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from crawler.families.jsonlist import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from crawler.page.document import Page

_BEFORE_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
LEAST = 0.5  # a guess below this is none
_MOST_TEXT = 200_000  # characters that are searched in one place
_MOST_VALUE = 20_000
_MOST_ADDRESS = 1_000
_LONG = frozenset({"scripts", "comments"})
_TABLE_SHARE = 0.8
_TABLE_CELLS = 8
_TABLE_BLOCKS = 12
_TABLE_SURE = 0.6
_OLD_TABLES = 3
_OLD = frozenset({"bgcolor", "cellpadding", "cellspacing", "valign", "align", "border", "width", "height"})


class Guess(NamedTuple):
    """A family that a page may belong to, how sure that is (0 to 1), and what speaks for it."""

    family: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to look for: where, what, how much a find weighs, and its name in words."""

    place: str
    pattern: re.Pattern[str]
    weight: float
    says: str


@dataclass(frozen=True, slots=True)
class Family:
    """A system: its short name, the path of its spider class, its name in words, its marks."""

    name: str
    spider: str
    says: str
    marks: tuple[Mark, ...] = ()


@cache
def families() -> dict[str, Family]:
    """Return all families by name."""
    data = tomllib.loads(resources.files(__package__).joinpath("marks.toml").read_text("utf-8"))
    return {
        entry["name"]: Family(
            entry["name"],
            entry["spider"],
            entry["says"],
            tuple(
                Mark(place, re.compile(pattern, re.IGNORECASE | re.MULTILINE), weight, says)
                for place, pattern, weight, says in entry.get("marks", ())
            ),
        )
        for entry in data["family"]
    }


def recognise(page: Page) -> list[Guess]:
    """Return the families that a page seems to belong to, the surest first; [] for none."""
    places = _places(page)
    found = [guess for family in families().values() if (guess := _judge(family, places))]
    if reasons := _tables(page):
        found.append(Guess("tables", _TABLE_SURE, reasons))
    return sorted(found, key=lambda guess: -guess.confidence)


def recognise_document(text: str) -> Guess | None:
    """Return the way in that a document other than HTML is: feed, sitemap or JSON list; None for none."""
    if text[:_MOST_VALUE].lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        return _json_list(text)
    start = re.sub(
        r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", "", text[:_MOST_VALUE], flags=re.DOTALL
    )
    match = re.match(r"\s*<(?:[\w-]+:)?(\w+)\b", start.lstrip("\ufeff"))
    root = match[1].lower() if match else ""
    if root in {"rss", "feed", "rdf"}:
        return Guess("rss", 1.0, (f"its root element is <{root}>",))
    if root in {"urlset", "sitemapindex"}:
        return Guess("sitemap", 1.0, (f"its root element is <{root}>",))
    return None


def _json_list(text: str) -> Guess | None:
    try:
        found = rows(json.loads(text.lstrip("\ufeff")), "http://page.example/")
    except (ValueError, RecursionError):
        return None
    return Guess("jsonlist", 1.0, (f"{len(found)} rows with a headline and an address",)) if found else None


def _judge(family: Family, places: dict[str, str]) -> Guess | None:
    against, reasons = 1.0, []
    for mark in family.marks:
        if mark.pattern.search(places[mark.place]):
            against *= 1 - mark.weight
            reasons.append(mark.says)
    sure = round(1 - against, 3)
    return Guess(family.name, sure, tuple(reasons)) if sure >= LEAST else None


def _places(page: Page) -> dict[str, str]:
    """Return the texts that marks are looked for in, a find a line, each of bounded length."""
    found: dict[str, dict[str, None]] = {
        name: {}
        for name in ("generator", "metas", "comments", "names", "elements", "scripts", "resources", "links")
    }
    for element in page.root.iter():
        for place, value in _values(element):
            found[place].setdefault(value[: _MOST_VALUE if place in _LONG else _MOST_ADDRESS])
    places = {name: "\n".join(values)[:_MOST_TEXT] for name, values in found.items()}
    places["url"] = page.url
    places["text"] = _visible(page.root)[-_MOST_VALUE:]
    return places


def _values(element: etree._Element) -> Iterator[tuple[str, str]]:
    tag = element.tag
    if not isinstance(tag, str):
        yield "comments", element.text or ""
        return
    yield "elements", tag
    for name in f"{element.get('class', '')} {element.get('id', '')}".split():
        yield "names", name
    if tag == "meta":
        name, content = element.get("name", ""), element.get("content", "")
        yield "metas", f"{name}={content}"
        if name.lower() == "generator":
            yield "generator", content
    elif tag == "script":
        yield "scripts", element.text or ""
        yield "scripts", element.get("src", "")
    address = element.get("src") or element.get("href") or ""
    yield "links" if tag == "a" else "resources", address


def _tables(page: Page) -> tuple[str, ...]:
    """Return why a page is laid out with tables only, () if it is not."""
    cells = list(page.root.iter("td"))
    blocks = sum(1 for _ in page.root.iter("div", "section", "article", "main", "header", "footer", "ul"))
    nested = sum(1 for table in page.root.iter("table") if any(True for _ in table.iterancestors("td")))
    if len(cells) < _TABLE_CELLS or blocks > _TABLE_BLOCKS or not nested:
        return ()
    body = page.root.find("body")
    whole = len(_visible(body)) if body is not None else 0
    outer = [
        table for table in page.root.iter("table") if not any(True for _ in table.iterancestors("table"))
    ]
    inside = sum(len(_visible(table)) for table in outer)
    old = sum(1 for table in page.root.iter("table") if _OLD & set(table.attrib))
    if not whole or inside < _TABLE_SHARE * whole or old < _OLD_TABLES:
        return ()
    share = round(100 * inside / whole)
    return (
        f"{share} % of its text stands in tables",
        f"{nested} tables stand inside others, {blocks} other blocks",
        f"{old} tables with align, width or bgcolor",
    )


def _visible(element: etree._Element) -> str:
    """Return the text of an element without that of scripts and styles, white space folded."""
    pieces = element.xpath(".//text()[not(parent::script or parent::style)]")
    assert isinstance(pieces, list)
    return " ".join("".join(map(str, pieces)).split())
