"""Delivery as the settings want it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.delivery import targets
from crawler.delivery.channels import Channels
from crawler.delivery.errors import TargetError
from crawler.delivery.pace import Pace
from crawler.delivery.rendering import Renderer
from crawler.delivery.sender import Sender
from crawler.delivery.targets import LANGUAGES

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.delivery.sender import Tally
    from crawler.delivery.targets import Targets
    from crawler.store.database import Database

logger = logging.getLogger(__name__)


def targets_of(settings: BaseSettings) -> Targets:
    """Return the targets of ``PORTALWATCH_TARGETS``. Raises ``TargetError``."""
    return targets.read(Path(settings.get("PORTALWATCH_TARGETS") or targets.DEFAULT_FILE))


def health_targets(settings: BaseSettings) -> tuple[str, ...]:
    """Return the names of the targets for alarms about portals. Raises ``TargetError``.

    They are those of ``PORTALWATCH_HEALTH_TARGETS`` (names with commas), else those with ``health: true``.
    """
    named = settings.getlist("PORTALWATCH_HEALTH_TARGETS")
    return tuple(str(name).strip() for name in named) or targets_of(settings).health


def channels_of(settings: BaseSettings) -> Channels:
    """Return the channels to all targets. Raises ``TargetError``."""
    language = settings.get("PORTALWATCH_LANGUAGE") or LANGUAGES[0]
    if language not in LANGUAGES:
        raise TargetError(f"PORTALWATCH_LANGUAGE is {language!r}; there are {' and '.join(LANGUAGES)}")
    folder = settings.get("PORTALWATCH_TEMPLATES_DIR")
    if folder and not Path(folder).is_dir():
        raise TargetError(f"PORTALWATCH_TEMPLATES_DIR is {folder}, which is no folder")
    return Channels(
        targets_of(settings),
        Renderer(language, Path(folder) if folder else None),
        settings.getbool("PORTALWATCH_DELIVER_TO_PRIVATE"),
    )


def renewed(settings: BaseSettings, channels: Channels) -> Channels:
    """Return ``channels`` to the targets as their file has them now; to those known, if it cannot be read."""
    try:
        return replace(channels, targets=targets_of(settings))
    except TargetError as error:
        logger.error("The targets stay as they were: %s", error)  # noqa: TRY400  one line
        return channels


def sender_of(settings: BaseSettings, database: Database) -> Sender:
    """Return a sender for ``database``. Raises ``TargetError``."""
    return Sender(
        database,
        channels_of(settings),
        Pace.of(settings),
        settings.get("PORTALWATCH_WEB_URL") or "",
    )


def outcome(tally: Tally, sender: Sender) -> str:
    """Return what was sent in a sentence or two, empty if there was nothing."""
    parts = [
        f"{number} {what}"
        for number, what in (
            (tally.sent, "sent"),
            (tally.failed, "to be tried again"),
            (tally.dead, "given up (scrapy deliver --dead)"),
        )
        if number
    ]
    said = [f"Messages: {', '.join(parts)}."] if parts else []
    if broken := sender.channels.renderer.broken:
        said.append(f"Your templates failed {broken} time{'s'[: broken > 1]}, the default ones stood in.")
    return " ".join(said)
