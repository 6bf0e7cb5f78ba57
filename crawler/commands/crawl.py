"""``scrapy crawl``: visit one portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.utils.conf import arglist_to_dict

from crawler import definition
from crawler.cli import PortalwatchCommand, WrongUse
from crawler.visit import Round, visit

if TYPE_CHECKING:
    import argparse

ARGUMENTS = {"since", "until", "full", "base"}


class Command(PortalwatchCommand):
    """The command; it replaces Scrapy's own, which answers faults with tracebacks and status 0."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[-a since=DAY] [-a until=DAY] [-a full=1] [-a base=ADDRESS] PORTAL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Visit one portal and store what is new"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "-a",
            dest="spargs",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="since, until, full or base",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Visit the portal; 1 if that failed."""
        if len(args) != 1:
            raise WrongUse("Say which portal to visit: scrapy crawl PORTAL.")
        assert self.settings is not None
        return visit(self.settings, Round("crawl", spider_arguments(opts.spargs)), args)


def spider_arguments(words: list[str]) -> dict[str, str]:
    """Return the spider arguments of ``-a`` options, checked; raises WrongUse or DefinitionError."""
    try:
        found = arglist_to_dict(words)
    except ValueError as error:
        raise WrongUse("An argument is written -a NAME=VALUE.") from error
    found.pop("_job", None)  # by this name scrapyd tells its jobs apart
    if unknown := set(found) - ARGUMENTS:
        raise WrongUse(f"There is no argument {min(unknown)!r}; there are: {', '.join(sorted(ARGUMENTS))}.")
    if not found.get("base", "http://").startswith(("http://", "https://")):
        raise WrongUse(f"Argument base: an address begins with http:// or https://, not {found['base']!r}.")
    definition.Window.parse(found.get("since"), found.get("until"))
    definition.parse_flag("full", found.get("full", ""))
    return found
