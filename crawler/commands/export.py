"""``scrapy export``: the stored articles as a file."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse, discard_output
from crawler.commands.articles import known_portals, search_of
from crawler.exports.columns import values
from crawler.exports.files import replacing
from crawler.exports.formats import FORMATS, Csv, MissingLibraryError
from crawler.exports.rows import count, rows
from crawler.roster import portal_names, portal_regions
from crawler.store.database import DEFAULT_URL, open_database
from crawler.store.models import Portal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from crawler.exports.formats import Writer
    from crawler.query.search import Search
    from crawler.store.packing import PackingError

STDOUT = "-"
EVERY = 100
"""The bar moves once in so many rows."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] [QUERY...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Write stored articles as JSON lines, CSV or Parquet"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Write the stored articles that QUERY finds (without one: all), the newest first. docs/data.md "
            "says what the columns are. A file takes its place when it is complete."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--format", choices=tuple(FORMATS), help="if the file's name does not say it")
        parser.add_argument("--output", metavar="FILE", default=STDOUT, help="default: standard output")
        parser.add_argument(
            "--versions", action="store_true", help="all versions of each article, not the newest"
        )
        parser.add_argument("--portal", metavar="NAME", help="only this portal's, as portal:NAME")
        parser.add_argument("--since", metavar="WHEN", help="as since:WHEN; 12h, 7d, 2w, 6m, 2026-05-01")
        parser.add_argument(
            "--no-bom", action="store_true", help="CSV without the mark by which Excel knows UTF-8"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Write the file; 1 if it could not be written or lacks a version that is damaged."""
        assert self.settings is not None
        form = form_of(opts.format, opts.output)
        stated = search_of(args, opts.portal, opts.since, datetime.now(UTC))
        wanted = known_portals(stated, self.settings)
        with ExitStack() as stack:
            database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
            stack.callback(database.close)
            session = stack.enter_context(database.reading())
            if opts.portal is not None:
                self._check_portal(session, opts.portal)
            export = Export(session, wanted, portal_regions(self.settings), versions=opts.versions)
            try:
                with opened(opts.output) as file:
                    writer = Csv(file, bom=not opts.no_bom) if form == "csv" else FORMATS[form](file)
                    export.run(writer, bar(export.total(), opts.output))
            except MissingLibraryError as error:
                raise WrongUse(str(error)) from error
            except BrokenPipeError:
                discard_output()
                return 0
            except OSError as error:
                print(f"{opts.output} cannot be written: {error.strerror}.", file=sys.stderr)
                if opts.output == STDOUT:
                    discard_output()
                return EXIT_FAILED
        return tell(export, opts.output)

    def _check_portal(self, session: Session, name: str) -> None:
        assert self.settings is not None
        # A portal whose spider was removed keeps its articles.
        known = {*session.scalars(select(Portal.name)), *portal_names(self.settings)}
        if name not in known:
            raise WrongUse(f"There is no portal named {name!r}. There are: {', '.join(sorted(known))}.")


class Export:
    """One run: what is to be written, and afterwards what was."""

    def __init__(self, session: Session, wanted: Search, places: dict[str, str], *, versions: bool) -> None:
        self._session, self._wanted, self._places, self._versions = session, wanted, places, versions
        self.written = 0
        self.damaged = 0
        self.cut = 0

    def total(self) -> int | None:
        """Return how many rows there will be, if that is known."""
        return count(self._session, self._wanted, versions=self._versions)

    def run(self, writer: Writer, shown: Progress | None) -> None:
        """Write all rows, and move the bar."""
        found = rows(
            self._session, self._wanted, versions=self._versions, damaged=self._note, places=self._places
        )
        with closing(found), shown or nullcontext():
            for row in found:
                writer.write(values(row))
                self.written += 1
                if shown and self.written % EVERY == 0:
                    shown.update(shown.task_ids[0], completed=self.written)
            writer.close()
        self.cut = writer.cut

    def _note(self, url: str, error: PackingError) -> None:
        self.damaged += 1
        print(f"{url}: left out, {error}.", file=sys.stderr)


def form_of(named: str | None, output: str) -> str:
    """Return the format: the one named, or that of the file's name. Raises ``WrongUse``."""
    suffix = Path(output).suffix.removeprefix(".").lower()
    form = named or ("jsonl" if output == STDOUT else suffix)
    if form not in FORMATS:
        raise WrongUse(f"Say the format of {output}: --format {' | '.join(FORMATS)}.")
    if output == STDOUT and sys.stdout is None:
        raise WrongUse("There is no standard output; say where to write: --output FILE.")
    if output == STDOUT and form == "parquet" and sys.stdout.isatty():
        raise WrongUse("Parquet is not for a terminal; say where to write: --output FILE.")
    return form


@contextmanager
def opened(output: str) -> Iterator[BinaryIO]:
    """Yield the file to write: standard output, or one that replaces ``output`` when it is complete."""
    if output != STDOUT:
        with replacing(Path(output)) as file:
            yield file
        return
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def bar(total: int | None, output: str) -> Progress | None:
    """Return a progress bar on standard error, if that is a terminal which the rows do not go to as well."""
    console = Console(stderr=True)
    if not console.is_terminal or (output == STDOUT and sys.stdout.isatty()):
        return None
    shown = Progress(
        TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    shown.add_task("", total=total)
    return shown


def tell(export: Export, output: str) -> int:
    """Say on standard error what was written; return the exit status."""
    where = "" if output == STDOUT else f" to {output}"
    print(f"{export.written} rows written{where}.", file=sys.stderr)
    if export.cut:
        print(f"{export.cut} cells were cut, as Excel holds no more; the other formats do.", file=sys.stderr)
    if export.damaged:
        print(f"{export.damaged} versions are damaged: run `scrapy db check`.", file=sys.stderr)
        return EXIT_FAILED
    return 0
