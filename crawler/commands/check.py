"""``scrapy check``: see how well a portal's spider reads it today, storing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from crawler import chain, tls
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.onboarding.inspection import FIELDS, RULES, Inspection, inspect
from crawler.onboarding.visit import visit
from crawler.roster import spider_class

if TYPE_CHECKING:
    import argparse

SAMPLE = 20
WIDE = 110
SHOWN = 5


class Command(PortalwatchCommand):
    """The command; it replaces Scrapy's contracts check, which these spiders do not use."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--sample N] PORTAL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Visit a portal without storing anything and say how well it is read"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--sample", type=int, default=SAMPLE, metavar="N", help=f"articles to read ({SAMPLE})"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the figures; 1 if a section is empty or a rule finds nothing on more than half the pages."""
        if len(args) != 1:
            raise WrongUse("Say which portal to check: scrapy check PORTAL.")
        if opts.sample < 1:
            raise WrongUse(f"--sample is a number from 1 up, not {opts.sample}.")
        assert self.settings is not None
        cls = spider_class(self.settings, args[0])
        cls.update_settings(self.settings)
        pipelines = chain.reading_pipelines(self.settings)
        spider = cls()
        found = visit(self.settings, lambda visitor: inspect(visitor, spider, pipelines, opts.sample))
        console = Console()
        show(console if console.is_terminal else Console(width=WIDE), found)
        if spider.tls == tls.LEGACY:
            console.print(f"{tls.IN_WORDS}.", markup=False, highlight=False, soft_wrap=True)
        return EXIT_FAILED if found.faults() else 0


def show(console: Console, found: Inspection) -> None:
    """Print the figures of a visit."""
    console.print(_sections(found))
    if found.articles:
        console.print(_fields(found))
    dropped = ", ".join(f"{rule} {count}" for rule, count in found.dropped.most_common())
    lines = [
        f"Garbled: {found.repaired} of {found.articles} articles repaired, {found.flagged} with lost text.",
        *_scores(found),
        f"Boilerplate: {sum(found.dropped.values())} blocks dropped{dropped and f' ({dropped})'}.",
    ]
    lines += [
        f"Left in {field}: “{phrase}” in {len(urls)} of {found.articles}, such as {urls[0]}"
        for (field, phrase), urls in sorted(found.leftovers.items(), key=lambda one: -len(one[1]))[:SHOWN]
    ]
    if not found.leftovers and found.articles:
        lines.append("Left in no field: none of the phrases that only boilerplate has.")
    lines += [
        f"Section {seen.name}: only a script turns its pages ({seen.onward}); its first page is all there is"
        for seen in found.sections
        if seen.onward and seen.turned
    ]
    lines += [f"Not read: {failure}" for failure in found.failures[:SHOWN]]
    if len(found.failures) > SHOWN:
        lines.append(f"Not read: {len(found.failures) - SHOWN} more")
    lines += [f"FAILED: {fault}" for fault in found.faults()] or ["Nothing to object to."]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _scores(found: Inspection) -> list[str]:
    """Return how likely the Chinese of the texts is, in words."""
    if not found.scores:
        return []
    mean = sum(score for score, _ in found.scores) / len(found.scores)
    worst, url = min(found.scores)
    meant = "prose has -4 to -6, garbled text -10"
    return [f"Garble score: {mean:.1f} on average, {worst:.1f} at worst ({url}); {meant}."]


def _sections(found: Inspection) -> Table:
    table = _table("section", "entries", "next page", "dated")
    for seen in found.sections:
        dated = sum(bool(entry.date_text) for entry in seen.entries)
        onward = "by script" if seen.turned else "yes"
        entries, shown = str(len(seen.entries)), str(dated) if seen.entries else seen.failure
        table.add_row(seen.name, entries, onward if seen.onward else "none", shown)
    return table


def _fields(found: Inspection) -> Table:
    table = _table("field", "filled", "the spider's rule", "finds it", "generic reader")
    for name in FIELDS:
        rule = next((rule for rule in RULES[name] if rule in found.declared), None)
        finds = (
            (rule, _share(found.finds(rule), found), _share(found.fallbacks[rule], found))
            if rule
            else ("", "", "")
        )
        table.add_row(name, _share(found.filled[name], found), *finds)
    return table


def _share(count: int, found: Inspection) -> str:
    return f"{count} of {found.articles}"


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place in (0, 2) else "right")
    return table
