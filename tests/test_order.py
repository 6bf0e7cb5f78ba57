"""The order in which a visit asks for what section pages name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.pqueues import ScrapyPriorityQueue
from scrapy.settings import default_settings
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings

from crawler.spider import PortalSpider
from tests.world import crawler_of

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = load_object(default_settings.SCHEDULER_MEMORY_QUEUE)


class Ferry(PortalSpider):
    name = "ferry"
    portal = "渡口新闻网"
    base = "http://portal.example"
    sections = {"要闻": "/list/1.html"}
    entries = "ul a"
    next_page = "a.next"
    title = "h1"
    body = "div"


def listed(spider: Ferry, number: int) -> list[Request]:
    """Return the requests for what list page ``number`` names: ten articles and the page after it."""
    url = f"{spider.base}/list/{number}.html"
    rows = "".join(f"<li><a href='/{n}.html'>{n}</a></li>" for n in range(number * 10, number * 10 + 10))
    page = f"<ul>{rows}</ul><a class=next href='/list/{number + 1}.html'>下一页</a>"
    request = Request(url, cb_kwargs={"section": "要闻", "number": number})
    response = HtmlResponse(url, body=page.encode(), encoding="utf-8", request=request)
    return list(spider.parse_list(response, "要闻", number))


def test_older_articles_go_before_newer_ones_and_lists_before_articles(tmp_path: Path) -> None:
    settings = get_project_settings()
    settings.set("PORTALWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    crawler = crawler_of(Ferry, settings)
    spider = Ferry.from_crawler(crawler)
    queue = ScrapyPriorityQueue(crawler, QUEUE, "")
    for number in (1, 2):
        for request in listed(spider, number):
            queue.push(request)
    spider.closed("finished")
    # Scrapy looks through all of its queues whenever a request is taken.
    assert len(queue.queues) == 3
    asked = [request.url.removeprefix(spider.base) for request in iter(queue.pop, None)]
    assert asked[:2] == ["/list/3.html", "/list/2.html"]
    assert asked[2:] == [f"/{n}.html" for n in [*range(29, 19, -1), *range(19, 9, -1)]]
