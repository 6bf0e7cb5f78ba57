"""What stands on many pages of one portal: how such a text is recognised, and where it may be taken out.

A block is known by its folded text and by where it stands, positions left out. How often is enough depends on
the place: a text that stands where the article's own paragraphs stand may be an editor's standing sentence,
and has to be found on most pages and in several sections before it counts as the portal's.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib import resources
from typing import TYPE_CHECKING

from crawler.items import BlockKind
from crawler.page import byline, names
from crawler.page.rules import Phrases
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from crawler.items import Article, Block

RULE = "learned"

MIN_ARTICLES = 6
MIN_SHARE = 0.3  # of the portal's recent pages
MIN_ARTICLES_IN_TEXT = 10
MIN_SHARE_IN_TEXT = 0.6
MIN_SECTIONS_IN_TEXT = 2  # where the portal has as many
HEAD, TAIL = 4, 10  # blocks at either end that are remembered
CHARS = range(4, 601)  # of a folded text that is remembered
SOLID_CHARS = 40
SHORT_CHARS = 80  # a signature or a line about the article is no longer
LINKED = 0.8
ABOUT_SHARE = 0.6  # of a headline's pairs of characters in a text that is about the same
_ENDS = ("。", "!", "?", '"', "”", ")", ";")
_POSITION = re.compile(r"\[\d+\]")
_LAST_POSITION = re.compile(r"\[\d+\]$")
_DIGITS = re.compile(r"\d+")
_OWN = Phrases(
    tomllib.loads(resources.files("crawler.page").joinpath("learned.toml").read_text("utf-8"))["own"]
)


@dataclass(frozen=True, slots=True)
class Seen:
    """On how many recent articles something was seen, and in which sections (the first few of them)."""

    articles: int = 0
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of a portal: ``pages`` counts all its recent articles, ``blocks`` those that a text of
    a key stands on. ``tails`` are endings that its ``<title>`` elements share, longest first.
    """  # noqa: D205  one sentence

    pages: Seen = Seen()
    blocks: Mapping[str, Seen] = field(default_factory=dict)
    tails: tuple[str, ...] = ()

    def is_common(self, key: str, *, in_text: bool) -> bool:
        """Return whether enough pages have the block ``key``; ``in_text`` asks for more of them."""
        seen = self.blocks.get(key)
        if seen is None or not is_enough(seen.articles, self.pages.articles):
            return False
        return not in_text or (
            seen.articles >= max(MIN_ARTICLES_IN_TEXT, MIN_SHARE_IN_TEXT * self.pages.articles)
            and len(seen.sections) >= min(MIN_SECTIONS_IN_TEXT, len(self.pages.sections))
        )


NOTHING = Learned()
"""What is known of a portal that was never visited."""


def is_enough(articles: int, pages: int) -> bool:
    """Return whether something that stands on ``articles`` of ``pages`` pages is the portal's."""
    return articles >= max(MIN_ARTICLES, MIN_SHARE * pages)


def key(text: str, place: str) -> str:
    """Return what a block is known by (32 characters): ``text`` folded, ``place`` without positions."""
    return blake2b(f"{text}\0{_general(place)}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def remembered(article: Article) -> dict[str, str]:
    """Return the key and the text of each block of a read article that may turn out to be the portal's.

    Those are what is left at both ends, and what was taken out as learned, lest it be forgotten.
    """
    blocks = article.blocks
    edges = blocks if len(blocks) <= HEAD + TAIL else [*blocks[:HEAD], *blocks[-TAIL:]]
    again = [drop.block for drop in article.dropped if drop.rule == RULE]
    found: dict[str, str] = {}
    for block in (*edges, *again):
        text = fold(block.text) if len(block.text) <= 4 * CHARS.stop else ""
        if len(text) in CHARS and not _is_own(block, text):
            found.setdefault(key(text, block.place), text)
    return found


def repeated(
    blocks: Sequence[Block], texts: Sequence[str], title: str, learned: Learned, gone: Collection[int] = ()
) -> list[int]:
    """Return the indices of the blocks at both ends of an article that are the portal's, none if it is all.

    ``texts`` are the blocks' texts and ``title`` the headline, folded; ``gone`` are blocks that other rules
    take out. What stands between paragraphs of the article is never among them, nor are its headings, its
    signature, its date, its files, or a text that its headline is about.
    """
    if not learned.blocks:
        return []
    in_text = _InText(blocks, texts, learned)
    found: set[int] = set()
    for order in (range(len(blocks)), range(len(blocks) - 1, -1, -1)):
        passed = False
        for index in order:
            if index not in gone:
                heading = blocks[index].kind is BlockKind.HEADING
                if (heading and not (passed and order.step < 0)) or _is_about(texts[index], title):
                    break
                if _is_own(blocks[index], texts[index]) or not in_text.is_common(index):
                    break
                found.add(index)
            passed = True
    left = (text for index, text in enumerate(texts) if index not in found and index not in gone)
    return sorted(found) if any(len(text) >= CHARS.start and text != title for text in left) else []


class _InText:
    """Which blocks of an article stand where its paragraphs do."""

    def __init__(self, blocks: Sequence[Block], texts: Sequence[str], learned: Learned) -> None:
        self.blocks = blocks
        self.learned = learned
        self.keys = [key(text, block.place) for block, text in zip(blocks, texts, strict=True)]
        plain = [i for i, one in enumerate(self.keys) if not learned.is_common(one, in_text=False)]
        solid = [i for i in plain if len(texts[i]) >= SOLID_CHARS and texts[i].endswith(_ENDS)]
        places = {blocks[i].place for i in solid or plain}
        self.own = {_LAST_POSITION.sub("", place) for place in places}
        # Paragraphs in a container each are told by the shape of their places alone.
        self.general = {_general(place) for place in places} if len(self.own) > 1 else set()

    def is_common(self, index: int) -> bool:
        place = self.blocks[index].place
        in_text = _LAST_POSITION.sub("", place) in self.own or _general(place) in self.general
        return self.learned.is_common(self.keys[index], in_text=in_text)


def _general(place: str) -> str:
    return _DIGITS.sub("0", _POSITION.sub("", place))


def _is_own(block: Block, text: str) -> bool:
    """Whether a block is the article's by what it is: a table, a caption, a signature, a date, a file."""
    if _OWN.stand_in(text):
        return True
    if block.link_density >= LINKED:
        return False
    return block.kind in {BlockKind.TABLE, BlockKind.CAPTION} or (
        len(text) <= SHORT_CHARS and (names.is_body(block.text) or byline.is_about(block.text))
    )


def _is_about(text: str, title: str) -> bool:
    """Whether most of a headline is found in a text: then it is what the article is about."""
    pairs = {title[i : i + 2] for i in range(len(title) - 1)}
    return len(pairs) > 2 and sum(pair in text for pair in pairs) >= ABOUT_SHARE * len(pairs)
