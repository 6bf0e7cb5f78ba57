"""The tables. What is not obvious from a name is said at the class; a subject is a module."""

from __future__ import annotations

from crawler.store.models.alerts import Alert, Watch
from crawler.store.models.articles import Article, Portal, RawPage, Section, Version
from crawler.store.models.base import NAMES, Base
from crawler.store.models.deliveries import Delivery
from crawler.store.models.monitor import (
    ArticleEvent,
    Health,
    KeptPage,
    Lease,
    PortalState,
    SectionState,
)
from crawler.store.models.pages import LearnedText, PageState, Pruned
from crawler.store.models.robots import Robots
from crawler.store.models.runs import Run, RunPortal
from crawler.store.models.stories import Fingerprint, Story, StoryEvent, StoryMember

__all__ = [
    "NAMES",
    "Alert",
    "Article",
    "ArticleEvent",
    "Base",
    "Delivery",
    "Fingerprint",
    "Health",
    "KeptPage",
    "LearnedText",
    "Lease",
    "PageState",
    "Portal",
    "PortalState",
    "Pruned",
    "RawPage",
    "Robots",
    "Run",
    "RunPortal",
    "Section",
    "SectionState",
    "Story",
    "StoryEvent",
    "StoryMember",
    "Version",
    "Watch",
]
