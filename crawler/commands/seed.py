"""``scrapy seed``: capture one more page of a portal for its seeds test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from crawler import chain
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse, visible
from crawler.commands.newportal import check_address, run_test
from crawler.onboarding.navigation import host_of
from crawler.onboarding.project import Project, write_seed
from crawler.onboarding.saved import article_fields, is_section, list_fields, read_captured
from crawler.onboarding.visit import Captured, Unreachable, Visitor, lent, visit
from crawler.page.document import PageError
from crawler.refusals import Refused
from crawler.roster import spider_class

if TYPE_CHECKING:
    import argparse

    from crawler.spider import PortalSpider

SHOWN = 60  # characters of a field


class Command(PortalwatchCommand):
    """The command; 1 for a page that cannot be fetched, 2 for wrong use."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--list] PORTAL URL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Capture one more seed of a portal: a section page or an article"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--list", action="store_true", help="the page is a section page, whatever it looks"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Capture the page, write the seed and show what is read of it."""
        if len(args) != 2:
            raise WrongUse("Say which portal and which page: scrapy seed PORTAL URL.")
        assert self.settings is not None
        name, url = args
        cls = spider_class(self.settings, name)
        cls.update_settings(self.settings)
        spider = cls()
        check_address(url)
        if host_of(url) != host_of(spider.base):
            raise WrongUse(f"{url} is not on {spider.base}, the address of {name}.")
        project = Project.here()
        refuse_twice(project, name, url)
        pipelines = chain.reading_pipelines(self.settings)

        async def capture(visitor: Visitor) -> tuple[Captured, str, dict[str, Any]]:
            captured = await visitor.get(url)
            lent(spider, visitor)
            if opts.list or is_section(spider, captured):
                return captured, "list", list_fields(spider, captured.page)
            return captured, "article", article_fields(read_captured(spider, captured, pipelines))

        try:
            captured, kind, expected = visit(self.settings, capture)
        except Unreachable as error:
            sys.stderr.write(f"{error}.\n")
            return EXIT_FAILED
        except (PageError, Refused) as error:
            raise WrongUse(f"{str(error).rstrip('.')}.") from error
        refuse_twice(project, name, captured.url)
        if kind == "list" and not expected["entries"]:
            raise WrongUse(f"{captured.url}: {name} finds no entries on this section page.")
        folder = project.next_seed(name, kind)
        write_seed(folder, captured, expected)
        print(f"Written: {folder.relative_to(project.root)}")
        show(kind, expected, spider)
        return run_test(project, name, [folder])


def refuse_twice(project: Project, name: str, url: str) -> None:
    """Raise WrongUse if there is a seed of ``url``."""
    if known := project.seed_of(name, url):
        raise WrongUse(f"{known.relative_to(project.root)} is a seed of {url} already.")


def show(kind: str, expected: dict[str, Any], spider: PortalSpider) -> None:
    """Print what is read of the page, to be compared with it."""
    if kind == "list":
        entries = expected["entries"]
        first, last = visible(entries[0][0]), visible(entries[-1][0])
        print(f"  {len(entries)} entries, from “{first}” to “{last}”")
        print(f"  next page: {expected['next_page'] or 'none'}")
        return
    body = expected["body"].splitlines() or [""]
    print(f"  title: {expected['title']}")
    for field in ("published", "source", "authors", "editors", "section"):
        value = expected[field]
        shown = ", ".join(value) if isinstance(value, list) else value
        print(f"  {field}: {shown or 'none'}")
    print(f"  body: {len(body)} blocks, from “{body[0][:SHOWN]}” to “{body[-1][-SHOWN:]}”")
    print(f"  dropped: {len(expected['dropped'])} blocks, see expected.json")
    if expected["fallbacks"]:
        print(f"  {spider.name} finds nothing by its own rule for: {', '.join(expected['fallbacks'])}")
