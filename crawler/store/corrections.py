"""Versions that no portal made: a page that was kept was read again with other rules, and differently.

Such a version has the change ``reread`` and the moment at which its page was fetched. It is the newest text,
which search, stories and the next visit compare with; it makes no alert, for nothing happened at the portal.
The version before it stays as it was and keeps the raw page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from crawler.store import search, stories, turns
from crawler.store.articles import Change
from crawler.store.contents import content, described, digest
from crawler.store.models import Article, Version
from crawler.store.packing import pack

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler import items
    from crawler.store.packing import Content


def correct(session: Session, newest: Version, old: Content, article: items.Article) -> bool:
    """Keep ``article`` as what the page of ``newest`` really says, within the session's transaction.

    ``old`` is the content of ``newest``. Return ``False``, with nothing written, if the article has got a
    newer version since.
    """
    turns.take(session)
    number = newest.number + 1
    where = (Article.id == newest.article_id, Article.latest == newest.number)
    row = {key: value for key, value in described(article).items() if key != "url"}
    taken = session.execute(update(Article).where(*where).values(latest=number, **row))
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return False
    new = content(article)
    session.add(
        Version(
            article_id=newest.article_id,
            number=number,
            change=Change.REREAD.value,
            digest=digest(article),
            fetched_at=article.fetched,
            title=new.title,
            charset=article.charset,
            packed=pack(new),
        )
    )
    session.flush()
    search.remove(session, newest.article_id, old.canonical_title, old.canonical_body)
    search.add(session, newest.article_id, new.canonical_title, new.canonical_body)
    stories.reindex(
        session, newest.article_id, old.canonical_body, new.canonical_body, title=new.canonical_title
    )
    return True
