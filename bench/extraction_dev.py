"""Read saved pages as `scrapy extract` does and write predictions for a scorer of extraction.

    python bench/extraction_dev.py GOLD.jsonl PAGES_DIRECTORY [--out predictions.jsonl] [--only ID ...]
        [--hold-out SITE,SITE] [--restore]

GOLD has a JSON object a line with `id` and, where known, `url`, `site` and `encoding`; the page is
PAGES_DIRECTORY/<id>.html. A prediction has id, title, body, published, source, authors and ms: the
milliseconds for parsing, reading and the stripping pipelines. `--hold-out` names sites to leave out while
rules are being written. `--restore` also undoes garbling, whose time is not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.page import document
from crawler.reading import NO_RULES, read_article
from crawler.records import record
from crawler.refusals import Refused
from crawler.text import charset
from pipelines.canonical import CanonicalPipeline
from pipelines.fields import FieldsPipeline
from pipelines.notices import NoticesPipeline
from pipelines.recommended import RecommendedPipeline
from pipelines.restore import RestorePipeline

if TYPE_CHECKING:
    from crawler.items import Article

FIELDS = ("title", "body", "published", "source", "authors", "editors", "section")


def main() -> None:
    arguments = parse_arguments()
    gold = [json.loads(line) for line in arguments.gold.read_text("utf-8").splitlines() if line.strip()]
    held = set(arguments.hold_out.split(","))
    with arguments.out.open("w", encoding="utf-8") as out:
        for page in gold:
            if page.get("site") in held or (arguments.only and page["id"] not in arguments.only):
                continue
            found = predict(page, arguments.pages / f"{page['id']}.html", restore=arguments.restore)
            out.write(json.dumps({"id": page["id"], **found}, ensure_ascii=False) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("predictions.jsonl"))
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--hold-out", default="")
    parser.add_argument("--restore", action="store_true")
    return parser.parse_args()


def predict(gold: dict[str, Any], path: Path, *, restore: bool) -> dict[str, Any]:
    body = path.read_bytes()
    encoding = gold.get("encoding") or charset.decide(body).encoding
    text = body.decode(encoding, "replace")
    try:
        article, ms = timed(text, gold.get("url") or "", restore=restore)
        FieldsPipeline().run(article)
        CanonicalPipeline().run(article)
    except (document.PageError, Refused) as problem:
        return {"error": str(problem)}
    found = record(article)
    names = [*found["authors"], *(name for name in found["editors"] if name not in found["authors"])]
    return {**{field: found[field] for field in FIELDS}, "authors": names, "ms": round(ms, 3)}


def timed(text: str, url: str, *, restore: bool) -> tuple[Article, float]:
    """Return the article of a page, stripped, and how many milliseconds that took."""
    started = time.perf_counter()
    page = document.parse_html(text, url)
    article = read_article(page, NO_RULES, portal="", now=datetime.now(UTC))
    spent = time.perf_counter() - started
    if restore:
        RestorePipeline().run(article)
    started = time.perf_counter()
    RecommendedPipeline().run(article)
    NoticesPipeline().run(article)
    return article, (spent + time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
