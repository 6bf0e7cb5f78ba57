"""Commands of the project as processes that are forked from one that has loaded the program already.

Loading it takes a process seconds, and there are hundreds in a run of the tests. What is forked is a process
as any other, with an environment, a folder and output of its own; only modules that read the environment, and
spiders, are left for it to load.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import select
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent
LOADED = ("crawler.commands", "crawler.middlewares", "crawler.families", "pipelines")
ALONE = (
    "crawler.cluster",
    "crawler.timekeeper",
    "crawler.counters",
    "crawler.collecting",
    "crawler.measuring",
)
LONGEST = 1 << 17


class _Output(threading.Thread):
    """A pipe that is read to its end; ``handle`` is where a process writes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._reading, self.handle = os.pipe()
        self._said = b""

    def start(self) -> None:
        """Begin to read, once another process has the other end too."""
        os.close(self.handle)
        super().start()

    def run(self) -> None:
        with open(self._reading, "rb") as pipe:  # noqa: PTH123  no path
            self._said = pipe.read()

    def text(self) -> str:
        """Return all that was written."""
        self.join()
        return self._said.decode()


class Started:
    """A command under way, with what the tests use of ``subprocess.Popen``."""

    def __init__(self, words: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self.returncode: int | None = None
        self._answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._outputs = [_Output(), _Output()]
        with theirs:
            asked = json.dumps({"words": [*words], "cwd": str(cwd), "environment": {**environment}})
            handles = [*(output.handle for output in self._outputs), theirs.fileno()]
            socket.send_fds(_loaded(), [asked.encode()], handles)
        for output in self._outputs:
            output.start()
        self.pid = self._answer()

    def poll(self) -> int | None:
        """Return the exit status, below 0 for a signal, None while it runs."""
        with suppress(TimeoutError):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises ``TimeoutError``."""
        if self.returncode is None:
            if not select.select([self._answers], [], [], timeout)[0]:
                raise TimeoutError(f"it did not end within {timeout} s")
            self.returncode = self._answer()
            self._answers.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; return what it wrote to standard output and to standard error, once."""
        self.wait(timeout)
        out, err = (output.text() for output in self._outputs)
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _answer(self) -> int:
        said = self._answers.recv(LONGEST)
        assert said, "the process that others are forked from has ended"
        return int(said)


def run(words: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``scrapy`` with ``words`` in the folder ``cwd`` to its end; return its status and output."""
    started = Started(words, cwd, environment)
    out, err = started.communicate()
    return subprocess.CompletedProcess(["scrapy", *words], started.wait(), out, err)


@cache
def _loaded() -> socket.socket:
    """Start the process that loads the program, once; it ends when nobody can ask it any more."""
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.starting", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        mine.close()
        process.wait()

    atexit.register(end)
    return mine


def _serve(asking: socket.socket) -> None:
    """Fork a process for each that is asked for; return in the forked ones only, ready to go on."""
    while True:
        message, handles, _, _ = socket.recv_fds(asking, LONGEST, 3)
        if not message:
            sys.exit()
        # One in between waits for the command, so that this one can go on.
        if not os.fork():
            asking.close()
            _between(json.loads(message), *handles)
            return
        for handle in handles:
            os.close(handle)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _between(asked: dict[str, Any], out: int, err: int, answer: int) -> None:
    if child := os.fork():
        for handle in (out, err):
            os.close(handle)
        os.write(answer, str(child).encode())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(answer, str(status).encode())
        os._exit(0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    for handle in (out, err, answer):
        os.close(handle)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["scrapy", *asked["words"]]
    sys.path[0] = asked["cwd"]
    random.seed()


def _load() -> None:
    for name in LOADED:
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            import_module(module.name)
    for name in ALONE:
        import_module(name)


def main() -> None:
    """Load the program, fork whatever is asked for, and be the command in what is forked."""
    from scrapy.cmdline import execute

    asking = socket.socket(fileno=int(sys.argv[1]))
    _load()
    assert not {"twisted.internet.reactor", "crawler.settings", "spiders"} & set(sys.modules)
    _serve(asking)
    execute()


if __name__ == "__main__":
    main()
