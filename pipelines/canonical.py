"""The canonical form of an article: what matching, search and fingerprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler import chain
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from crawler.items import Article


class CanonicalPipeline:
    """Fills the canonical title, body and source; what was read stays beside them."""

    def process_item(self, item: Article) -> Article:
        """Return the article with its canonical fields filled."""
        chain.step(item, self)
        return item

    def run(self, article: Article) -> None:
        """Fill the canonical fields of ``article``; a block is a line of the canonical body."""
        article.canonical_title = canonical(article.title)
        article.canonical_body = canonical(article.body)
        article.canonical_source = None if article.source is None else canonical(article.source)
