"""Articles for the bench of the store: endless, deterministic, of clauses of the replica portals' texts.

Three quarters are texts of their own, with names and figures in them that no other has; one in ten is a
notice of a form that hundreds share; the rest repost or shorten an earlier one. A half of them has less than
800 characters, one in ten more than 2,000, as on portals.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from crawler.items import Article, Block
from crawler.text.dates import Moment, Precision

TEXTS = Path(__file__).resolve().parent.parent / "seeds" / "replicas" / "texts"
START = datetime(2020, 1, 1, tzinfo=UTC)
NOTICES, COPIES, DIGESTS = 0.10, 0.10, 0.05
RECENT = 3_000
"""A repost is of one of so many articles before it."""
PORTALS = 40
FORMS = 60
_FOLDED = str.maketrans("，：；！？（）", ",:;!?()")  # all that the canonical form changes in these texts
_CLAUSE = re.compile("[^，。；！？\n]+")


@dataclass(frozen=True, slots=True)
class Made:
    """An article's words: a paragraph a line."""

    title: str
    body: str


@cache
def clauses() -> tuple[str, ...]:
    """Return the clauses of all replica texts, each once."""
    found: dict[str, None] = {}
    for path in sorted(TEXTS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            for paragraph in json.loads(line)["paragraphs"]:
                found.update((one, None) for one in _CLAUSE.findall(paragraph) if 4 <= len(one) <= 30)
    return tuple(found)


@cache
def _characters() -> str:
    return "".join(sorted({one for clause in clauses() for one in clause if "\u4e00" <= one <= "\u9fff"}))


@cache
def _forms() -> tuple[tuple[str, ...], ...]:
    draw = random.Random(5)
    return tuple(tuple(draw.sample(clauses(), 24)) for _ in range(FORMS))


def made(number: int) -> Made:
    """Return the article of a number, always the same."""
    draw = random.Random(number)
    kind = draw.random()
    if number > RECENT and kind < COPIES + DIGESTS:
        original = _own(random.Random(_original(draw, number)))
        if kind < COPIES:
            body = f"本报讯（记者{_name(draw)}）{original.body}\n（责任编辑：{_name(draw)}）"
            return Made(original.title, body)
        lines = original.body.split("\n")
        return Made(original.title, "\n".join(lines[: max(1, len(lines) // 2)]))
    if kind > 1 - NOTICES:
        return _notice(draw)
    return _own(draw)


def _original(draw: random.Random, number: int) -> int:
    while True:
        other = number - draw.randrange(1, RECENT)
        if COPIES + DIGESTS <= random.Random(other).random() <= 1 - NOTICES:
            return other


def _own(draw: random.Random) -> Made:
    draw.random()  # the kind
    length = min(6_000, int(draw.lognormvariate(6.68, 0.75)))
    lines: list[str] = []
    paragraph = ""
    while sum(map(len, lines)) + len(paragraph) < length:
        parts = [_own_words(draw, clause) for clause in draw.choices(clauses(), k=draw.randrange(2, 5))]
        paragraph += "，".join(parts) + "。"
        if draw.random() < 0.4:
            lines.append(paragraph)
            paragraph = ""
    title = f"{_name(draw)}{draw.choice(clauses())[:14]}"
    return Made(title, "\n".join([*lines, paragraph] if paragraph else lines))


def _own_words(draw: random.Random, clause: str) -> str:
    if draw.random() < 0.5:
        return clause
    at = draw.randrange(len(clause))
    added = _name(draw) if draw.random() < 0.6 else f"{draw.randrange(2, 9999)}"
    return f"{clause[:at]}{added}{clause[at:]}"


def _name(draw: random.Random) -> str:
    return "".join(draw.choices(_characters(), k=3))


def _notice(draw: random.Random) -> Made:
    form = draw.randrange(FORMS)
    filled = [
        f"{clause}{_name(draw)}{draw.randrange(1, 13)}月{draw.randrange(1, 29)}日" if at % 4 == 0 else clause
        for at, clause in enumerate(_forms()[form])
    ]
    lines = ["，".join(filled[at : at + 6]) + "。" for at in range(0, len(filled), 6)]
    return Made(f"关于{_name(draw)}的公告", "\n".join(lines))


def published(number: int) -> datetime:
    """Return when the article of a number was published: one a minute."""
    return START + timedelta(minutes=number)


def fetched(number: int) -> datetime:
    """Return when the article of a number was fetched."""
    return published(number) + timedelta(hours=1)


def url(number: int) -> str:
    """Return the address of the article of a number."""
    at = published(number)
    return f"http://www.portal-{number % PORTALS}.example/news/{at:%Y%m}/t{at:%Y%m%d}_{number}.html"


def article(number: int) -> Article:
    """Return the article of a number as it arrives at the pipeline `store`."""
    words = made(number)
    at = published(number)
    return Article(
        portal=f"portal_{number % PORTALS}",
        url=url(number),
        fetched=fetched(number),
        title=words.title,
        blocks=[Block(line) for line in words.body.split("\n")],
        source=f"{_characters()[number % 500 : number % 500 + 3]}日报",
        published=Moment(at, Precision.MINUTE, f"{at:%Y-%m-%d %H:%M}"),
        list_url=f"http://www.portal-{number % PORTALS}.example/news/",
        section=["首页", "新闻"],
        charset="utf-8",
        charset_reason="declared and valid",
        origins={"title": "h1", "body": "runs", "published": "meta PubDate", "source": "meta ContentSource"},
        canonical_title=words.title.translate(_FOLDED),
        canonical_body=words.body.translate(_FOLDED),
        canonical_source="日报",
    )
