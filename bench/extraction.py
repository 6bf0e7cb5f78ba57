"""Compare the generic reader with published extractors, in one run over saved pages with known contents.

    .venv/bin/python bench/extraction.py GOLD.jsonl PAGES_DIRECTORY --peers-python peers/bin/python
        [--write docs/extraction.md] [--rounds N] [--predictions DIRECTORY] [--worst N]

The peers need an environment of their own, made from bench/requirements-extractors.txt; one that is not
installed is left out and named. GOLD has a JSON object a line: id, encoding, body, and where known title,
url, site, kind, published (local time, as precise as displayed), source, authors (with editors) and
must_not_contain; the page is PAGES_DIRECTORY/<id>.html. What is null is not known and not scored.

Every system reads a page before any of them goes on to the next, in an order that rotates. Times are the
processes' own, warm; the peers are given the decoded text. portalwatch does what `scrapy extract` does, from
the bytes on; a second line of it is for reading and stripping alone, from the decoded text.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import extraction_score
from scrapy.settings import Settings

from crawler import chain
from crawler.commands.extract import extract
from crawler.page.document import PageError, parse_html
from crawler.reading import NO_RULES, read_article
from crawler.records import displayed
from crawler.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.items import Article

    Predict = Callable[[dict[str, Any], Path], dict[str, Any]]

BEGIN, END = "<!-- extraction figures: begin -->", "<!-- extraction figures: end -->"
OURS, READING, BASE = "portalwatch", "portalwatch, reading alone", "trafilatura"
# Some peers ask for lists of domains or for pictures; where nothing listens they give up at once.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
WARM = 5  # pages that are read untimed first
COLUMNS = (
    ("f1", "body F1", ".4f"),
    ("good", "F1 ≥ .97", "%"),
    ("leak", "leak pages", "%"),
    ("title", "title", "%"),
    ("day", "day", "%"),
    ("minute", "minute", "%"),
    ("source", "source", "%"),
    ("authors", "authors F1", ".3f"),
    ("empty", "empty", ".0f"),
    ("error", "errors", ".0f"),
    ("ms", "ms", ".1f"),
    ("x", f"× {BASE}", ".2f"),
)


def main() -> None:
    arguments = parse_arguments()
    lines = arguments.gold.read_text("utf-8").splitlines()
    gold = [json.loads(line) for line in lines if line.strip()]
    systems = ours()
    notes = []
    if arguments.peers_python:
        peers = Peers(arguments.peers_python)
        systems |= peers.systems
        notes.append(
            "Versions: " + ", ".join(f"{name} {number}" for name, number in peers.versions.items()) + "."
        )
        notes += [
            f"{name} is not installed there and is left out: {why}." for name, why in peers.missing.items()
        ]
    else:
        notes.append("Without --peers-python: no peer was run.")
    predictions = run(gold, arguments.pages, systems, arguments.rounds)
    rows = {
        name: [
            extraction_score.score(page, given)
            for page, given in zip(gold, extraction_score.blanks(found), strict=True)
        ]
        for name, found in predictions.items()
    }
    figures = "\n".join([heading(gold), "", *table(rows), "", *notes])
    print(figures)
    show_worst(gold, rows[OURS], arguments.worst)
    if arguments.predictions:
        save(arguments.predictions, gold, predictions)
    if arguments.write:
        write(arguments.write, figures)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--peers-python", metavar="PATH", help="the Python that has the peers")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table between this page's markers"
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="read all pages so often; a page's median counts"
    )
    parser.add_argument("--predictions", type=Path, metavar="DIRECTORY", help="write what each system found")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name our worst pages")
    return parser.parse_args()


def ours() -> dict[str, Predict]:
    """Return portalwatch as `scrapy extract` runs it, and the part of it that the peers do too."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    pipelines = chain.reading_pipelines(settings)
    names = {"RecommendedPipeline", "NoticesPipeline", "FieldsPipeline"}
    stripping = [each for each in pipelines if type(each).__name__ in names]

    def whole(page: dict[str, Any], path: Path) -> dict[str, Any]:
        body = path.read_bytes()
        return timed(lambda: extract(body, page.get("url") or "", NO_RULES, ""), pipelines)

    def reading(page: dict[str, Any], path: Path) -> dict[str, Any]:
        text = path.read_bytes().decode(page["encoding"], "replace")
        url = page.get("url") or ""
        return timed(
            lambda: read_article(parse_html(text, url), NO_RULES, portal="", now=datetime.now(UTC)), stripping
        )

    return {OURS: whole, READING: reading}


def timed(read: Callable[[], Article], pipelines: Sequence[chain.ReadingPipeline]) -> dict[str, Any]:
    """Read one page and send it through ``pipelines``; returns its fields and the milliseconds that took."""
    started = time.process_time()
    try:
        article = read()
        chain.run(article, pipelines)
    except (PageError, Refused) as problem:
        return {"error": str(problem), "ms": (time.process_time() - started) * 1000}
    ms = (time.process_time() - started) * 1000
    return {
        "title": article.title,
        "body": article.body,
        "published": displayed(article.published) or "",
        "source": article.source or "",
        "authors": [*article.authors, *article.editors],
        "ms": ms,
    }


class Peers:
    """The extractors of another environment, behind one process that reads a page at a time."""

    def __init__(self, python: str) -> None:
        worker = str(Path(__file__).with_name("extractors.py"))
        try:
            self.process = subprocess.Popen(
                [python, worker],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env={**os.environ, **NO_NETWORK},
            )
        except OSError as problem:
            sys.exit(f"--peers-python {python}: {problem.strerror}; see bench/requirements-extractors.txt.")
        hello = self.receive()
        self.versions: dict[str, str] = hello["versions"]
        self.missing: dict[str, str] = hello["missing"]
        self.systems: dict[str, Predict] = {name: self.predictor(name) for name in self.versions}

    def predictor(self, system: str) -> Predict:
        """Return how one of the extractors is asked."""

        def predict(page: dict[str, Any], path: Path) -> dict[str, Any]:
            request = {
                "system": system,
                "path": str(path),
                "encoding": page["encoding"],
                "url": page.get("url") or "",
            }
            pipe(self.process.stdin).write(json.dumps(request) + "\n")
            pipe(self.process.stdin).flush()
            return self.receive()

        return predict

    def receive(self) -> dict[str, Any]:
        """Return the next answer; ends the program when the process has ended."""
        line = pipe(self.process.stdout).readline()
        if not line:
            sys.exit(f"The peers' process ended ({self.process.wait()}); what it said stands above.")
        found: dict[str, Any] = json.loads(line)
        return found


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def run(
    gold: Sequence[dict[str, Any]], pages: Path, systems: dict[str, Predict], rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """Let each system read each page in turn; returns the predictions of each, in the order of ``gold``."""
    names = list(systems)
    for page in gold[:WARM]:
        for name in names:
            systems[name](page, pages / f"{page['id']}.html")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    times: dict[tuple[str, int], list[float]] = {}
    for turn in range(rounds):
        for index, page in enumerate(gold):
            first = (turn + index) % len(names)
            for name in [*names[first:], *names[:first]]:
                given = systems[name](page, pages / f"{page['id']}.html")
                times.setdefault((name, index), []).append(given["ms"])
                if turn == 0:
                    found[name].append(given)
    for (name, index), spent in times.items():
        found[name][index]["ms"] = statistics.median(spent)
    return found


def heading(gold: Sequence[dict[str, Any]]) -> str:
    sites = len({page.get("site") for page in gold})
    official = sum(page.get("kind") == "gov" for page in gold)
    return f"{len(gold)} pages of {sites} sites, {official} of them government pages:"


def table(rows: dict[str, list[extraction_score.Row]]) -> list[str]:
    """Return the figures as a Markdown table, ours first."""
    lines = [
        "| | " + " | ".join(title for _, title, _ in COLUMNS) + " |",
        "| --- |" + " --: |" * len(COLUMNS),
    ]
    for name, own in rows.items():
        figures = extraction_score.summary(own, rows.get(BASE))
        cells = [cell(figures.get(key), form) for key, _, form in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def cell(value: float | None, form: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if form == "%" else format(value, form)


def show_worst(gold: Sequence[dict[str, Any]], rows: Sequence[extraction_score.Row], count: int) -> None:
    for row, page in sorted(zip(rows, gold, strict=True), key=lambda pair: pair[0]["f1"])[:count]:
        wrong = [key for key in ("title", "day", "minute", "source") if row.get(key) == 0] + ["leak"] * bool(
            row.get("leak")
        )
        print(f"{page['id']}: F1 {row['f1']:.4f} {' '.join(wrong)}")


def save(
    directory: Path, gold: Sequence[dict[str, Any]], predictions: dict[str, list[dict[str, Any]]]
) -> None:
    """Write a file of JSON lines for each system, for a scorer of another make."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, found in predictions.items():
        lines = [
            json.dumps({"id": page["id"], **given}, ensure_ascii=False) + "\n"
            for page, given in zip(gold, found, strict=True)
        ]
        (directory / f"{name.replace(', ', '-').replace(' ', '-')}.jsonl").write_text("".join(lines), "utf-8")


def write(document: Path, figures: str) -> None:
    """Replace what stands between the document's two markers."""
    text = document.read_text("utf-8")
    changed, count = re.subn(
        f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n\n{figures}\n\n{END}", text, flags=re.DOTALL
    )
    if not count:
        sys.exit(f"{document} has no place for the figures: it needs the lines {BEGIN} and {END}.")
    document.write_text(changed, "utf-8")


if __name__ == "__main__":
    main()
