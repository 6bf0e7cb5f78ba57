"""Letters to authorities and calls for opinions: pages that are forms, whose labels are no text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING

from crawler.items import BlockKind
from crawler.page import worth
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.page.layout import Line

_DATA = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))["form"]


def _words(name: str) -> str:
    return "|".join(sorted(map(fold, _DATA[name].split()), key=len, reverse=True))


_TEXT = re.compile(rf"[\W_]*(?:{_words('texts')})[\W_]*(?:[:\t]|$)")
_ABOUT = re.compile(rf"[\W_]*(?:{_words('about')})[\W_]*(?:[:\t]|$)")
_END = re.compile(rf"[\W_]*(?:{_words('ends')})[\W_]*$")
_BEHIND_LABEL = re.compile(r"^[^:：\t]{2,14}[:：\t][\s:：]*")
ABOUT_CHARS = 100  # of a line with labels and values about a letter
VALUE_CHARS = 30
LABEL_CHARS = 14
MIN_LABELS = 2


def without_labels(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a form without its labels, who wrote and answered when, and what rates the answer.

    A text that stands behind its label in one line is kept without it. Lines of anything but a form, told by
    a label of a text and a further one, are returned as they are.
    """
    folded = [fold(line.text.replace(" ", "")) if line.table is None else _row(line) for line in lines]
    texts = [i for i, text in enumerate(folded) if _TEXT.match(text)]
    labels = len(texts) + sum(_ABOUT.match(text) is not None for text in folded)
    return list(_kept(lines, folded)) if texts and labels >= MIN_LABELS else list(lines)


def is_label(line: Line) -> bool:
    """Whether a line says who wrote or answered a letter, and when."""
    return line.chars <= ABOUT_CHARS and _ABOUT.match(_row(line)) is not None


def _row(line: Line) -> str:
    return "\t".join(map(fold, line.text.split("\t")))


def _kept(lines: Sequence[Line], folded: Sequence[str]) -> Iterator[Line]:
    alone = False  # the label of the value that follows
    for line, text in zip(lines, folded, strict=True):
        value = alone and line.chars <= VALUE_CHARS and not worth.is_sentence(line)
        alone = False
        if _END.match(text):
            return
        if _TEXT.match(text):
            rest = _BEHIND_LABEL.sub("", line.text) if len(text) > LABEL_CHARS else ""
            if rest:
                yield _without_label(line, rest)
        elif _ABOUT.match(text) and line.chars <= ABOUT_CHARS and not text.endswith("。"):
            alone = (line.chars <= LABEL_CHARS and text.endswith(":")) or _ABOUT.fullmatch(text) is not None
        elif not value:
            yield line


def _without_label(line: Line, text: str) -> Line:
    chars = sum(map(len, text.split()))
    return replace(line, text=text, chars=chars, table=None, kind=BlockKind.PARAGRAPH, _folded="")
