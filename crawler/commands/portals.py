"""``scrapy portals``: serve the replica portals on loopback, for trying spiders without the real sites."""

from __future__ import annotations

import math
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.replica.clock import CHINA, START, Clock
from crawler.replica.load import ROOT, ReplicaError, load_portals
from crawler.replica.server import ReplicaServer

if TYPE_CHECKING:
    import argparse


class Command(PortalwatchCommand):
    """Serves until interrupted; exit status 2 for wrong use."""

    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return how the command is called."""
        return "[--families] [--port N] [--host-file FILE] [--clock TIME] [--speed X]"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Serve the replica portals on loopback as an HTTP proxy"

    def long_desc(self) -> str:
        """Return the help text."""
        return (
            "Serve the replica portals on loopback as an HTTP proxy, so that "
            "`http_proxy=ADDRESS scrapy crawl NAME` runs a spider on its real addresses "
            "without leaving this machine."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command."""
        super().add_options(parser)
        parser.add_argument(
            "--families", action="store_true", help="serve a small portal of each known system instead"
        )
        parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
        parser.add_argument(
            "--host-file",
            metavar="FILE",
            help="further host names, a line each: HOST PORTAL (such as p001.example fbdy)",
        )
        parser.add_argument(
            "--clock",
            metavar="TIME",
            help=f"time at +08:00 that the portals begin at (default: {START:%Y-%m-%dT%H:%M})",
        )
        parser.add_argument(
            "--speed",
            type=float,
            default=1.0,
            help="seconds of the portals' clock a second (default: 1; 0 stands still)",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Serve until SIGINT or SIGTERM."""
        if args:
            raise WrongUse(f"portals takes no argument, not {args[0]}")
        if not 0 <= opts.speed < math.inf:
            raise WrongUse(f"--speed is a number from 0 up, not {opts.speed}.")
        clock = Clock(_start(opts.clock), speed=opts.speed)
        hosts = _hosts(opts.host_file) if opts.host_file else {}
        try:
            served = load_portals(ROOT / "families", ROOT / "texts") if opts.families else None
            server = ReplicaServer(served, clock=clock, port=opts.port, hosts=hosts)
        except (OSError, OverflowError, ReplicaError) as error:
            raise WrongUse(f"the replica portals cannot be served: {error}") from error
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        with server:
            print(f"{len(server.portals)} replica portals at {server.url}, at {clock.now():%Y-%m-%d %H:%M}:")
            for portal in server.portals.values():
                articles = len(portal.visible(clock.now()))
                print(f"  {portal.name:<10} {portal.definition.base:<30} {articles} articles")
            first = next(iter(server.portals.values()))
            word = f"newportal {first.definition.base}" if opts.families else f"crawl {first.name}"
            print(f"Try one with: http_proxy={server.url} scrapy {word}", flush=True)
            ended.wait()
            print(f"Requests answered: {len(server.visits())}.")
        return 0


def _start(text: str | None) -> datetime:
    if not text:
        return START
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"--clock: {text} is no time such as 2026-11-12T12:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _hosts(name: str) -> dict[str, str]:
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"--host-file {name} cannot be read: {error}") from error
    pairs = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    for pair in pairs:
        if len(pair) != 2:
            raise WrongUse(f"--host-file {name}: expected HOST PORTAL, not {' '.join(pair)}")
    return {pair[0]: pair[1] for pair in pairs}
