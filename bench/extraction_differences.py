"""What is wrong with the pages that an extraction fails on: lines missed, lines that are foreign, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import extraction_score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from extraction_score import Row

SHOWN_LINES = 12
SHOWN_CHARS = 100
FIELDS = ("title", "day", "minute", "source", "authors")
KEYS = {"day": "published", "minute": "published"}


def show_worst(gold: Sequence[Mapping[str, Any]], rows: Sequence[Row], count: int) -> None:
    """Print the ``count`` pages with the lowest scores, with the fields that differ."""
    for row, page in sorted(zip(rows, gold, strict=True), key=lambda pair: pair[0]["f1"])[:count]:
        wrong = [key for key in FIELDS if row.get(key) == 0] + ["leak"] * bool(row.get("leak"))
        print(f"{page['id']}: F1 {row['f1']:.4f} {' '.join(wrong)}")


def show(gold: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> None:
    """Print the pages that fail with what is wrong with them."""
    for page, given, row in zip(gold, found, rows, strict=True):
        if fails(row):
            print("\n".join(report(page, given, row)))


def fails(row: Row) -> bool:
    """Whether a page's body is not right, is not clean, or its title differs."""
    return not row["good"] or bool(row.get("leak")) or row.get("title") == 0


def report(gold: Mapping[str, Any], found: Mapping[str, Any], row: Row) -> Iterator[str]:
    """Yield what to print of a page: its score, what of the body differs, fields as wanted and as found."""
    yield f"\n{gold['id']}: F1 {row['f1']:.4f} {found.get('error') or ''}"
    wanted, given = _lines(gold["body"]), _lines(found.get("body"))
    yield from _some("missed", wanted, "".join(given))
    yield from _some("foreign", given, "".join(wanted))
    body = "".join(given)
    for text in gold.get("must_not_contain") or ():
        if extraction_score.plain(text) in body and extraction_score.plain(text) not in "".join(wanted):
            yield f"  leaked   {text[:SHOWN_CHARS]}"
    for name in FIELDS:
        key = KEYS.get(name, name)
        if row.get(name, 1) < 1:
            yield f"  {key:8} {gold.get(key)!r}, found {found.get(key)!r}"


def _some(word: str, lines: list[str], other: str) -> Iterator[str]:
    different = [line for line in lines if line not in other]
    for line in different[:SHOWN_LINES]:
        yield f"  {word:8} {line[:SHOWN_CHARS]}"
    if len(different) > SHOWN_LINES:
        yield f"  {word:8} and {len(different) - SHOWN_LINES} lines more"


def _lines(body: str | None) -> list[str]:
    return [text for line in (body or "").splitlines() if (text := extraction_score.plain(line))]
