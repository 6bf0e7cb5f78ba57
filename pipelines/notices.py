"""Takes notices out of an article: copyright, hotlines, sharing, editors' lines, foreign footers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from crawler import chain
from crawler.items import BlockKind, Dropped
from crawler.page import learned, rules
from crawler.page.rules import Rule, Scope
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scrapy.crawler import Crawler

    from crawler.items import Article, Block
    from crawler.page.learned import Learned

_TEXT = resources.files("pipelines.data").joinpath("notices.toml").read_text("utf-8")
RULES = rules.load(_TEXT)
_ENDINGS = [(entry["name"], re.compile(entry["pattern"])) for entry in tomllib.loads(_TEXT)["ending"]]

SOLID_CHARS = 40
ENDING_CHARS = 30
HEAD_BLOCKS = 6
LATE_SHARE = 2 / 3
LATE_BLOCKS = 4
CASCADE_SHARE = 0.35
ABSTRACT_WITHIN = 8
MIN_REPEATED = 30
REPEATED_SHARE = 0.85
_ABSTRACT = ("摘要", "导读", "内容提要", "核心提示", "内容摘要", "文章摘要", "导语", "提要")
# Rules whose lines come in clusters that hold nothing of an article.
ENCLOSING = frozenset({"contact-spam", "disclaimer", "qr", "share", "copyright", "reprint", "hotline"})
_FILE = re.compile(r"^附件|\.(?:docx?|xlsx?|pdf|wps|ofd|zip|rar)\b")
QR_LINES = 3  # above a code that may name the account
_EVERYWHERE, _LATE = frozenset({Scope.ANYWHERE}), frozenset({Scope.ANYWHERE, Scope.LATE})
_ENDS = ("。", "!", "?", '"', "”", ")", ";")


class NoticesPipeline:
    """Moves a restored article's notices from ``blocks`` to ``dropped``, each with the rule's name.

    No rule names a portal; they are in pipelines/data/notices.toml. ``learned`` is what stands at the ends of
    many articles of the portal.
    """

    name = "notices"

    def __init__(self, known: Learned = learned.NOTHING) -> None:
        self.learned = known  # what the portal's pages are known to repeat

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use what the spider knows of its portal."""
        return cls(getattr(crawler.spider, "learned", learned.NOTHING))

    def process_item(self, item: Article) -> Article:
        """Strip the article; Scrapy's side of ``run``."""
        chain.step(item, self)
        return item

    def run(self, article: Article) -> None:
        """Take the notices out of the article's blocks; one that would lose all its text is left alone."""
        texts = [fold(block.text) for block in article.blocks]
        doomed = _abstract(article.blocks, texts)
        title = fold(article.title)
        doomed |= _matches(article.blocks, texts, title, doomed)
        doomed |= dict.fromkeys(
            learned.repeated(article.blocks, texts, title, self.learned, doomed), learned.RULE
        )
        if doomed and len(doomed) == len(article.blocks):
            return
        if 0 in doomed and doomed[0] == "abstract" and not article.abstract:
            article.abstract = article.blocks[0].text
        for index, rule in sorted(doomed.items()):
            article.dropped.append(Dropped(article.blocks[index], self.name, rule))
        kept = [block for index, block in enumerate(article.blocks) if index not in doomed]
        article.blocks = [self._without_ending(block, article) for block in kept]

    def _without_ending(self, block: Block, article: Article) -> Block:
        """Return a block without a notice that was appended to its last sentence."""
        for name, pattern in _ENDINGS:
            found = pattern.search(block.text[-ENDING_CHARS:])
            if found is not None and len(found[0]) < len(block.text):
                article.dropped.append(Dropped(replace(block, text=found[0].strip()), self.name, name))
                return replace(block, text=block.text[: -len(found[0])])
        return block


def _matches(
    blocks: Sequence[Block], texts: Sequence[str], title: str, doomed: dict[int, str]
) -> dict[int, str]:
    """Return the indices of the blocks to drop with the name of the rule, ``doomed`` among them."""
    found = dict(doomed)
    count = len(blocks)
    late = min(int(count * LATE_SHARE), max(count - LATE_BLOCKS, 0))
    for index, text in enumerate(texts):
        rule = _first(text, _LATE if index >= late else _EVERYWHERE)
        if rule is not None and index not in found:
            found[index] = rule.name
            if rule.cascade:
                found = _cascade(texts, index, rule.name) | found
    found |= _edge(blocks, texts, range(min(HEAD_BLOCKS, count)), Scope.HEAD, found)
    found |= {index: "title" for index in range(min(HEAD_BLOCKS, count)) if title and texts[index] == title}
    found |= _edge(blocks, texts, range(count - 1, -1, -1), Scope.TAIL, found)
    found |= _account(blocks, texts, found)
    return found | _enclosed(blocks, texts, found)


def _edge(
    blocks: Sequence[Block], texts: Sequence[str], order: Sequence[int], scope: Scope, found: dict[int, str]
) -> dict[int, str]:
    """Return what the rules of one end match on the way to the first solid block that none matches."""
    matched: dict[int, str] = {}
    ending = scope is Scope.TAIL
    for index in order:
        if index in found:
            continue
        rule = _first(texts[index], frozenset((scope, Scope.END)) if ending else frozenset((scope,)))
        if rule is not None:
            matched[index] = rule.name
            continue
        ending = False
        if _is_solid(blocks[index], texts[index]):
            break
    return matched


def _account(blocks: Sequence[Block], texts: Sequence[str], found: dict[int, str]) -> dict[int, str]:
    """Return the short lines that name an account right above its code, in an element of their own."""
    named: dict[int, str] = {}
    for index, name in found.items():
        if name != "qr" or index == 0:
            continue
        box = blocks[index].place.rpartition("/")[0]
        first = index
        while first and blocks[first - 1].place.rpartition("/")[0] == box and index - first < QR_LINES:
            first -= 1
        lines = range(first, index)
        apart = first == 0 or blocks[first - 1].place.rpartition("/")[0] != box
        if apart and not any(_is_solid(blocks[i], texts[i]) or texts[i].endswith(_ENDS) for i in lines):
            named |= {i: "qr" for i in lines if i not in found}
    return named


def _enclosed(blocks: Sequence[Block], texts: Sequence[str], found: dict[int, str]) -> dict[int, str]:
    """Return the short lines behind the last solid block that stand between two notices of a site or seller.

    A seller's card and a site's footer have more wordings than any list of phrases; an article has nothing
    to say between their lines.
    """
    own = [index for index, name in found.items() if name in ENCLOSING]
    if len(own) < 2:
        return {}
    solid = max(
        (i for i, block in enumerate(blocks) if i not in found and _is_solid(block, texts[i])), default=-1
    )
    between = range(max(min(own), solid + 1), max(own))
    return {index: "enclosed" for index in between if index not in found and not _FILE.search(texts[index])}


def _first(text: str, scopes: frozenset[Scope]) -> Rule | None:
    for rule in _rules_of(scopes):
        if rule.matches(text):
            return rule
    return None


@cache
def _rules_of(scopes: frozenset[Scope]) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.scopes & scopes)


def _cascade(texts: Sequence[str], index: int, name: str) -> dict[int, str]:
    """Return the blocks behind a notice's opening that it goes on over, when they are few."""
    rest = sum(map(len, texts[index + 1 :]))
    if rest > CASCADE_SHARE * sum(map(len, texts)):
        return {}
    return dict.fromkeys(range(index + 1, len(texts)), name)


def _is_solid(block: Block, text: str) -> bool:
    """Whether a block is plainly text of the article."""
    return block.kind is BlockKind.TABLE or (len(text) >= SOLID_CHARS and text.endswith(_ENDS))


def _abstract(blocks: Sequence[Block], texts: Sequence[str]) -> dict[int, str]:
    """Return the blocks of an abstract that only repeats what follows.

    Either it opens with a label (摘要：), and what follows the label is the start of a later paragraph, whole
    or cut off; or the first block has no label, stands apart from the second, and nearly all its words are
    found further down.
    """
    if not texts:
        return {}
    if not texts[0].lstrip("[(【").startswith(_ABSTRACT):
        apart = len(blocks) > 1 and _parent(blocks[0]) != _parent(blocks[1])
        return {0: "abstract"} if apart and _is_repeated(texts[0], texts[1:]) else {}
    first = texts[0].split(":", 1)[-1].strip("…. ")
    opening = [(0, first)] + [(i, text.strip("….")) for i, text in enumerate(texts[1:ABSTRACT_WITHIN], 1)]
    for index, text in opening:
        if len(text) < MIN_REPEATED:
            continue
        for later in range(index + 1, min(index + ABSTRACT_WITHIN, len(texts))):
            if texts[later].startswith(text):
                stop = _restart(texts, first, index, later)
                rest = "\n".join(texts[stop:])
                return {i: "abstract" for i in range(stop) if i == 0 or texts[i].strip("….") in rest}
    return {}


def _parent(block: Block) -> str:
    return block.place.rpartition("/")[0]


def _is_repeated(text: str, later: Sequence[str]) -> bool:
    """Whether nearly all of a long text's four-character pieces stand in later blocks."""
    if len(text) < 2 * MIN_REPEATED:
        return False
    rest = "\n".join(later)
    pieces = [text[i : i + 4] for i in range(len(text) - 3)]
    return sum(piece in rest for piece in pieces) >= REPEATED_SHARE * len(pieces)


def _restart(texts: Sequence[str], first: str, index: int, later: int) -> int:
    """Return where the article starts over behind its abstract: at the abstract's own first words or text."""
    for position in range(index + 1, later):
        if len(first) >= MIN_REPEATED and texts[position].startswith(first):
            return position
    return later
