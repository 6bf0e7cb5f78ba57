"""How long it takes to ask many watches about an article, against a plain loop over the same queries.

    PYTHONPATH=. .venv/bin/python bench/watches.py [--watches 1000 10000 100000] [--seed 1]

Words are places with topics behind them, and fragments of the replica's texts, which hit far more often;
queries are one to four of them with AND, OR and NOT. Articles are pieces of 2,000 characters of the replica's
texts. Times are of the processor; the plain loop (``crawler.query.evaluate``) is asked about a few articles
only. Every answer of the loop is compared with the matcher's.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from crawler.alerts.matching import Matcher, subject_of
from crawler.query.evaluate import matches
from crawler.query.parser import parse
from crawler.text.canonical import canonical

ROOT = Path(__file__).parent.parent
TOPICS = (
    "低空经济",
    "专精特新",
    "营商环境",
    "公示",
    "规划",
    "补贴",
    "招标",
    "环评",
    "停水",
    "医保",
    "学区",
    "地铁",
)
LENGTH = 2000
ARTICLES = 40
PLAIN = 3


@dataclass
class Page:
    """An article as the matcher needs it."""

    portal: str = "bench"
    canonical_title: str = ""
    canonical_body: str = ""
    canonical_source: str | None = None


def text() -> str:
    """Return the replica's texts as one."""
    found = []
    for path in sorted((ROOT / "seeds" / "replicas").rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            found += [value for value in json.loads(line).values() if isinstance(value, str)]
    return canonical("\n".join(found))


def vocabulary(rng: random.Random, whole: str, share: float) -> list[str]:
    """Return words, ``share`` of which are fragments of the texts."""
    table = files("crawler.query").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    names = [line.split("\t")[2] for line in table.splitlines()]
    words = [name + topic for name in names for topic in TOPICS]
    fragments: list[str] = []
    while len(fragments) < share * len(words):
        at = rng.randrange(len(whole) - 5)
        piece = whole[at : at + rng.choice((2, 3, 4, 4))]
        if piece.isalpha() and not piece.isascii():
            fragments.append(piece)
    return words + fragments


def query(rng: random.Random, words: list[str]) -> str:
    """Return a query of one to four words."""
    first, *others = rng.sample(words, rng.randrange(1, 5))
    if not others:
        return first
    kind = rng.random()
    if kind < 0.5:
        return " ".join((first, *others))
    if kind < 0.8:
        return f"{first} ({' OR '.join(others)})"
    return f"{first} -{' -'.join(others)}"


def measure(watches: dict[str, str], pages: list[Page]) -> None:
    """Print a row of the table."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    matcher = Matcher(watches)
    built = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    times, found = [], []
    for page in pages:
        start = time.process_time()
        found.append([match.watch for match in matcher.match(page)])
        times.append((time.process_time() - start) * 1000)
    queries = {name: parse(one) for name, one in watches.items()}
    loops = []
    for page, ours in zip(pages[:PLAIN], found, strict=False):
        subject = subject_of(page)
        start = time.process_time()
        plain = [name for name, one in queries.items() if matches(one, subject)]
        loops.append((time.process_time() - start) * 1000)
        if plain != ours:
            raise SystemExit("The matcher and the plain loop disagree.")
    hits = statistics.mean(map(len, found))
    median, loop = statistics.median(times), statistics.median(loops)
    print(
        f"| {len(watches):,} | {hits:.1f} | {built:.2f} | {grown:.0f} | {median:.3f} | {max(times):.3f} "
        f"| {loop:.1f} | {loop / median:.0f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--watches", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fragments", type=float, default=0.02, help="share of words from the texts")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    whole = text()
    words = vocabulary(rng, whole, options.fragments)
    starts = [rng.randrange(max(1, len(whole) - LENGTH)) for _ in range(ARTICLES)]
    pages = [Page(canonical_title="标题", canonical_body=whole[start : start + LENGTH]) for start in starts]
    Matcher({"warm": "热身"}).match(pages[0])
    print("| watches | matches | built, s | grown, MB | median, ms | slowest, ms | plain loop, ms | times |")
    print("| --: | --: | --: | --: | --: | --: | --: | --: |")
    for count in options.watches:
        measure({f"w{number}": query(rng, words) for number in range(count)}, pages)


if __name__ == "__main__":
    main()
