"""A PostgreSQL server of a test's own, that can be stopped as a power cut would and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
"""Where distributions put what is not on the path."""


@dataclass(frozen=True)
class Server:
    """A cluster in ``folder`` that listens on loopback alone; ``url`` is that of its database."""

    programs: Path
    folder: Path
    user: str | None  # whom it runs as; None is whoever runs the tests
    port: int

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the cluster."""
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "-w", "-t", "120", "-o", options, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """Stop it at once, with nothing brought in order; it has to recover when it starts again."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *words]
        done = subprocess.run(
            command,
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@contextmanager
def postgresql() -> Iterator[Server]:
    """Yield a server that runs; skip where its programs are not installed, or nobody may run them."""
    programs = _programs()
    if programs is None:
        pytest.skip(
            "initdb and pg_ctl are not installed, with which a PostgreSQL server is made to be stopped"
        )
    # Not pytest's folder, which no other user may enter: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="pw"))
    user = None
    if os.geteuid() == 0:
        user = _another_user()
        shutil.chown(folder, user)
    server = Server(programs, folder, user, _free_port())
    try:
        server.make()
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder)


def _programs() -> Path | None:
    found = [Path(path).parent for path in [shutil.which("pg_ctl")] if path]
    for place in PLACES:
        found += sorted(Path("/").glob(place[1:]), reverse=True)
    return next((one for one in found if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _another_user() -> str:
    names = {one.pw_name for one in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    pytest.skip("PostgreSQL does not run as root, and there is no other user here")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
