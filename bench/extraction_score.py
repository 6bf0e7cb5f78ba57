"""How good an extraction is: one page's measures, and a system's over all its pages."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GRAM = 4
GOOD = 0.97  # what is a caption or a sign-off is a matter of taste: from here on a body counts as right
LOCAL = timezone(timedelta(hours=8))
_DATE = re.compile(
    r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:\D{1,3}(\d{1,2})[:时](\d{1,2})(?:[:分]\d{1,2})?(?:\.\d+)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?)?"
)

Row = dict[str, float]


def plain(text: str | None) -> str:
    """Return what is compared of a text: NFKC, without white space and characters that nothing displays."""
    normal = unicodedata.normalize("NFKC", text or "")
    return "".join(char for char in normal if char.isprintable() and char != " ")


def grams(text: str) -> Counter[str]:
    """Return how often each run of ``GRAM`` characters stands in a text; a shorter text is one run."""
    if not text:
        return Counter()
    return Counter(text[start : start + GRAM] for start in range(max(1, len(text) - GRAM + 1)))


def f1(wanted: Counter[str], found: Counter[str]) -> float:
    """Return the harmonic mean of precision and recall of two multisets; 1 if both are empty."""
    total = wanted.total() + found.total()
    return 2 * (wanted & found).total() / total if total else 1.0


def moment(value: str | None) -> tuple[int, ...]:
    """Return year, month, day and, where given, hour and minute of a date at +08:00; () for none."""
    match = _DATE.search(unicodedata.normalize("NFKC", value or ""))
    if match is None:
        return ()
    *numbers, zone = match.groups()
    parts = [int(number) for number in numbers if number is not None]
    if zone is None or len(parts) < 5:
        return tuple(parts)
    sign = -1 if zone.startswith("-") else 1
    digits = "0000" if zone == "Z" else zone[1:].replace(":", "")
    ahead = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        there = datetime(*parts, tzinfo=UTC) - ahead  # type: ignore[misc, arg-type]  # five numbers
    except ValueError:
        return ()
    return tuple(there.astimezone(LOCAL).timetuple()[:5])


def names(found: Iterable[str] | None) -> Counter[str]:
    return Counter({plain(name).casefold() for name in found or () if plain(name)})


def score(gold: Mapping[str, Any], found: Mapping[str, Any]) -> Row:
    """Return the measures of one page; what the gold or the system does not give is left out.

    Names are scored where the page shows some.
    """
    wanted, body = plain(gold["body"]), plain(found.get("body"))
    value = f1(grams(wanted), grams(body))
    row: Row = {"f1": value, "good": float(value >= GOOD), "ms": found["ms"]}
    row["empty"], row["error"] = float(bool(wanted) and not body), float(bool(found.get("error")))
    banned = {plain(text) for text in gold.get("must_not_contain") or ()} - {""}
    if banned:
        row["leak"] = float(any(text in body and text not in wanted for text in banned))
    for name in ("title", "source"):
        if gold.get(name) and found.get(name) is not None:
            row[name] = float(plain(gold[name]) == plain(found[name]))
    date = moment(gold.get("published"))
    if len(date) >= 3 and found.get("published") is not None:
        given = moment(str(found["published"]))
        row["day"] = float(given[:3] == date[:3])
        if len(date) >= 5:
            row["minute"] = float(given[:5] == date[:5])
    if gold.get("authors") and found.get("authors") is not None:
        row["authors"] = f1(names(gold["authors"]), names(found["authors"]))
    return row


def blanks(predictions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return predictions in which a field is null only if the system gives it on no page at all."""
    given = {key for found in predictions for key, value in found.items() if value is not None}
    return [{key: "" if found.get(key) is None else found[key] for key in given} for found in predictions]


def summary(rows: Sequence[Row], beside: Sequence[Row] | None) -> dict[str, float]:
    """Return a system's means over its pages, sums of ``empty`` and ``error``, the median ``ms``.

    ``x`` is the median over the pages of its time as a share of that of the system ``beside``.
    """
    found: dict[str, float] = {}
    for key in sorted({key for row in rows for key in row}):
        values = [row[key] for row in rows if key in row]
        if key == "ms":
            found[key] = statistics.median(values)
        else:
            found[key] = sum(values) if key in {"empty", "error"} else statistics.fmean(values)
    if beside is not None:
        found["x"] = statistics.median(
            row["ms"] / max(other["ms"], 1e-6) for row, other in zip(rows, beside, strict=True)
        )
    return found
