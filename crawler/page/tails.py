"""The endings of ``<title>`` elements: names of site and columns behind a headline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page import meta, names
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TAIL = re.compile(r"\s*(?:[_|｜—–»]+|\s-+\s|-+|－+|::|·(?=\S{2,8}$))\s*")
_MADE_BY = re.compile(r"Powered by ", re.IGNORECASE)
_LONGEST_TAIL = 16
_LONGEST_ENDING = 60
_SHORTEST_KEPT = 4  # characters of a headline that is left when its tails are cut


def without_tails(title: str, tags: Mapping[str, str] | None = None, shared: Sequence[str] = ()) -> str:
    """Return a ``<title>`` without the names of site and columns behind it: 标题_栏目_站名, 标题-站名.

    ``shared`` are endings that other pages of the site share; ``tags`` its meta tags, which may name both.
    """
    tags = tags or {}
    known = {
        fold(value)
        for value in (*shared, meta.first(tags, meta.SITE)[1], meta.first(tags, meta.COLUMN)[1])
        if value
    }
    for tail in shared:
        if tail and title.endswith(tail) and len(title) > len(tail):
            return without_tails(title[: -len(tail)].rstrip(" -_|—–"), tags)
    cut = title
    while True:
        seams = [seam for seam in _TAIL.finditer(cut) if seam.start() > 0]
        if not seams:
            return cut.strip()
        seam = seams[-1]
        tail, head = cut[seam.end() :].strip(), cut[: seam.start()].strip()
        if len(fold(head)) < _SHORTEST_KEPT or not _is_tail(tail, seam[0], known):
            return cut.strip()
        cut = head


def site_of(title: str) -> str:
    """Return the last tail of a ``<title>`` if it reads like the name of a site, else ''."""
    seams = list(_TAIL.finditer(title))
    last = title[seams[-1].end() :].strip() if seams else ""
    return last if names.is_body(last) else ""


def endings(title: str) -> list[str]:
    """Return what may be the tails of a ``<title>``, each with its seam: ``_栏目_站名``, ``_站名``."""
    tails = [title[seam.start() :] for seam in _TAIL.finditer(title) if "——" not in seam[0]]
    return [tail for tail in tails if len(tail) < len(title) and 1 < len(tail.strip()) <= _LONGEST_ENDING]


def _is_tail(tail: str, seam: str, known: set[str]) -> bool:
    """Return whether what stands behind a seam names site or column; a dash may belong to a headline."""
    if not tail or fold(tail) in known or _MADE_BY.match(tail):
        return True
    if "——" in seam:
        return False
    strong = any(mark in seam for mark in "_|｜") or " - " in seam
    return names.is_body(tail) or (strong and len(tail) <= _LONGEST_TAIL)
