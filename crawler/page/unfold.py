"""Parts of an article that the page shows one at a time, the others hidden until a script turns to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

WITHIN = 15  # lines behind the text among which its pager stands
_PAGER = re.compile("下一?页|共\\d+页|末页|尾页|余下全文|剩余全文|下页")


def parts(
    lines: Sequence[Line], stop: int, kept: Sequence[Line], hidden: Sequence[HtmlElement]
) -> frozenset[HtmlElement]:
    """Return the ``hidden`` elements that go on with a text: beside a shown part, like it, with a pager.

    ``kept`` are the lines of the text, which ends before the line ``stop``.
    """
    if not hidden or not any(_PAGER.search(line.folded) for line in lines[stop : stop + WITHIN]):
        return frozenset()
    shown = {outer for line in kept for outer in (line.element, *line.element.iterancestors())}
    return frozenset(
        element
        for element in hidden
        if any(_goes_on(element, other) for other in element.itersiblings(preceding=True) if other in shown)
    )


def _goes_on(element: HtmlElement, shown: HtmlElement) -> bool:
    return element.tag == shown.tag and element.get("class") == shown.get("class")
