"""Saved pages of every portal, run through middleware, spider and pipelines, and compared field by field.

A seed is a folder ``seeds/<spider>/<list-N|article-N>`` with ``body.html`` (raw bytes), ``response.json``
(address, status, headers, moment of the visit) and ``expected.json``. ``pytest --seed-write`` writes a
missing ``expected.json`` and fails, so that somebody reads it.
"""

from __future__ import annotations

import difflib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Headers, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils.project import get_project_settings

from crawler import chain
from crawler.items import Article
from crawler.middlewares.charset import CharsetMiddleware
from crawler.onboarding.project import dump
from crawler.onboarding.saved import article_fields, list_fields
from crawler.roster import portal_names, spider_class
from tests.world import crawler_of

SEEDS = Path(__file__).parent.parent / "seeds"
NAMES = portal_names(get_project_settings())
FOLDERS = sorted(path for name in NAMES for path in (SEEDS / name).glob("*-*") if path.is_dir())


def as_found(folder: Path, tmp_path: Path) -> dict[str, Any]:
    """Return what the project reads from a seed today."""
    meta = json.loads((folder / "response.json").read_text("utf-8"))
    settings = get_project_settings()
    settings.set("PORTALWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/seed.db")
    cls = spider_class(settings, folder.parent.name)
    crawler = crawler_of(cls, settings)
    spider = cls.from_crawler(crawler, base=meta.get("base"))
    spider.now = lambda: datetime.fromisoformat(meta["fetched"])  # type: ignore[method-assign]  # the page's own time
    spider.crawler = crawler
    request = Request(meta["url"])
    body = (folder / "body.html").read_bytes()
    headers = Headers(meta["headers"])
    response = responsetypes.from_args(headers=headers, url=meta["url"], body=body)(
        meta["url"], status=meta["status"], headers=headers, body=body, request=request
    )
    response = CharsetMiddleware.from_crawler(crawler).process_response(request, response)
    assert isinstance(response, TextResponse)
    try:
        if folder.name.startswith("list"):
            return list_fields(spider, spider.parsed(response))
        (article,) = spider.parse_article(response, section="", list_url="")
        assert isinstance(article, Article)
        chain.run(article, chain.reading_pipelines(settings))
    finally:
        spider.closed("finished")
    return article_fields(article)


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return a readable difference for each field that is not equal."""
    out = []
    for field in sorted(expected.keys() | found.keys()):
        want, got = expected.get(field), found.get(field)
        if want != got:
            out.append(f"--- {field}")
            lines = (
                [str(v) for v in value] if isinstance(value, list) else str(value).split("\n")
                for value in (want, got)
            )
            out.extend(line for line in difflib.unified_diff(*lines, "expected", "found", lineterm="", n=0))
    return out


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_seed(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = as_found(folder, tmp_path)
    path = folder / "expected.json"
    if not path.exists():
        if not request.config.getoption("--seed-write"):
            pytest.fail(f"{path} is missing; pytest --seed-write writes it")
        path.write_text(dump(found), "utf-8")
        pytest.fail(f"{path} was written: read it, then run again")
    expected = json.loads(path.read_text("utf-8"))
    # What JSON cannot tell apart (tuples, lists) is made alike.
    different = differences(expected, json.loads(json.dumps(found)))
    if different:
        pytest.fail("\n".join(different), pytrace=False)
