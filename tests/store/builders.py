"""Articles for the tests of the store, made from a few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.items import Article, Attachment, Block
from crawler.text.canonical import canonical
from crawler.text.dates import Moment, Precision

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)

PIECE = (
    "五月的清晨，青石渡镇的码头上已经停满了装卸货物的小船，镇里的老船工说，这样的景象十多年没有见过了。\n"
    "去年秋天，县里把疏浚河道、修整堤岸列为民生实事，先后投入一千三百万元，清出淤泥四十二万方。\n"
    "河道畅通以后，沿岸六个村的粮食和竹器可以直接装船运往下游的市场，运费比走公路省了三成。\n"
    "镇长罗云舟告诉来访的人，下一步还要在码头旁边建一座小型仓库，让农户的货物有地方存放。\n"
    "沿河的茶馆也重新开了张，傍晚时分，纳凉的居民坐在廊下听书，孩子们在石阶上放纸船。"
)


def article(  # noqa: PLR0913  a record with many fields
    body: str = PIECE,
    *,
    title: str = "青石渡的船又多了",
    url: str = "http://www.portal-a.example/news/1.html",
    portal: str = "portal_a",
    source: str | None = "青石渡日报",
    published: datetime | None = NOON,
    fetched: datetime = NOON + timedelta(hours=3),
    list_url: str = "",
    attachments: tuple[str, ...] = (),
) -> Article:
    """Return an article as it arrives at the pipeline `store`."""
    return Article(
        portal=portal,
        url=url,
        fetched=fetched,
        title=title,
        blocks=[Block(line) for line in body.split("\n")],
        source=source,
        published=None if published is None else Moment(published, Precision.MINUTE, str(published)),
        list_url=list_url,
        attachments=[Attachment(name, f"{url}/{name}", "pdf", at) for at, name in enumerate(attachments)],
        canonical_title=canonical(title),
        canonical_body=canonical(body),
        canonical_source=None if source is None else canonical(source),
    )
