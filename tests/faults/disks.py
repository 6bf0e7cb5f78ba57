"""Folders that can be made to have no room: a small disk that is filled up, and a limit on a file's size."""

from __future__ import annotations

import resource
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.starting import Started

SIZE = 64_000_000
_BLOCK = b"\0" * 65_536
_LEAST = 4096  # a file may have so many bytes when there is no room


class Disk(Protocol):
    """A folder whose room can be taken from a process, and given back."""

    folder: Path
    said: str  # what SQLite calls it

    def fill(self, process: Started) -> None:
        """Leave no room."""

    def empty(self, process: Started) -> None:
        """Give the room back."""


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own, full for everybody."""

    folder: Path
    said: str = "disk is full"

    def fill(self, process: Started) -> None:  # noqa: ARG002  of no one process
        """Take all room that is left."""
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(_BLOCK)
            except OSError:
                return

    def empty(self, process: Started) -> None:  # noqa: ARG002  of no one process
        """Take the ballast away."""
        (self.folder / "ballast").unlink()


@dataclass(frozen=True)
class Quota:
    """A limit on what one process may write, as a quota or a container sets it. Needs no rights."""

    folder: Path
    said: str = "disk I/O error"

    def fill(self, process: Started) -> None:
        """Let nothing be written behind the first bytes of a file."""
        self._limit(process, _LEAST)

    def empty(self, process: Started) -> None:
        """Let everything be written again."""
        self._limit(process, None)

    def _limit(self, process: Started, most: int | None) -> None:
        if process.poll() is None:
            _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            soft = hard if most is None else most
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Yield a disk that is mounted at ``folder``; skip where this user may not mount one."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "portalwatch-test", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount(8) to make a small disk with")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def quota(folder: Path) -> Iterator[Quota]:
    """Yield a folder that a quota can be set for; skip where processes cannot be limited from outside."""
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux limits a running process")
    yield Quota(folder)
