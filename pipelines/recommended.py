"""Takes out of an article what recommends others: related articles, link lists, foreign headlines."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from crawler import chain
from crawler.items import BlockKind, Dropped
from crawler.page import learned, rules, worth
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from scrapy.crawler import Crawler

    from crawler.items import Article, Block
    from crawler.page.learned import Learned

_DATA = tomllib.loads(resources.files("pipelines.data").joinpath("recommended.toml").read_text("utf-8"))
_NOTICES = rules.load(resources.files("pipelines.data").joinpath("notices.toml").read_text("utf-8"))
_HEADING = re.compile("|".join(_DATA["headings"]))
_FOOTER = [rule for rule in _NOTICES if rule.name in _DATA["footers"]]
_NUMBERED = re.compile(_DATA["numbered"])
_TEASER = re.compile(_DATA["teaser"])

HEADING_CHARS = 24
LINKED = 0.8
MIN_LINKS = 3
MAX_SHARE = 0.4  # of the text; an article that is a list of headlines is more than that
MIN_HEADLINES = 3
HEADLINE_CHARS = range(6, 41)
REST_SHARE = 0.15  # of the text may stand in paragraphs behind foreign headlines: notices, contacts
CUT_SHARE = 0.2
SENTENCE_CHARS = 40
LINKED_SENTENCE_CHARS = 16
FILE_CHARS = 4  # of a file's name, from which on a line with it offers the file
SIGNATURE_LINES = 4
_DATE_LINE = re.compile(r"[(\[]?(?:\d{4}|二[〇○零\d一二三四五六七八九]{3})年.{1,3}月.{1,3}日[)\]]?")
_CREDIT = re.compile(r"\(.{0,30}(?:记者|通讯员|作者|记者站|供稿|摄影|文/图|图/文).{0,30}\)")
_SENTENCE_ENDS = ("。", "!", "?", '"', "”", ")", ";", ":")


class RecommendedPipeline:
    """Moves what recommends other articles from ``blocks`` to ``dropped``, each with the rule's name.

    ``related``: a heading such as 相关文章 and what it heads; ``links``: a list of links; ``headlines``:
    a run of another site's headlines behind the last paragraph, told by cut titles or a footer that follows;
    ``learned``: links at the ends that stand on many pages of the portal.
    """

    name = "recommended"

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
        """Take the recommendations out of the article's blocks."""
        texts = [fold(block.text) for block in article.blocks]
        doomed = _related(article.blocks, texts)
        files = {fold(file.name) for file in article.attachments if len(file.name) >= FILE_CHARS}
        doomed |= {i: "links" for i in _links(article.blocks, texts, files) if i not in doomed}
        doomed |= {i: "headlines" for i in _headlines(article.blocks, texts, doomed) if i not in doomed}
        repeated = learned.repeated(article.blocks, texts, fold(article.title), self.learned, doomed)
        doomed |= {i: learned.RULE for i in repeated if article.blocks[i].link_density >= LINKED}
        if len(doomed) == len(article.blocks):
            return
        for index, rule in sorted(doomed.items()):
            article.dropped.append(Dropped(article.blocks[index], self.name, rule))
        article.blocks = [block for index, block in enumerate(article.blocks) if index not in doomed]


def _related(blocks: Sequence[Block], texts: Sequence[str]) -> dict[int, str]:
    """Return the blocks from a heading of other articles on, to the end or to the next paragraph."""
    found: dict[int, str] = {}
    total = sum(map(len, texts))
    for index, text in enumerate(texts):
        if index in found or len(text) > HEADING_CHARS or not _HEADING.search(text):
            continue
        around = _around(blocks, texts, index)
        stop = index + 1
        while stop < len(texts) and not _is_paragraph(blocks[stop], texts[stop]):
            if around and _parent(blocks[stop]) == around:
                break
            stop += 1
        if stop == index + 1 < len(texts):
            continue
        if stop == len(texts) or sum(map(len, texts[index:])) <= MAX_SHARE * total:
            stop = _reach(blocks, texts, stop, around)
        if sum(map(len, texts[index:stop])) > MAX_SHARE * total and _own(blocks, texts, index, stop):
            continue
        found |= dict.fromkeys(range(index, stop), "related")
    return found


def _around(blocks: Sequence[Block], texts: Sequence[str], heading: int) -> str:
    """Return where the paragraphs above a heading stand, if the heading stands elsewhere; else ''."""
    above = next((i for i in range(heading - 1, -1, -1) if _is_paragraph(blocks[i], texts[i])), None)
    around = "" if above is None else _parent(blocks[above])
    return "" if _parent(blocks[heading]) == around else around


def _parent(block: Block) -> str:
    return block.place.rpartition("/")[0]


def _reach(blocks: Sequence[Block], texts: Sequence[str], stop: int, around: str) -> int:
    """Return how far a list of teasers goes on: single paragraphs between titles belong to it.

    One that stands ``around`` the list, where the paragraphs above it do, does not.
    """
    while stop < len(texts) and not (around and _parent(blocks[stop]) == around):
        following = range(stop, min(stop + 3, len(texts)))
        paragraphs = sum(_is_paragraph(blocks[i], texts[i]) for i in following)
        if paragraphs == len(following) and paragraphs > 1:
            break
        stop += 1
    return stop


def _own(blocks: Sequence[Block], texts: Sequence[str], start: int, stop: int) -> bool:
    """Whether a long list under a heading is the article's own: no links and no cut titles."""
    return not any(_TEASER.search(texts[i]) or blocks[i].link_density >= LINKED for i in range(start, stop))


def _is_paragraph(block: Block, text: str) -> bool:
    return (
        block.kind is BlockKind.TABLE
        or (len(text) >= SENTENCE_CHARS and text.endswith(_SENTENCE_ENDS) and not _TEASER.search(text))
    ) and block.link_density < LINKED


def _links(blocks: Sequence[Block], texts: Sequence[str], files: Iterable[str]) -> list[int]:
    """Return the blocks of lists of links, unless such lists are what the article consists of.

    Links to the article's own ``files``, by their folded names, are text of it.
    """
    found: list[int] = []
    run: list[int] = []
    for index, block in enumerate(blocks):
        if _is_link(block, texts[index]) and not _is_file(texts[index], files):
            run.append(index)
            continue
        if len(run) >= MIN_LINKS:
            found += run
        run = []
    if len(run) >= MIN_LINKS or _closes(texts, run):
        found += run
    if sum(len(texts[i]) for i in found) > MAX_SHARE * sum(map(len, texts)):
        return []
    return found


def _is_link(block: Block, text: str) -> bool:
    """Whether a block is a link and no linked paragraph of the article."""
    sentence = len(text) >= LINKED_SENTENCE_CHARS and text.endswith("。")
    own = sentence or worth.gives_address(text)
    return block.link_density >= LINKED and block.kind is not BlockKind.TABLE and not own


def _closes(texts: Sequence[str], run: Sequence[int]) -> bool:
    """Whether a run of links ends the article: then even one or two are no text of it."""
    return bool(run) and run[-1] == len(texts) - 1


def _is_file(text: str, files: Iterable[str]) -> bool:
    named = text.startswith("附件") or re.search(_DATA["file"], text) is not None
    return named or any(name in text for name in files)


def _headlines(blocks: Sequence[Block], texts: Sequence[str], doomed: dict[int, str]) -> list[int]:
    """Return a run of headlines behind the last paragraph that another site put there."""
    total = sum(map(len, texts))
    run: list[int] = []
    for index in range(len(texts) + 1):
        if (
            index < len(texts)
            and index not in doomed
            and _is_headline(blocks[index], texts[index])
            and not _is_footer(texts[index])
        ):
            run.append(index)
            continue
        run = run[_signature(texts, run) :]
        if _is_foreign(blocks, texts, run, doomed) and sum(len(texts[i]) for i in run) <= MAX_SHARE * total:
            return run
        run = []
    return []


def _signature(texts: Sequence[str], run: Sequence[int]) -> int:
    """Return how many lines at the start of a run sign the article: a reporter, or a body and a date."""
    signed = 0
    for number, index in enumerate(run[:SIGNATURE_LINES], 1):
        if _DATE_LINE.fullmatch(texts[index]) or _CREDIT.fullmatch(texts[index]):
            signed = number
    return signed


def _is_foreign(
    blocks: Sequence[Block], texts: Sequence[str], run: Sequence[int], doomed: dict[int, str]
) -> bool:
    """Whether a run of headlines closes a text, and its titles are cut or a footer follows."""
    if len(run) < MIN_HEADLINES or run[0] == 0 or not _ends_text(blocks[run[0] - 1], texts[run[0] - 1]):
        return False
    rest = [i for i in range(run[-1] + 1, len(texts)) if i not in doomed and not _is_footer(texts[i])]
    paragraphs = sum(len(texts[i]) for i in rest if _is_paragraph(blocks[i], texts[i]))
    if texts[run[0] - 1].endswith(":") or paragraphs > REST_SHARE * sum(map(len, texts)):
        return False
    cut = sum(_TEASER.search(texts[i]) is not None for i in run)
    follows = run[-1] + 1 < len(texts) and (run[-1] + 1 in doomed or _is_footer(texts[run[-1] + 1]))
    return cut >= max(CUT_SHARE * len(run), 1) or (follows and len(run) > MIN_HEADLINES)


def _ends_text(block: Block, text: str) -> bool:
    return bool(_is_paragraph(block, text) or _DATE_LINE.fullmatch(text) or _CREDIT.fullmatch(text)) or (
        text.endswith(("。", "。”", "。)")) and len(text) >= HEADLINE_CHARS.start
    )


def _is_headline(block: Block, text: str) -> bool:
    return (
        len(text) in HEADLINE_CHARS
        and block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST}
        and not text.endswith(("。", ";", ":", ","))
        and not _NUMBERED.search(text)
    )


def _is_footer(text: str) -> bool:
    return any(rule.matches(text) for rule in _FOOTER)
