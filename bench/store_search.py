"""How long searching the bench's store takes: words of all frequencies, and what an index finds hard.

Each query is asked for the best 20 some times, in a session of its own each time; the median is given, and of
it what this process took (the rest is the server's, or waiting).
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from store_texts import fetched

from crawler.query.search import parse_search
from crawler.store.finding import best

if TYPE_CHECKING:
    from crawler.store.database import Database

ASKED = 7
QUERIES = {
    "a word of 81 % of the articles": "企业",
    "of 21 %": "经济",
    "of 6 %": "选树",
    "of four characters, 56 %": "有限公司",
    "of four characters, 2 %": "低空经济",
    "two words": "企业 经济",
    "a character of 92 %": "人",
    "of 28 %": "急",
    "of 7 %": "坦",
    "with a word of 21 %": "人 经济",
    "a word that is nowhere": "鼹鼠",
    "a character that is nowhere": "鼹",
    "a word of 81 % without one of 60 %": "企业 -记者",
    "a word of 60 % without one of 81 %": "记者 -企业",
    "a word of 6 % without a character of 92 %": "选树 -人",
    "of one portal in 40": "企业 portal:portal_7",
    "a character of one portal in 40": "人 portal:portal_7",
    "a word of 6 % of one portal in 40": "选树 portal:portal_7",
    "of a portal with one article in 16,000": "企业 portal:portal_small",
    "a character of a portal with one article in 16,000": "人 portal:portal_small",
    "of a portal that is nowhere": "企业 portal:nowhere",
    "in the last week": "企业 since:7d",
    "in the last three months": "企业 since:90d",
    "in the first days": "企业 until:2020-01-04",
    "a character in the first days": "人 until:2020-01-04",
    "in a time without articles": "企业 until:2019-12-31",
    "a character in a time without articles": "人 until:2019-12-31",
}


def searches(database: Database, articles: int) -> None:
    """Print a table: how many milliseconds each query takes with so many articles, at the median."""
    now = fetched(articles)
    print("\n| searched for | is | ms | of it this process | found |\n|---|---|---|---|---|")
    for what, query in QUERIES.items():
        wanted = parse_search(query, now)
        times: list[float] = []
        work: list[float] = []
        found = 0
        for _ in range(ASKED):
            with database.reading() as session:
                start = time.perf_counter(), time.process_time()
                found = len(best(session, wanted, limit=20, now=now))
                times.append((time.perf_counter() - start[0]) * 1000)
                work.append((time.process_time() - start[1]) * 1000)
        row = f"{statistics.median(times):.0f} | {statistics.median(work):.0f} | {found}"
        print(f"| {what} | `{query}` | {row} |", flush=True)
    print(flush=True)
