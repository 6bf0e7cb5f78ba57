"""``scrapy newportal``: take a portal in, from its address alone."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler import chain
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse, visible
from crawler.onboarding.kinship import on_family, probe_of
from crawler.onboarding.learned import learn
from crawler.onboarding.newcomer import seeds_of, spider_of
from crawler.onboarding.project import Project, is_name, name_of, run_seeds_test, write_seed
from crawler.onboarding.source import source
from crawler.onboarding.survey import NoPortal, survey
from crawler.onboarding.visit import Unreachable, visit
from crawler.page.document import PageError
from crawler.refusals import Refused
from crawler.roster import portal_names, spider_class

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.onboarding.learned import Learned
    from crawler.onboarding.source import Spider
    from crawler.onboarding.survey import Survey
    from crawler.onboarding.visit import Captured

SAMPLE = 6
LEAST_SAMPLE = 2


class Command(PortalwatchCommand):
    """The command; 1 for a portal that cannot be reached or a failed seeds test, 2 for wrong use."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--name NAME] [--sample N] URL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Write the spider and the seeds of a portal, from its address"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Look at the portal whose front page is URL, learn selectors that hold over its sections and a "
            "handful of articles, write spiders/NAME.py and seeds/NAME/, and say what to look at."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--name", help="the spider's name (default: made of the host)")
        parser.add_argument(
            "--sample", type=int, default=SAMPLE, metavar="N", help=f"articles to learn from ({SAMPLE})"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Write the files and print what is unsure."""
        if len(args) != 1:
            raise WrongUse("Say which portal to take in: scrapy newportal URL.")
        assert self.settings is not None
        (url,) = args
        check_address(url)
        if opts.sample < LEAST_SAMPLE:
            raise WrongUse(f"--sample is a number from {LEAST_SAMPLE} up, not {opts.sample}.")
        project = Project.here()
        name = self.free_name(project, url, opts.name)
        try:
            seen = visit(self.settings, lambda visitor: survey(visitor.get, url, opts.sample))
        except Unreachable as error:
            sys.stderr.write(f"{error}.\n")
            return EXIT_FAILED
        except (PageError, NoPortal) as error:
            raise WrongUse(f"{str(error).rstrip('.')}.") from error
        return self.take_in(project, name, seen)

    def free_name(self, project: Project, url: str, given: str | None) -> str:
        """Return the name for the spider; raises WrongUse for one that cannot be or that is taken."""
        assert self.settings is not None
        name = given if given is not None else name_of(url)
        if not is_name(name):
            said = f"{name!r} cannot be a spider's name" if name else f"No name can be made of {url}"
            raise WrongUse(f"{said}: give one of small letters, digits and _ with --name.")
        taken = name in portal_names(self.settings) or project.spider_file(name).exists()
        if taken or project.seeds(name).exists():
            what = "a spider" if taken else "a folder of seeds"
            raise WrongUse(f"There is {what} named {name!r} already; give another name with --name.")
        return name

    def take_in(self, project: Project, name: str, seen: Survey) -> int:
        """Learn, write, report, test."""
        assert self.settings is not None
        pipelines = chain.reading_pipelines(self.settings)
        learned = learn(seen, pipelines)
        if len(learned.bench.samples) < LEAST_SAMPLE:
            raise WrongUse(
                f"{seen.front.url}: only {len(learned.bench.samples)} of its articles could be read: "
                + "; ".join(learned.notes[-2:])
                + "."
            )
        spider = on_family(seen, learned, spider_of(seen, learned, name), pipelines)
        self.note_same_base(spider, learned)
        try:
            seeds = seeds_of(seen, learned, probe_of(spider), pipelines)
        except (PageError, Refused) as error:
            raise WrongUse(f"The spider that was learned cannot read its own sample: {error}.") from error
        path = project.spider_file(name)
        folders = write(project, spider, seeds)
        report(project, path, folders, seen, learned)
        return run_test(project, name, folders)

    def note_same_base(self, spider: Spider, learned: Learned) -> None:
        """Note a spider that visits the same portal."""
        assert self.settings is not None
        for other in portal_names(self.settings):
            if spider_class(self.settings, other).base == spider.base:
                learned.notes.append(f"the spider {other} visits {spider.base} too")


def check_address(url: str) -> None:
    """Raise WrongUse for what is no address of the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme.lower() not in ("http", "https"):
        raise WrongUse(f"{url} is no address such as http://www.example.cn/.")


def write(
    project: Project, spider: Spider, seeds: Sequence[tuple[str, Captured, dict[str, Any]]]
) -> list[Path]:
    """Write the spider's file and its seeds, or nothing; return the seeds' folders. Raises ``OSError``."""
    path = project.spider_file(spider.name)
    folders = []
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(source(spider))
            file.flush()
            for kind, captured, expected in seeds:
                folders.append(project.next_seed(spider.name, kind))
                write_seed(folders[-1], captured, expected)
        except BaseException:
            path.unlink()
            shutil.rmtree(project.seeds(spider.name), ignore_errors=True)
            raise
    return folders


def report(project: Project, path: Path, folders: list[Path], seen: Survey, learned: Learned) -> None:
    """Print what was written and what to look at."""
    pages = 1 + sum(len(section.pages) for section in seen.sections) + len(seen.articles)
    articles = len(learned.bench.samples)
    print(f"Learned from {len(seen.sections)} sections and {articles} articles ({pages} pages fetched).")
    written = [path, *folders]
    print("Written: " + ", ".join(str(one.relative_to(project.root)) for one in written))
    print()
    print(path.read_text("utf-8"))
    if learned.notes:
        print("Not sure of:")
        for note in learned.notes:
            print(f"  {visible(note)}")
    else:
        print("Nothing to be unsure of was seen.")


def run_test(project: Project, name: str, folders: list[Path]) -> int:
    """Run the seeds test, print how it ended, return the exit status."""
    passed, said = run_seeds_test(project, name, folders)
    if passed is None:
        print(f"The seeds test was not run: {said}.")
        return 0
    if not passed:
        print(f"The seeds test failed:\n{said}")
        return EXIT_FAILED
    print(f"The seeds test passes on {len(folders)} seeds.")
    print(f"Now read each expected.json, then try: scrapy check {name}")
    return 0
