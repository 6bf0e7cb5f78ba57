"""The saved queries: adding, changing, listing, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize
from uuid import uuid4

from sqlalchemy import func, select, update

from crawler.alerts.alerted import Alerted, Wanted, listed
from crawler.alerts.feed import SUFFIXES
from crawler.alerts.rules import OPTIONS, Rule
from crawler.query.errors import QueryError
from crawler.query.parser import parse
from crawler.store import due
from crawler.store.deliveries import checked_target
from crawler.store.models import Alert, Watch
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from crawler.alerts.rules import Change

LONGEST_NAME = 60
ENDINGS = (*(f".{suffix}" for suffix in SUFFIXES), ".opml")
"""A folder of a name that ends so would stand where a feed of another watch does."""
FILE = "file"
"""The origin of watches that a file keeps."""


class WatchError(Exception):
    """A watch that cannot be added or does not exist; the message is one sentence.

    ``pointed`` shows the place in a query that cannot be read, on lines of their own, else it is empty.
    """

    def __init__(self, message: str, pointed: str = "") -> None:
        super().__init__(message)
        self.pointed = pointed


def add(session: Session, name: str, query: str, **options: object) -> Watch:
    """Add a watch and return its row; ``options`` are those of ``crawler.alerts.rules.Rule``.

    A name becomes the name of feed files: letters of any script, digits, ``-``, ``_`` and ``.``, beginning
    with a letter or digit. Two names must differ by more than case, as some file systems ignore it.
    Raises ``WatchError``.
    """
    name = checked_name(name)
    try:
        parse(query)
    except QueryError as error:
        message = f"the query of the watch {name!r} cannot be read, {error}"
        raise WatchError(message, error.pointed()) from error
    try:
        due.checked_digest(str(options.get("digest", "")))
        due.checked_quiet(str(options.get("quiet", "")))
        for target in options.get("targets", ()):  # type: ignore[attr-defined]  # the options are objects
            checked_target(target)
    except ValueError as error:
        raise WatchError(str(error)) from error
    if other := _names(session).get(name.casefold()):
        message = f"there is a watch {other!r} already: remove it first, or choose another name"
        raise WatchError(message)
    watch = _watch(name, query, options)
    session.add(watch)
    session.flush()
    return watch


def get(session: Session, name: str) -> Watch:
    """Return the watch of that name. Raises ``WatchError``."""
    watch = session.scalar(select(Watch).where(Watch.name == normalize("NFC", name)))
    if watch is None:
        message = f"there is no watch {name!r} (`scrapy watch list` names those there are)"
        raise WatchError(message)
    return watch


def everything(session: Session) -> list[Watch]:
    """Return all watches by name."""
    return list(session.scalars(select(Watch).order_by(Watch.name)))


def remove(session: Session, name: str) -> None:
    """Remove a watch and its alerts. Raises ``WatchError``."""
    session.delete(get(session, name))
    session.flush()


def rule_of(watch: Watch) -> Rule:
    """Return what a stored watch says."""
    values = {name: getattr(watch, name) for name in OPTIONS}
    return Rule(watch.name, **{**values, "targets": tuple(watch.targets)})


def stored_rules(session: Session) -> dict[str, tuple[Rule, bool]]:
    """Return what all watches say, by name, and whether a file keeps them (for ``rules.plan``)."""
    return {watch.name: (rule_of(watch), watch.origin == FILE) for watch in everything(session)}


def apply(session: Session, changes: Iterable[Change]) -> None:
    """Do what a plan says; the watches it adds or changes are the file's from then on.

    A watch that is changed keeps its feed and its alerts. Rules are as ``rulefile`` checked them. Raises
    ``WatchError``.
    """
    names: dict[str, str] | None = None
    # Removed first: a name of which only the case changed is free then.
    for change in sorted(changes, key=lambda change: change.new is not None):
        if change.new is None:
            remove(session, change.name)
            names = None
            continue
        if names is None:
            names = _names(session)
        options = {name: getattr(change.new, name) for name in OPTIONS}
        options["targets"] = list(change.new.targets)
        if change.old is None:
            if other := names.get(change.name.casefold()):
                message = f"there is a watch {other!r} already: {change.name!r} differs by case only"
                raise WatchError(message)
            session.add(_watch(change.name, str(options.pop("query")), {"origin": FILE, **options}))
            names[change.name.casefold()] = change.name
            continue
        watch = get(session, change.name)
        if {"query", "full_text"} & set(change.fields):  # which its feed shows: it is written anew
            session.execute(update(Alert).where(Alert.watch_id == watch.id).values(fed=False))
        for name, value in options.items():
            setattr(watch, name, value)
        watch.origin, watch.changed_at = FILE, now()
    session.flush()


def alerts(session: Session, name: str, limit: int | None = None) -> list[Alerted]:
    """Return the alerts of a watch, the one that changed last first. Raises ``WatchError``."""
    return listed(session, Wanted(get(session, name).id, limit=limit))


def counts(session: Session) -> dict[str, int]:
    """Return how many alerts each watch has brought, by name."""
    query = select(Watch.name, func.count(Alert.id)).outerjoin(Alert, Alert.watch_id == Watch.id)
    return {row[0]: row[1] for row in session.execute(query.group_by(Watch.name))}


def _names(session: Session) -> dict[str, str]:
    """Return the names of all watches by what they are but for case."""
    return {name.casefold(): name for name in session.scalars(select(Watch.name))}


def _watch(name: str, query: str, options: Mapping[str, object]) -> Watch:
    moment = now()
    return Watch(uid=str(uuid4()), name=name, query=query, created_at=moment, changed_at=moment, **options)


def checked_name(name: str) -> str:
    """Return ``name`` as it is stored. Raises ``WatchError`` for one that cannot name a file."""
    name = normalize("NFC", name)
    if (
        not name
        or len(name) > LONGEST_NAME
        or not name[0].isalnum()
        or not all(character.isalnum() or character in "-_." for character in name)
        or name.casefold().endswith(ENDINGS)
    ):
        message = (
            f"{name!r} cannot name a watch: a name has 1 to {LONGEST_NAME} letters, digits, '-', '_' or '.', "
            f"begins with a letter or a digit and does not end with {' or '.join(ENDINGS)}"
        )
        raise WatchError(message)
    return name
