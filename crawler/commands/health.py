"""``scrapy health``: how the portals are, and were."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.monitor import health, metrics
from crawler.monitor.health import NO_EVIDENCE
from crawler.monitor.measures import FIELDS, Measures
from crawler.monitor.verdict import State
from crawler.store import kept_pages
from crawler.store.database import DEFAULT_URL, open_database
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.store.models import Health, PortalState

WIDE = 140
RUNS = 40
STEPS = "▁▂▃▄▅▆▇█"
NOT_JUDGED = "No run of {!r} has been judged yet."
ILL = frozenset(state.value for state in State if state is not State.OK)


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--portal NAME] [--json] [--accept NAME]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Show how the portals are; exit status 1 if one is ill"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="one portal, with its last runs")
        parser.add_argument("--json", action="store_true", help="print a JSON line a portal, or a run of one")
        parser.add_argument(
            "--accept", metavar="NAME", help="how this portal is now is how it is meant to be from now on"
        )
        parser.add_argument("--textfile", metavar="FILE", help="write the metrics for node_exporter to FILE")
        parser.add_argument("--pages", action="store_true", help="list the pages kept for study")
        parser.add_argument("--page", type=int, metavar="N", help="print page N that was kept, as it came")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print what was asked for; 1 if a portal is ill."""
        if args:
            raise WrongUse(f"health takes no {args[0]!r}; name a portal with --portal {args[0]}.")
        assert self.settings is not None
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            if opts.accept:
                with database.writing() as session:
                    if not health.history(session, opts.accept, 1):
                        raise WrongUse(NOT_JUDGED.format(opts.accept))
                    count = health.accept(session, opts.accept)
                print(f"{opts.accept}: {count} runs are taken for how it is meant to be.")
                return 0
            with database.reading() as session:
                if opts.textfile:
                    return write_metrics(session, Path(opts.textfile))
                if opts.page is not None:
                    return print_page(session, opts.page)
                if opts.pages:
                    return list_pages(session, opts.portal)
                return self._one(session, opts) if opts.portal else self._all(session, as_json=opts.json)
        finally:
            database.close()

    def _all(self, session: Session, *, as_json: bool) -> int:
        seen = [Seen.of(session, row, state) for row, state in health.newest(session)]
        if as_json:
            for one in seen:
                print(json.dumps(one.line(), ensure_ascii=False))
        elif not seen:
            print("No run has been judged yet; scrapy patrol makes one.")
        else:
            console = _console()
            console.print(_overview(seen))
            for one in seen:
                for reason in one.reasons:
                    console.print(
                        f"{one.last.portal}: {reason}", markup=False, highlight=False, soft_wrap=True
                    )
        return EXIT_FAILED if any(one.ill for one in seen) else 0

    def _one(self, session: Session, opts: argparse.Namespace) -> int:
        rows = health.history(session, opts.portal, RUNS)
        if not rows:
            raise WrongUse(NOT_JUDGED.format(opts.portal))
        if opts.json:
            for row in rows:
                print(json.dumps(_run(row), ensure_ascii=False))
        else:
            _console().print(_history(rows))
            for line in _lines(rows):
                print(line)
        last = next((row for row in reversed(rows) if row.verdict != NO_EVIDENCE), rows[-1])
        return EXIT_FAILED if last.verdict in ILL else 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A portal's newest row, the newest that says something, its state, and the newest with articles."""

    last: Health
    told: Health
    state: PortalState | None
    runs: Sequence[Health]

    @classmethod
    def of(cls, session: Session, row: Health, state: PortalState | None) -> Seen:
        """Look at the runs before ``row`` too."""
        runs = health.history(session, row.portal, RUNS)
        # A run that was good while a section that failed was not read again ends nothing.
        passed = {NO_EVIDENCE, State.OK.value} if state is not None and state.bad_runs else {NO_EVIDENCE}
        told = next((one for one in reversed(runs) if one.verdict not in passed), row)
        return cls(row, told, state, runs)

    @property
    def ill(self) -> bool:
        """Whether something is wrong with it."""
        return self.told.verdict in ILL

    @property
    def reasons(self) -> list[str]:
        """What that is."""
        return self.told.reasons if self.ill else []

    def line(self) -> dict[str, Any]:
        """Return it for JSON."""
        state = self.state
        return {
            "portal": self.last.portal,
            "verdict": self.told.verdict,
            "reasons": self.reasons,
            "bad_runs": state.bad_runs if state else 0,
            "alarm_at": _iso(state.alarm_at if state else None),
            "wait_until": _iso(state.wait_until if state else None),
            "last_good_at": _iso(state.last_good_at if state else None),
            "run": _run(self.last),
        }


def write_metrics(session: Session, path: Path) -> int:
    """Write the metrics for node_exporter."""
    try:
        metrics.write(session, path)
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror or error}.") from error
    return 0


def list_pages(session: Session, portal: str | None) -> int:
    """Print the pages that were kept for study."""
    for page in kept_pages.listed(session, portal):
        print(f"{page.id:>6}  {_local(page.at)}  {page.portal}  {page.status}  {page.reason}  {page.url}")
    return 0


def print_page(session: Session, number: int) -> int:
    """Print one of them."""
    page = kept_pages.get(session, number)
    if page is None:
        raise WrongUse(f"There is no kept page {number}; see scrapy health --pages.")
    sys.stdout.flush()
    sys.stdout.buffer.write(page.body)  # in whichever encoding it is
    sys.stdout.buffer.flush()
    return 0


def _overview(seen: Sequence[Seen]) -> Table:
    table = _table(
        "portal", "state", "bad runs", "entries", "new", "errors", "read", *FIELDS[1:5], "new by run"
    )
    for one in seen:
        now = Measures.of(one.last.metrics)
        read = next((m for m in _measures(reversed(one.runs)) if m.articles), now)
        table.add_row(
            one.last.portal,
            one.told.verdict,
            str(one.state.bad_runs if one.state else 0),
            str(now.entries),
            str(now.new),
            str(now.errors),
            str(read.articles),
            *(_share(read.filled.get(name, 0), read.articles) for name in FIELDS[1:5]),
            sparkline([m.new for m in _measures(one.runs)][-20:]),
        )
    return table


def _history(rows: Sequence[Health]) -> Table:
    headings = (
        "at",
        "state",
        "pages",
        "entries",
        "new",
        "changed",
        "refused",
        "errors",
        "blocked",
        "seconds",
    )
    table = _table(*headings)
    for row in rows[-10:]:
        now = Measures.of(row.metrics)
        counts = (now.pages, now.entries, now.new, now.changed, now.refused, now.errors, now.blocked)
        table.add_row(_local(row.at), row.verdict, *map(str, counts), f"{now.seconds:.0f}")
    return table


def _lines(rows: Sequence[Health]) -> list[str]:
    """Return a sparkline a measure, the oldest run left, and why the last runs were bad."""
    measures = list(_measures(rows))
    read = [one for one in measures if one.articles]
    series: dict[str, list[float]] = {
        "new": [one.new for one in measures],
        "entries": [one.entries for one in measures],
        "errors": [one.errors for one in measures],
    }
    for name in FIELDS:
        series[name] = [one.filled.get(name, 0) / one.articles for one in read]
    for name in sorted({name for one in read for name in one.fallbacks if name != "entries"}):
        series[f"{name} by generic reader"] = [one.fallbacks.get(name, 0) / one.articles for one in read]
    lines = []
    for name, values in series.items():
        if values:
            last = f"{values[-1]:.0%}" if name not in {"new", "entries", "errors"} else f"{values[-1]:.0f}"
            lines.append(f"{name:<28} {sparkline(values, None if last[-1] != '%' else 1.0)}  {last}")
    reasons = [f"{_local(row.at)}  {reason}" for row in rows[-3:] for reason in row.reasons]
    return [*lines, *reasons]


def sparkline(values: Sequence[float], top: float | None = None) -> str:
    """Return ``values`` as a line of bars, the highest as high as ``top`` or the greatest value."""
    top = top or max(values, default=0)
    if not top:
        return STEPS[0] * len(values)
    return "".join(STEPS[min(int(value / top * (len(STEPS) - 1) + 0.5), len(STEPS) - 1)] for value in values)


def _measures(rows: Any) -> Any:
    return (Measures.of(row.metrics) for row in rows)


def _run(row: Health) -> dict[str, Any]:
    return {"at": _iso(row.at), "verdict": row.verdict, "reasons": row.reasons, **row.metrics}


def _share(count: int, of: int) -> str:
    return f"{count / of:.0%}" if of else ""


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place < 2 or place == len(headings) - 1 else "right")
    return table


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _local(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
