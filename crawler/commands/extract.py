"""``scrapy extract``: read saved pages and print what a crawl would store of them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler import chain
from crawler.cli import EXIT_FAILED, EXIT_WRONG_USE, PortalwatchCommand, WrongUse
from crawler.page.document import PageError, limited, parse_html, refuse_binary
from crawler.page.learned import NOTHING
from crawler.reading import NO_RULES, Rules, read_article
from crawler.records import record
from crawler.refusals import Refused
from crawler.roster import spider_class
from crawler.store.connection import DatabaseError, MissingDatabaseError
from crawler.store.learned import look_up
from crawler.text import charset
from crawler.text.deadline import Budget

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crawler.items import Article
    from crawler.page.learned import Learned


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] PAGE..."

    def short_desc(self) -> str:
        """Return what it does."""
        return "Read saved pages and print their articles as JSON lines"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--url", default="", help="the page's address, for links and dates (one page only)"
        )
        parser.add_argument("--spider", metavar="NAME", help="read with the rules of this portal's spider")
        parser.add_argument(
            "--explain", action="store_true", help="add each dropped block with its rule, and origins"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print a JSON line a page; 1 if a page is no article, 2 if a file cannot be read at all."""
        if not args:
            raise WrongUse("Say which saved pages to read: scrapy extract PAGE...")
        if opts.url and len(args) > 1:
            raise WrongUse("--url belongs to one page; give one PAGE with it.")
        refuse_unreadable(opts.url)
        assert self.settings is not None
        rules, portal, learned = NO_RULES, "", NOTHING
        if opts.spider:
            spider = spider_class(self.settings, opts.spider)
            rules, portal = Rules.of(spider()), opts.spider
            learned = learned_of(self.settings["PORTALWATCH_DATABASE_URL"], portal)
        pipelines = chain.reading_pipelines(self.settings, learned)
        unreadable = refused = 0
        for path in args:
            try:
                body = read_bytes(Path(path))
                budget = Budget(self.settings.getfloat("PORTALWATCH_READ_TIMEOUT"))
                with limited(budget.seconds, opts.url), budget.spend():
                    article = extract(body, opts.url, rules, portal, learned.tails)
                article.budget = budget
                chain.run(article, pipelines)
            except UnreadableFile as error:
                unreadable += 1
                print(error, file=sys.stderr)
            except PageError as error:
                unreadable += 1
                print(f"{path}: {error.reason}.", file=sys.stderr)
            except Refused as error:
                refused += 1
                print(f"{path}: refused: {error.field}: {error.reason}", file=sys.stderr)
            else:
                found: dict[str, Any] = {"path": path, **record(article, explain=opts.explain)}
                print(json.dumps(found, ensure_ascii=False), flush=True)
        if (unreadable or refused) and len(args) > 1:
            print(f"{unreadable + refused} of {len(args)} pages could not be read.", file=sys.stderr)
        return EXIT_WRONG_USE if unreadable else EXIT_FAILED if refused else 0


class UnreadableFile(Exception):  # noqa: N818  the sentence reads better so
    """A file that holds no page."""


def refuse_unreadable(url: str) -> None:
    """Raise WrongUse for what cannot be taken apart as an address."""
    try:
        urlsplit(url)
    except ValueError as error:
        raise WrongUse(f"{url} is no address such as http://www.example.cn/1.html ({error}).") from error


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a saved page; raises UnreadableFile naming the file and the reason."""
    if path.is_dir():
        raise UnreadableFile(f"{path}: it is a directory, not a saved page.")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}.") from error
    if not body.strip():
        raise UnreadableFile(f"{path}: the file is empty.")
    return body


def learned_of(database_url: str, portal: str) -> Learned:
    """Return what the database, if there is one, knows of a portal; one that cannot be used is named."""
    try:
        return look_up(database_url, portal)
    except MissingDatabaseError:
        return NOTHING
    except DatabaseError as error:
        print(f"Read without what the portal repeats: {error}.", file=sys.stderr)
        return NOTHING


def extract(body: bytes, url: str, rules: Rules, portal: str, shared: Sequence[str] = ()) -> Article:
    """Read the bytes of one page into a raw Article; raises PageError.

    ``shared`` are endings that the portal's ``<title>`` elements share.
    """
    refuse_binary(body, url)
    decision = charset.decide(body)
    page = parse_html(charset.decode(body, decision).text, url)
    article = read_article(page, rules, portal=portal, now=datetime.now(UTC), shared=shared)
    article.charset, article.charset_reason = decision.encoding, decision.reason
    return article
