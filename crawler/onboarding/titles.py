"""Names of a portal and its sections, in clean Simplified, safe to stand in a source file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from crawler.onboarding.phrasebook import words
from crawler.page import breadcrumb, meta
from crawler.page.blocks import lines
from crawler.text.canonical import canonical
from crawler.text.markers import fold
from crawler.text.restore import restore_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.onboarding.survey import Section, Survey
    from crawler.page.document import Page

_SEAM = re.compile(r"\s*[|_–—»>]+\s*|\s*-+\s*|\s*·\s*")
_UNSAFE = re.compile(r"[\"'\\{}<>`]")
_LONGEST = 20
_CONTEXT = 200  # lines of a page that show how its texts were garbled


def restored(text: str, page: Page) -> str:
    """Return a text of ``page`` as it was meant: restored with the page's lines, in canonical Simplified."""
    around = [line.text for line in lines(page)[:_CONTEXT]]
    return plain(canonical(restore_all([text, *around]).texts[0]))


def plain(text: str) -> str:
    """Return a hostile page's text so that it can stand in a line of a source file, at most 20 characters."""
    printable = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    return " ".join(_UNSAFE.sub("", printable).split())[:_LONGEST].strip()


def section_names(sections: Sequence[Section]) -> list[str]:
    """Return a name for each section, each another one."""
    found: list[str] = []
    for section in sections:
        page = section.first.page
        raw = section.name or _named_by(page)
        name = restored(raw, page) or f"栏目{len(found) + 1}"
        taken = sum(name == other or other.startswith(f"{name} ") for other in found)
        found.append(f"{name} {taken + 1}" if taken else name)
    return found


def _named_by(page: Page) -> str:
    """Return the name that a section page gives itself: breadcrumb's end or title's start."""
    path = breadcrumb.find(lines(page))
    if path is not None:
        return path.value[-1]
    return next(iter(_parts(page)), "")


def portal_name(survey: Survey) -> str:
    """Return the portal's name: what its pages call it, what the titles of its articles share, its host."""
    front = survey.front.page
    site = meta.first(meta.tags(front), meta.SITE)[1]
    if site and (name := restored(site, front)):
        return name
    ends = Counter(parts[-1] for captured, _ in survey.articles if len(parts := _parts(captured.page)) > 1)
    for end, count in ends.most_common(1):
        if count >= len(survey.articles) / 2 and (name := restored(end, survey.articles[0][0].page)):
            return name
    own = [part for part in _parts(front) if fold(part) not in words("no_section")]
    return (restored(own[0], front) if own else "") or front.url.split("/")[2]


def _parts(page: Page) -> list[str]:
    title = page.root.findtext(".//title") or ""
    return [part for part in _SEAM.split(" ".join(title.split())) if part]
