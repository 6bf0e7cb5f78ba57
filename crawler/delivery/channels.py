"""From a letter to the channel of its target."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.delivery.letters import Letter
    from crawler.delivery.rendering import Renderer
    from crawler.delivery.targets import Targets


@dataclass(frozen=True, slots=True)
class Channels:
    """All targets with what is needed to send to them. The libraries of a channel load when it is used."""

    targets: Targets
    renderer: Renderer
    allow_private: bool = False

    def send(self, name: str, letter: Letter) -> str:
        """Send ``letter`` to the target ``name``; return what is to be noted about it, empty for nothing.

        Raises ``TargetError`` or ``Undelivered``, with the reason; what else is raised is a fault of a
        library. Either may hold secrets: ``targets.mask`` takes them out.
        """
        target = self.targets.get(name)
        for library in (
            "urllib3",
            "requests",
        ):  # what they say for debugging holds addresses with their tokens
            logging.getLogger(library).setLevel(logging.WARNING)
        if target.kind == "webhook":
            from crawler.delivery import webhook  # noqa: PLC0415  loaded only where it is used

            webhook.post(target, letter, allow_private=self.allow_private)
            return ""
        if target.kind == "mail":
            from crawler.delivery import mail  # noqa: PLC0415  loaded only where it is used

            return mail.send(target, letter, self.renderer.render(letter, target.language))
        from crawler.delivery.chat import Chat  # noqa: PLC0415  loaded only where it is used

        chat = Chat(target)
        chat.send(self.renderer.render(letter, target.language, room=chat.room))
        return ""
