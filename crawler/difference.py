"""How what differs between two texts is shown: ``[-out-]``, ``{+in+}``, in colours on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from crawler.store.changes import Kind, Piece, fields, paragraphs, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.store.changes import FieldChange, Paragraph
    from crawler.store.packing import Content

AROUND = 24
"""Characters of unchanged text beside a change; what is farther from one is left out."""
PROSE = {"title", "abstract"}
"""Fields of which the changed words are told; of a name or a date the whole is."""
OUT, IN = "red", "green"
_SIGNS = {Kind.REMOVED: ("-", OUT), Kind.ADDED: ("+", IN), Kind.MOVED: (">", "cyan")}


def difference(before: Content, after: Content) -> Iterator[Text]:
    """Yield the lines that tell what became of ``before``: fields first, then paragraphs in their order."""
    for change in fields(before, after):
        pieces = words(change.before, change.after) if change.field in PROSE else whole(change)
        yield Text(f"{change.field}: ", style="bold") + marked(pieces)
    yield from body(paragraphs(before.body, after.body))


def whole(change: FieldChange) -> list[Piece]:
    """Return a field's change without looking for what is the same in both values."""
    pieces = (Piece(Kind.REMOVED, change.before), Piece(Kind.ADDED, change.after))
    return [piece for piece in pieces if piece.text]


def body(found: Iterable[Paragraph]) -> Iterator[Text]:
    """Yield a line for each paragraph that changed, and one for each run of those that did not."""
    same = 0
    for one in found:
        if one.kind is Kind.SAME:
            same += 1
            continue
        yield from _unchanged(same)
        same = 0
        if one.kind is Kind.CHANGED:
            yield Text("~ ") + marked(words(one.before, one.after))
        else:
            sign, style = _SIGNS[one.kind]
            yield Text(f"{sign} {one.before or one.after}", style=style)
    yield from _unchanged(same)


def marked(pieces: Iterable[Piece]) -> Text:
    """Return the pieces of a changed text with what went out and what came in marked."""
    made, found = Text(), list(pieces)
    for number, piece in enumerate(found):
        if piece.kind is Kind.REMOVED:
            made.append(f"[-{piece.text}-]", OUT)
        elif piece.kind is Kind.ADDED:
            made.append(f"{{+{piece.text}+}}", IN)
        else:
            made.append(_cut(piece.text, first=number == 0, last=number == len(found) - 1))
    return made


def summary(before: Content, after: Content) -> str:
    """Return in a few words what differs, such as ``title, 2 paragraphs changed, 1 added``."""
    told = [change.field for change in fields(before, after)]
    kinds = [one.kind for one in paragraphs(before.body, after.body)]
    counts = [(kind, kinds.count(kind)) for kind in (Kind.CHANGED, Kind.ADDED, Kind.REMOVED, Kind.MOVED)]
    noun = "paragraph"
    for kind, count in counts:
        if count:
            told.append(f"{count} {noun}{'s' if noun and count > 1 else ''} {kind}".replace("  ", " "))
            noun = ""
    return ", ".join(told) or "nothing that is shown"


def _cut(text: str, *, first: bool, last: bool) -> str:
    """Return the part of an unchanged text that stands beside a change."""
    if first and last:
        return text
    if first:
        return text if len(text) <= AROUND else f"…{text[-AROUND:]}"
    if last:
        return text if len(text) <= AROUND else f"{text[:AROUND]}…"
    return text if len(text) <= 2 * AROUND else f"{text[:AROUND]}…{text[-AROUND:]}"


def _unchanged(count: int) -> Iterator[Text]:
    if count:
        yield Text(f"  … {count} paragraph{'s' if count > 1 else ''} unchanged", style="dim")
