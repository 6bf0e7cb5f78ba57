"""How a patrol is shown: a bar a portal on a terminal, plain lines elsewhere, a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from crawler.patrol import Outcome

COLUMNS = (
    ("pages", "pages"),
    ("new", "new"),
    ("changed", "changed"),
    ("same", "same"),
    ("repaired", "repaired"),
    ("dropped_blocks", "dropped"),
    ("refused", "refused"),
    ("alerts", "alerts"),
    ("errors", "errors"),
)


class Bars:
    """A progress bar a portal, for a terminal."""

    def __init__(self, console: Console) -> None:
        self._display = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("articles  {task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def started(self, names: Mapping[str, str]) -> None:
        """Draw the empty bars."""
        self._display.start()
        for name, portal in names.items():
            self._tasks[name] = self._display.add_task(f"{name} {portal}", total=None, note="")

    def progress(self, outcome: Outcome) -> None:
        """Move one portal's bar."""
        self._display.update(
            self._tasks[outcome.name],
            total=outcome.requested or None,
            completed=outcome.done,
            note=f"{outcome.new} new",
        )

    def finished(self, outcome: Outcome) -> None:
        """Fill one portal's bar."""
        total = max(outcome.requested, 1)
        note = outcome.failure or (f"{outcome.new} new" if outcome.new else "nothing new")
        self._display.update(self._tasks[outcome.name], total=total, completed=total, note=note)
        if all(task.finished for task in self._display.tasks):
            self._display.stop()

    def stop(self) -> None:
        """Give the terminal back."""
        self._display.stop()


class Lines:
    """A line when a portal begins and one when it ends, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, names: Mapping[str, str]) -> None:
        """Say which portals are visited."""
        self._say(f"visiting {len(names)} portals: {', '.join(names)}")

    def progress(self, outcome: Outcome) -> None:
        """Say nothing: a line a page would hide the rest."""

    def finished(self, outcome: Outcome) -> None:
        """Say what one portal brought."""
        ending = f" FAILED: {outcome.failure}" if outcome.failure else ""
        self._say(
            f"{outcome.name}: {outcome.pages} pages, {outcome.new} new, {outcome.changed} changed, "
            f"{outcome.errors} errors{ending}"
        )

    def stop(self) -> None:
        """Nothing to give back."""

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def watcher(console: Console) -> Bars | Lines:
    """Return the display that fits ``console``."""
    return Bars(console) if console.is_terminal else Lines(console)


def summary(outcomes: Sequence[Outcome]) -> Table:
    """Return the table of a patrol's outcomes, with a row of totals for more than one portal."""
    # Without vertical rules ten columns fit on a terminal of eighty.
    table = Table(title="Patrol", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("portal", no_wrap=True)
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right")
    table.add_column("state")
    for outcome in outcomes:
        counts = [str(getattr(outcome, field)) for field, _ in COLUMNS]
        table.add_row(outcome.name, *counts, f"failed: {outcome.failure}" if outcome.failure else "ok")
    if len(outcomes) > 1:
        totals = [str(sum(getattr(outcome, field) for outcome in outcomes)) for field, _ in COLUMNS]
        table.add_section()
        table.add_row("all", *totals, "")
    return table


def verdict(outcomes: Sequence[Outcome]) -> str:
    """Return the patrol in one sentence."""
    new = sum(outcome.new for outcome in outcomes)
    changed = sum(outcome.changed for outcome in outcomes)
    failed = [outcome.name for outcome in outcomes if outcome.failure]
    found = f"{new} new and {changed} changed articles." if new or changed else "Nothing new."
    return found + (f" Failed: {', '.join(failed)}." if failed else "")
