"""``scrapy target``: the targets of alerts, and whether they can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from crawler import tables
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.delivery import service
from crawler.delivery.errors import TargetError
from crawler.delivery.letters import Letter
from crawler.delivery.pace import Pace
from crawler.delivery.sender import bounded
from crawler.store.times import now

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import Settings

    from crawler.delivery.targets import Targets

USE = "scrapy target list | test NAME"
TEXT = "这是 portalwatch 的一条测试消息。 This is a test message of portalwatch."


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy target ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "List the targets of alerts, or send one a test message"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Do what the first word says; 1 if a target cannot be used."""
        assert self.settings is not None
        try:
            match args:
                case ["list"]:
                    return show(service.targets_of(self.settings))
                case ["test", name]:
                    return test(self.settings, name)
                case _:
                    raise WrongUse(f"Use it as: {USE}")
        except TargetError as error:
            raise WrongUse(f"{error}.") from error


def show(targets: Targets) -> int:
    """Print a table of the targets, without secrets; return 1 if one cannot be used."""
    if not targets.targets and not targets.faults:
        print(
            f"No targets yet: {targets.path} is not there or empty. docs/delivery.md says how it is written."
        )
        return 0
    if targets.targets:
        tables.show(
            ("target", "where", "takes alarms"),
            [
                (name, targets.mask(target.shown), "yes" if target.health else "")
                for name, target in targets.targets.items()
            ],
        )
    for fault in targets.faults.values():
        print(f"{fault}.")
    return EXIT_FAILED if targets.faults else 0


def test(settings: Settings, name: str) -> int:
    """Send a test message to the target ``name`` and say what became of it; 1 if it was not taken."""
    channels = service.channels_of(settings)
    target = channels.targets.get(name)
    letter = Letter(str(uuid4()), "test", now(), title="portalwatch", text=TEXT)
    try:
        note = bounded(lambda: channels.send(name, letter), Pace.of(settings).seconds)
    except Exception as error:  # noqa: BLE001  whatever a library raises, it may hold secrets and is not shown whole
        print(channels.targets.mask(f"{name} did not take it: {error or type(error).__name__}"))
        return EXIT_FAILED
    print(channels.targets.mask(f"{name} ({target.shown}) took it{f', but {note}' if note else ''}."))
    return 0
