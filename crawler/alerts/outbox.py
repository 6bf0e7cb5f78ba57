"""Alerts as rows of the database, written in the transaction of what caused them.

One alert a story and watch; an article that joins the story later raises its count of reprints. A major
change whose added text matches alerts once more, as changed; a minor one never does. A withdrawal alerts
those watches that match what was withdrawn.
"""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import func, select

from crawler.alerts.added import Added
from crawler.query.excerpts import excerpts
from crawler.query.syntax import shown
from crawler.store import deliveries, direct
from crawler.store.articles import Outcome
from crawler.store.models import Alert, StoryMember, Version, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler import items
    from crawler.alerts.matching import Match
    from crawler.query.syntax import Atom
    from crawler.store.articles import Saved
    from crawler.store.finding import Found
    from crawler.store.models import Article

NEW = "new"
CHANGED = "changed"
REPRINT = "reprint"
WITHDRAWN = "withdrawn"
_WATCHES = "SELECT id, CAST(targets AS TEXT) FROM watches WHERE id {}"
_NO_TARGETS = ("[]", "null", None)


def record(
    session: Session,
    saved: Saved,
    article: items.Article,
    matches: Sequence[Match],
    watch_ids: Mapping[str, int],
) -> int:
    """Write what ``article`` means for the watches; return how many alerts are new."""
    if not saved.tells:
        return 0
    opened = saved.outcome is Outcome.NEW and not saved.reprint  # a story that nobody was told of
    told = {} if opened else _told(session, saved.story_id)
    there = _still_there(session, [watch_ids[match.watch] for match in matches])
    reprints = _reprints(session, saved.story_id) if (there or told) and not opened else 0
    if saved.reprint:
        for alert in told.values():
            alert.reprints = reprints  # not one more: the article may have brought a whole story along
            _touch(alert, article.fetched)
    written: list[Alert] = []
    added = _added(saved, article) if there else None
    for match in matches:
        watch_id = watch_ids[match.watch]
        if watch_id not in there:
            continue
        if added is not None and not _hits(match, added):
            continue
        if (watch_id, NEW) not in told:
            occasion = NEW
        elif added is not None:
            occasion = f"{CHANGED}:{saved.version_id}"
        else:
            continue
        alert = _alert(saved, article, match, watch_id, occasion)
        alert.reprints = reprints
        written.append(alert)
    return _add(session, written, there)


def record_stored(session: Session, watch: Watch, found: Found, *, at: datetime) -> int:
    """Write the alert of a stored article that ``watch`` matches, unless its story has one; return how many.

    It stands in the feeds; targets are not told of what was stored long ago.
    """
    story_id, version = _story(session, found.article_id), _version(session, found.article_id, found.versions)
    known = select(Alert.id).where(
        Alert.watch_id == watch.id, Alert.story_id == story_id, Alert.occasion == NEW
    )
    if story_id is None or version is None or session.scalar(known) is not None:
        return 0
    alert = _stored_alert(version, story_id, watch.id, found.terms, NEW, at)
    alert.reprints = _reprints(session, story_id)
    session.add(alert)
    session.flush()
    return 1


def record_withdrawn(
    session: Session,
    article: Article,
    matches: Sequence[Match],
    watch_ids: Mapping[str, int],
    *,
    at: datetime,
) -> int:
    """Write the alerts of an ``article`` that its portal withdrew (at ``at``); return how many.

    ``matches`` are of its last text with the kind ``withdrawn``.
    """
    story_id, version = _story(session, article.id), _version(session, article.id, article.latest)
    if story_id is None or version is None:
        return 0
    there = _still_there(session, [watch_ids[match.watch] for match in matches])
    occasion = f"{WITHDRAWN}:{version.id}"
    told = set(
        session.scalars(select(Alert.watch_id).where(Alert.story_id == story_id, Alert.occasion == occasion))
    )
    written: list[Alert] = []
    reprints = _reprints(session, story_id) if there else 0
    for match in matches:
        watch_id = watch_ids[match.watch]
        if watch_id in there and watch_id not in told:
            alert = _stored_alert(version, story_id, watch_id, match.terms, occasion, at)
            alert.reprints = reprints
            written.append(alert)
    return _add(session, written, there)


def _add(session: Session, alerts: list[Alert], there: Mapping[int, bool]) -> int:
    session.add_all(alerts)
    # The others have time: they are written together, before the next query or with the commit.
    if tells := [alert for alert in alerts if there[alert.watch_id]]:
        session.flush()
        deliveries.enqueue(session, tells)
    return len(alerts)


def _added(saved: Saved, article: items.Article) -> Added | None:
    if saved.outcome is not Outcome.CHANGED:
        return None
    return Added(saved.before.lower(), f"{article.canonical_title}\n{article.canonical_body}".lower())


def _hits(match: Match, added: Added) -> bool:
    """Return whether a word of the text was added; one without any (portal:, kind:) takes every change."""
    words = match.in_text
    return not words or any(map(added.has, words))


def _told(session: Session, story_id: int) -> dict[tuple[int, str], Alert]:
    alerts = session.scalars(select(Alert).where(Alert.story_id == story_id))
    return {(alert.watch_id, alert.occasion): alert for alert in alerts}


def _still_there(session: Session, watch_ids: Sequence[int]) -> dict[int, bool]:
    """Return those of the watches that were not removed while a crawl is under way, and who has targets."""
    if not watch_ids:
        return {}
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows = direct.rows(
            connection, _WATCHES.format("IN (SELECT value FROM json_each(?))"), [dumps(watch_ids)]
        )
    else:
        rows = direct.rows(connection, _WATCHES.format("= ANY(%s)"), [list(watch_ids)])
    return {watch_id: targets not in _NO_TARGETS for watch_id, targets in rows}


def _alert(saved: Saved, article: items.Article, match: Match, watch_id: int, occasion: str) -> Alert:
    new = REPRINT if saved.reprint else NEW
    kind = CHANGED if saved.outcome is Outcome.CHANGED else new
    return Alert(
        uid=str(uuid4()),
        watch_id=watch_id,
        story_id=saved.story_id,
        article_id=saved.article_id,
        version_id=saved.version_id,
        occasion=occasion,
        kind=kind,
        words=list(match.words),
        excerpts=[one.text for one in excerpts([block.text for block in article.blocks], match.terms)],
        reprints=0,
        created_at=article.fetched,
        updated_at=article.fetched,
        fed=False,
    )


def _stored_alert(  # noqa: PLR0913, PLR0917  the columns of a row
    version: Version, story_id: int, watch_id: int, hits: Sequence[Atom], occasion: str, at: datetime
) -> Alert:
    return Alert(
        uid=str(uuid4()),
        watch_id=watch_id,
        story_id=story_id,
        article_id=version.article_id,
        version_id=version.id,
        occasion=occasion,
        kind=WITHDRAWN if occasion.startswith(WITHDRAWN) else NEW,
        words=[shown(atom) for atom in hits],
        excerpts=[one.text for one in excerpts(version.body.split("\n"), hits)],
        reprints=0,
        created_at=at,
        updated_at=at,
        fed=False,
    )


def _story(session: Session, article_id: int) -> int | None:
    return session.scalar(
        select(StoryMember.story_id).where(
            StoryMember.article_id == article_id, StoryMember.relation == "same"
        )
    )


def _reprints(session: Session, story_id: int) -> int:
    """Return how many articles of a story came after its first."""
    same = select(func.count()).where(StoryMember.story_id == story_id, StoryMember.relation == "same")
    return max((session.scalar(same) or 1) - 1, 0)


def _version(session: Session, article_id: int, number: int) -> Version | None:
    return session.scalar(select(Version).where(Version.article_id == article_id, Version.number == number))


def _touch(alert: Alert, at: datetime) -> None:
    alert.updated_at = max(alert.updated_at, at)
    alert.fed = False
