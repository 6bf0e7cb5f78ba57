"""``scrapy warc``: the kept pages as a web archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.commands.reread import check_portal, progress, since_of
from crawler.exports.files import replacing
from crawler.exports.formats import MissingLibraryError
from crawler.exports.warc import Warc
from crawler.store import kept
from crawler.store.database import DEFAULT_URL, open_database
from crawler.store.packing import PackingError

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from rich.progress import Progress
    from sqlalchemy.orm import Session


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] FILE"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Write the kept pages as a web archive (WARC)"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Write every page that is kept, older versions' too, with the headers of its answer. The records "
            "of a FILE.warc.gz are compressed. A file takes its place when it is complete."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="only this portal's")
        parser.add_argument(
            "--since", metavar="WHEN", help="only what was fetched since: 12h, 7d, 2w, 6m, 2026-05-01"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Write the file; 1 if it cannot be written or lacks a page that is damaged."""
        if len(args) != 1:
            raise WrongUse("Say where to: scrapy warc FILE.")
        assert self.settings is not None
        path, since = Path(args[0]), since_of(opts.since)
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            with database.reading() as session:
                check_portal(session, self.settings, opts.portal)
                with progress() as bar:
                    written, damaged = write(session, path, opts.portal, since, bar)
        except MissingLibraryError as error:
            raise WrongUse(str(error)) from error
        except OSError as error:
            print(f"{path} cannot be written: {error.strerror}.", file=sys.stderr)
            return EXIT_FAILED
        finally:
            database.close()
        print(f"{written} pages written to {path}.")
        return EXIT_FAILED if damaged else 0


def write(
    session: Session, path: Path, portal: str | None, since: datetime | None, bar: Progress
) -> tuple[int, int]:
    """Write the archive; return how many pages it has and how many are missing as damaged."""
    written = damaged = 0
    task = bar.add_task("writing", total=kept.pages(session, portal, since))
    with replacing(path) as file:
        archive = Warc(file, path.name, compressed=path.suffix == ".gz")
        for page in kept.each(session, portal, since):
            try:
                archive.write(page)
                written += 1
            except PackingError as error:
                damaged += 1
                print(f"Damaged {page.url}: {error}.", file=sys.stderr)
            bar.advance(task)
    return written, damaged
