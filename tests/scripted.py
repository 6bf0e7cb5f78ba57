"""A server of which each address answers by a script, and a project of its portals with a database."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from tests import starting
from tests.hostile import HTML, Handler, Hostile, page, project

Answer = tuple[str, str, bytes]
"""A status line, further headers, and a page."""


def ok(body: bytes) -> Answer:
    """Return the answer that holds a page."""
    return "200 OK", "", body


def status(line: str, *headers: str) -> Answer:
    """Return an answer without a page."""
    return line, "".join(f"{header}\r\n" for header in headers), b"-"


class _Scripted(Handler):
    def answer(self) -> None:
        """Answer what the script says, else what any portal does."""
        server = self.hostile
        assert isinstance(server, Scripted)
        answers = server.script.get(f"{self.host}{self.path}")
        if answers is None:
            return super().answer()
        line, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return self.whole(body, line, f"{HTML}{headers}")


class Scripted(Hostile):
    """``script`` holds what an address (host and path) answers, in turn; the last one for good."""

    def __init__(self) -> None:
        super().__init__({})
        self.RequestHandlerClass = _Scripted
        self.script: dict[str, list[Answer]] = {}


@dataclass
class Place:
    """A project of portals on ``server`` in ``folder``, with its database."""

    server: Scripted
    folder: Path

    def portals(self, *names: str, **replaced: str) -> None:
        """Make the portals; of each file the keys of ``replaced`` are replaced by their values."""
        project(self.folder / "project", *names)
        for name in names:
            self.change(name, **replaced)

    def change(self, name: str, **attributes: str) -> None:
        """Write attributes of a portal's spider otherwise."""
        path = self.folder / "project" / "spiders" / f"{name}.py"
        lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if line.strip().partition(" ")[0] not in attributes]
        path.write_text(
            "\n".join([*kept, *(f"    {it} = {to}" for it, to in attributes.items()), ""]), "utf-8"
        )

    def scrapy(self, *words: str, **settings: str) -> CompletedProcess[str]:
        """Run a command of the project."""
        environment = {
            **os.environ,
            "http_proxy": self.server.url,
            "no_proxy": "127.0.0.1",
            "COLUMNS": "200",
            "PORTALWATCH_DATABASE_URL": f"sqlite:///{self.folder}/test.db",
            "PORTALWATCH_FEEDS_DIR": str(self.folder / "feeds"),
            "PORTALWATCH_DOWNLOAD_DELAY": "0",
            "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
            "PORTALWATCH_RETRY_TIMES": "0",
            **{f"PORTALWATCH_{name}": value for name, value in settings.items()},
        }
        return starting.run(words, self.folder / "project", environment)

    def asked(self, *words: str, host: str = "a.example", **settings: str) -> list[str]:
        """Run a command; return the paths that it asked ``host`` for, robots.txt aside."""
        self.server.log.clear()
        done = self.scrapy(*words, **settings)
        assert "Traceback" not in done.stderr, done.stderr
        return [path for path in self.server.asked(host) if path != "/robots.txt"]

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of an SQL query; what it writes stays."""
        connection = sqlite3.connect(self.folder / "test.db")
        try:
            with connection:
                return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def make_due(self) -> None:
        """Let every section be due, and no portal wait."""
        self.rows("update section_states set due_at = '2026-01-01 00:00:00'")
        self.rows("update portal_states set wait_until = null")


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """Serve until the block is left."""
    with Scripted() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Place(server, folder)
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def piece(number: int) -> Answer:
    """Return the answer that holds an article."""
    return ok(page(f"第{number}条渡口的消息"))
