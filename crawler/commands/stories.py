"""``scrapy stories``: which texts of a file are the same piece."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler import chain
from crawler.cli import PortalwatchCommand, WrongUse
from crawler.items import Article, Block
from crawler.refusals import Refused
from crawler.store.articles import save
from crawler.store.database import open_database
from crawler.store.models import StoryMember

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from crawler.chain import ReadingPipeline

ADDRESS = "http://cases.invalid/{}"
"""The address under which a case is stored; it says nothing of the text."""
_LINE_END = re.compile("\r\n?|\n")
"""To ``str.splitlines`` U+0085, which is a byte of misread text, ends a line, too."""
OPTIONAL = ("title", "published", "source")


class NotACase(Exception):  # noqa: N818  the sentence reads better so
    """What is wrong with a line of a file of cases."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "--cases FILE"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Say which texts of a file are the same piece, or a part of one"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Read JSON lines {id, title, published, source, text}, send each through the reading pipelines "
            "and into the stories of an empty database, in the order of the file, and print every pair "
            "within a story: id_a, id_b and same or part, between tabs."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--cases", metavar="FILE", help="JSON lines, UTF-8")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the pairs; 2 if the file holds a line that is no case."""
        if opts.cases is None or args:
            raise WrongUse("Say which file holds the texts: scrapy stories --cases FILE.")
        assert self.settings is not None
        cases = read_cases(opts.cases)
        for one, other, relation in pairs(cases, chain.reading_pipelines(self.settings)):
            print(f"{one}\t{other}\t{relation}")
        return 0


@dataclass(frozen=True, slots=True)
class Case:
    """One text with what its page says of it; ``published`` is as written."""

    id: str
    text: str
    title: str = ""
    published: str = ""
    source: str = ""


def read_cases(name: str) -> list[Case]:
    """Read a file of JSON lines; raises ``WrongUse`` naming the first line that is no case."""
    try:
        lines = Path(name).read_bytes().split(b"\n")
    except OSError as error:
        raise WrongUse(f"{name}: {error.strerror}.") from error
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = _case(line)
        except NotACase as error:
            raise WrongUse(f"{name}, line {number}: {error}.") from error
        if case.id in cases:
            raise WrongUse(f"{name}, line {number}: the id {case.id!r} was used before.")
        cases[case.id] = case
    return list(cases.values())


def _case(line: bytes) -> Case:
    """Return the case of a line; raises ``NotACase`` with what is wrong with it."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotACase("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotACase(f"it is no JSON ({error.msg} at character {error.pos + 1})") from error
    except RecursionError as error:
        raise NotACase("it is nested too deeply") from error
    if not isinstance(found, dict):
        raise NotACase("it is no JSON object")
    for field in ("id", "text"):
        if not isinstance(found.get(field), str):
            raise NotACase(f"{field!r} is missing or no text")
    if not found["id"] or {"\t", "\n", "\r"} & set(found["id"]):
        raise NotACase("'id' is empty or holds a tab or the end of a line")
    for field in OPTIONAL:
        if not isinstance(found.get(field), str | None):
            raise NotACase(f"{field!r} is no text")
    return Case(found["id"], found["text"], *(found.get(field) or "" for field in OPTIONAL))


def pairs(cases: Sequence[Case], pipelines: Sequence[ReadingPipeline]) -> Iterator[tuple[str, str, str]]:
    """Yield every pair of ids within a story with ``same`` or ``part``, each pair once.

    Two parts of a story are no pair: they may be different parts of it.
    """
    with TemporaryDirectory(prefix="portalwatch-") as folder:
        database = open_database(f"sqlite:///{folder}/cases.db")
        try:
            with database.writing() as session:
                ids = {
                    save(session, _read(case, at, pipelines)).article_id: case.id
                    for at, case in enumerate(cases)
                }
                found = _within_stories(session)
        finally:
            database.close()
    for one, other, relation in found:
        yield ids[one], ids[other], relation


def _read(case: Case, number: int, pipelines: Sequence[ReadingPipeline]) -> Article:
    article = Article(
        portal="cases",
        url=ADDRESS.format(number),
        fetched=datetime.now(UTC),
        title=case.title,
        blocks=[Block(line) for line in _LINE_END.split(case.text) if line.strip()],
        published_text=case.published,
        source_text=case.source,
    )
    for pipeline in pipelines:
        try:
            pipeline.run(article)
        except Refused:
            continue  # a text without a headline or with a date to come has its story, too
    return article


def _within_stories(session: Session) -> list[tuple[int, int, str]]:
    members: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    query = select(StoryMember.story_id, StoryMember.article_id, StoryMember.relation)
    for story_id, article_id, relation in session.execute(query.order_by(StoryMember.article_id)):
        members[story_id].append((article_id, relation))
    found: dict[tuple[int, int], str] = {}
    for inside in members.values():
        for (one, first), (other, second) in combinations(inside, 2):
            if "same" in {first, second}:
                relation = "same" if first == second else "part"
                found[one, other] = relation if found.get((one, other)) != "same" else "same"
    return [(one, other, relation) for (one, other), relation in found.items()]
