"""The extractors that portalwatch is compared with; `bench/extraction.py` starts this with their environment.

    peers/bin/python bench/extractors.py

Needs nothing of portalwatch. Says in a first JSON line which extractors are installed, then answers each line
{system, path, encoding, url} with a line {ms, error, title, body, published, source, authors}. A field that
an extractor does not give is null. The time is the process's own, of the call with the decoded page.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
import warnings
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Extract = Callable[[str, str], dict[str, Any]]

_BLANK: dict[str, Any] = dict.fromkeys(("title", "body", "published", "source", "authors"))


def trafilatura() -> Extract:
    extract = importlib.import_module("trafilatura").bare_extraction

    def run(text: str, url: str) -> dict[str, Any]:
        found = extract(text, url=url or None, with_metadata=True, include_comments=False)
        found = found.as_dict() if hasattr(found, "as_dict") else (found or {})
        return {
            "title": found.get("title"),
            "body": found.get("text"),
            "published": found.get("date"),
            "source": found.get("sitename"),
            "authors": (found.get("author") or "").split("; "),
        }

    return run


def readability() -> Extract:
    document = importlib.import_module("readability").Document
    fragment = importlib.import_module("lxml.html").fromstring

    def run(text: str, url: str) -> dict[str, Any]:
        found = document(text, url=url or None)
        summary = found.summary(html_partial=True)
        return {"title": found.short_title(), "body": fragment(summary).text_content() if summary else ""}

    return run


def newspaper() -> Extract:
    article = importlib.import_module("newspaper").Article
    options = {"language": "zh", "fetch_images": False}  # it would look at a page's pictures on the network

    def run(text: str, url: str) -> dict[str, Any]:
        found = article(url or "http://localhost/", **options)
        found.download(input_html=text)
        found.parse()
        published = found.publish_date
        return {
            "title": found.title,
            "body": found.text,
            "published": published.isoformat() if hasattr(published, "isoformat") else published,
            "authors": list(found.authors),
        }

    return run


def gne() -> Extract:
    extract = importlib.import_module("gne").GeneralNewsExtractor().extract

    def run(text: str, url: str) -> dict[str, Any]:
        found = extract(text, host=url)
        return {
            "title": found["title"],
            "body": found["content"],
            "published": found["publish_time"],
            "authors": [found["author"]] if found["author"] else [],
        }

    return run


BUILDERS = {
    "trafilatura": trafilatura,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "gne": gne,
}


def installed() -> tuple[dict[str, Extract], dict[str, str], dict[str, str]]:
    """Return the extractors by name, their versions, and why each of the others is missing."""
    found, versions, missing = {}, {}, {}
    for name, build in BUILDERS.items():
        try:
            found[name] = build()
            versions[name] = metadata.version(name)
        except (ImportError, metadata.PackageNotFoundError) as problem:
            missing[name] = str(problem)
    return found, versions, missing


def answer(extract: Extract, request: dict[str, str]) -> dict[str, Any]:
    text = Path(request["path"]).read_bytes().decode(request["encoding"], "replace")
    started = time.process_time()
    try:
        found = extract(text, request["url"])
    except Exception as problem:  # noqa: BLE001  whatever an extractor raises is one of its errors
        found = {"error": f"{type(problem).__name__}: {problem}"}
    return {**_BLANK, **found, "ms": (time.process_time() - started) * 1000}


def main() -> None:
    # An extractor that prints must not do so into the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    extractors, versions, missing = installed()
    print(json.dumps({"versions": versions, "missing": missing}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        reply = answer(extractors[request["system"]], request)
        print(json.dumps(reply, ensure_ascii=False, default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
