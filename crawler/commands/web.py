"""``scrapy web``: serve feeds and stored articles."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.store.database import DEFAULT_URL, open_database
from crawler.web.app import application

if TYPE_CHECKING:
    import argparse

HOST = "127.0.0.1"
PORT = 8420
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
NAME = re.compile(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
"""A host as requests name it, without a port."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Serve the feeds and the stored articles, for feed readers and browsers"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--host", default=HOST, help=f"the address to listen on ({HOST})")
        parser.add_argument("--port", type=int, default=PORT, help=f"the port to listen on ({PORT}; 0: any)")
        parser.add_argument(
            "--name",
            action="append",
            default=[],
            metavar="HOST",
            help="a name under which it is reached (again for more; '*': any); this machine's always are",
        )
        parser.add_argument("--url", default="", help="the address that feeds name, if a proxy stands before")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Serve until interrupted."""
        assert self.settings is not None
        if args:
            raise WrongUse("scrapy web takes options only; see scrapy web --help.")
        if not 0 <= opts.port < 65_536:
            raise WrongUse(f"--port is a number from 0 to 65535, not {opts.port}.")
        for name in opts.name:
            if not NAME.fullmatch(name):
                raise WrongUse(f"--name is a host such as news.example or *.news.example, not {name!r}.")
        if opts.url and not opts.url.startswith(("http://", "https://")):
            raise WrongUse(f"--url is an address such as https://news.example, not {opts.url!r}.")
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            app = application(database, [*LOCAL_NAMES, in_address(opts.host), *opts.name], opts.url)
            config = uvicorn.Config(
                app, host=opts.host, port=opts.port, log_level="warning", server_header=False, lifespan="off"
            )
            server = _Server(config)
            with suppress(KeyboardInterrupt):  # which uvicorn raises again when it has ended in order
                server.run()
        finally:
            database.close()
        if not server.started:
            raise WrongUse(f"{opts.host}:{opts.port} cannot be listened on.")
        return 0


class _Server(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        try:
            await super().startup(sockets)  # type: ignore[arg-type]  # as uvicorn calls it
        except SystemExit:
            # uvicorn has said why; the command ends with its own status.
            self.should_exit = True
            return
        for one in self.servers:
            for socket in one.sockets:
                host, port = socket.getsockname()[:2]
                address = f"http://{in_address(host)}:{port}/"
                print(f"Serving feeds and articles on {address} (stop with Ctrl-C)", flush=True)


def in_address(host: str) -> str:
    """Return a host as it stands in an address: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
