"""What a field finder returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A value read from a page, where it came from in words, and how sure that is (0 to 1).

    ``element`` is the displayed element that holds it, if there is one.
    """

    value: Value
    origin: str
    confidence: float
    element: HtmlElement | None = None

    @property
    def said(self) -> str:
        """The origin and how sure it is, as ``--explain`` shows them: ``displayed, labelled (0.95)``."""
        return f"{self.origin} ({self.confidence:.2f})"
