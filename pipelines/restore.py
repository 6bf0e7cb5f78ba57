"""Undoes what garbled an article's texts, before anything is recognised in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler import chain
from crawler.text.restore import restore_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Article

# Every text of a page, since the decision whether it was garbled is one of the page, not of a field.
_STRINGS = (
    "title",
    "published_text",
    "source_text",
    "authors_text",
    "editors_text",
    "abstract",
    "document_number",
)


class RestorePipeline:
    """Restores all texts of an article together and keeps what was done as ``repairs`` and ``flags``."""

    def process_item(self, item: Article) -> Article:
        """Restore ``item``."""
        chain.step(item, self)
        return item

    def run(self, article: Article) -> None:
        """Replace the texts of ``article`` by restored ones; ``read_title`` stays as it was read."""
        done = restore_all(list(_texts(article)))
        restored = iter(done.texts)
        for name in _STRINGS:
            setattr(article, name, next(restored))
        article.title = " ".join(article.title.splitlines())  # an escape may have been a line's end
        article.head = [next(restored) for _ in article.head]
        article.breadcrumb = [next(restored) for _ in article.breadcrumb]
        for block in article.blocks:
            block.text = next(restored)
        for attachment in article.attachments:
            attachment.name = next(restored)
        for image in article.images:
            image.caption = next(restored)
        article.repairs.extend(done.repairs)
        article.flags.extend(done.flags)


def _texts(article: Article) -> Iterator[str]:
    for name in _STRINGS:
        yield getattr(article, name)
    yield from article.head
    yield from article.breadcrumb
    yield from (block.text for block in article.blocks)
    yield from (attachment.name for attachment in article.attachments)
    yield from (image.caption for image in article.images)
