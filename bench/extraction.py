"""Compare the generic reader with published extractors, in one run over saved pages with known contents.

    .venv/bin/python bench/extraction.py GOLD.jsonl PAGES_DIRECTORY --peers-python peers/bin/python
        [--write docs/extraction.md] [--predictions DIRECTORY] [--worst N]
    .venv/bin/python bench/extraction.py FOLDER --differences

FOLDER holds gold.jsonl and html/. --differences lists the pages whose body or title is not right, with the
lines that were missed and those that are foreign.

The peers need an environment of their own, made from bench/requirements-extractors.txt; one that is not
installed is left out and named. GOLD has a JSON object a line: id, encoding, body, and where known title,
url, site, kind, published (local time, as precise as displayed), source, authors (with editors) and
must_not_contain; the page is PAGES_DIRECTORY/<id>.html. What is null is not known and not scored.

Every system reads a page before any of them goes on to the next, in an order that rotates. Times are the
processes' own, warm; the peers are given the decoded text. portalwatch does what `scrapy extract` does, from
the bytes on; a second line says how much of its time goes into what the peers do too, from the decoded text
to stripped text and fields.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import extraction_differences
import extraction_score
from scrapy.settings import Settings

from crawler import chain
from crawler.page.document import PageError, parse_html
from crawler.reading import NO_RULES, read_article
from crawler.records import displayed
from crawler.refusals import Refused
from crawler.text import charset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.items import Article

    Predict = Callable[[dict[str, Any], Path], dict[str, Any]]

BEGIN, END = "<!-- extraction figures: begin -->", "<!-- extraction figures: end -->"
OURS, READING, BASE = "portalwatch", "portalwatch, reading alone", "trafilatura"
# Some peers ask for lists of domains or for pictures; where nothing listens they give up at once.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
STRIPPING = {"RecommendedPipeline", "NoticesPipeline", "FieldsPipeline"}
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
    folder = arguments.gold if arguments.gold.is_dir() else arguments.gold.parent
    pages = arguments.pages or folder / "html"
    source = folder / "gold.jsonl" if arguments.gold.is_dir() else arguments.gold
    lines = source.read_text("utf-8").splitlines()
    gold = [json.loads(line) for line in lines if line.strip()]
    systems = ours()
    notes = []
    if arguments.peers_python:
        peers = Peers(arguments.peers_python)
        systems |= peers.systems
        versions = ", ".join(f"{name} {number}" for name, number in peers.versions.items())
        notes += [f"Versions: {versions}."] if versions else []
        notes += [
            f"{name} is not installed there and is left out: {why}." for name, why in peers.missing.items()
        ]
    else:
        notes.append("Without --peers-python: no peer was run.")
    predictions = run(gold, pages, systems)
    rows = {
        name: [
            extraction_score.score(page, given)
            for page, given in zip(gold, extraction_score.blanks(found), strict=True)
        ]
        for name, found in predictions.items()
    }
    part = [{"ms": given[READING]} for given in predictions[OURS]]
    rows = {OURS: rows.pop(OURS), READING: part, **rows}
    figures = "\n".join([heading(gold), "", *table(rows), "", *notes])
    print(figures)
    extraction_differences.show_worst(gold, rows[OURS], arguments.worst)
    if arguments.differences:
        extraction_differences.show(gold, predictions[OURS], rows[OURS])
    if arguments.predictions:
        save(arguments.predictions, gold, predictions)
    if arguments.write:
        write(arguments.write, figures)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gold", type=Path, help="the file, or a folder with gold.jsonl and html/")
    parser.add_argument("pages", type=Path, nargs="?", help="by default html/ beside the file")
    parser.add_argument("--peers-python", metavar="PATH", help="the Python that has the peers")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table between this page's markers"
    )
    parser.add_argument("--predictions", type=Path, metavar="DIRECTORY", help="write what each system found")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name our worst pages")
    parser.add_argument("--differences", action="store_true", help="show what is wrong with our pages")
    return parser.parse_args()


def ours() -> dict[str, Predict]:
    """Return portalwatch as `scrapy extract` runs it, without a spider."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    pipelines = chain.reading_pipelines(settings)

    def predict(page: dict[str, Any], path: Path) -> dict[str, Any]:
        body = path.read_bytes()
        clock = Clock()
        try:
            article = read(body, page.get("url") or "", pipelines, clock)
        except (PageError, Refused) as problem:
            clock.step(reading=True)
            return {"error": str(problem), "ms": clock.all, READING: clock.reading}
        return {
            "title": article.title,
            "body": article.body,
            "published": displayed(article.published) or "",
            "source": article.source or "",
            "authors": [*article.authors, *article.editors],
            "ms": clock.all,
            READING: clock.reading,
        }

    return {OURS: predict}


class Clock:
    """Milliseconds of processor time: of everything, and of the steps that the peers take too."""

    def __init__(self) -> None:
        self.all = self.reading = 0.0
        self._last = time.process_time()

    def step(self, *, reading: bool) -> None:
        """Count the time since the last step."""
        now = time.process_time()
        spent, self._last = (now - self._last) * 1000, now
        self.all += spent
        self.reading += spent if reading else 0.0


def read(body: bytes, url: str, pipelines: Sequence[chain.ReadingPipeline], clock: Clock) -> Article:
    decision = charset.decide(body)
    text = charset.decode(body, decision).text
    clock.step(reading=False)
    article = read_article(parse_html(text, url), NO_RULES, portal="", now=datetime.now(UTC))
    clock.step(reading=True)
    for pipeline in pipelines:
        pipeline.run(article)
        clock.step(reading=type(pipeline).__name__ in STRIPPING)
    return article


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
    gold: Sequence[dict[str, Any]], pages: Path, systems: dict[str, Predict]
) -> dict[str, list[dict[str, Any]]]:
    """Let each system read each page in turn; returns the predictions of each, in the order of ``gold``."""
    names = list(systems)
    for page in gold[:WARM]:
        for name in names:
            systems[name](page, pages / f"{page['id']}.html")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for index, page in enumerate(gold):
        first = index % len(names)
        for name in [*names[first:], *names[:first]]:
            found[name].append(systems[name](page, pages / f"{page['id']}.html"))
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
