"""Whether a process has ended: true only of one that has, on the machine that knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.processes import has_ended, myself

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells")
SAYS_ITS_NAME = "from crawler.processes import myself; print(myself(), flush=True); input()"


def test_one_that_runs_has_not_ended_and_one_that_was_killed_has() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SAYS_ITS_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert not has_ended(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(name), "it is dead though nobody has taken its exit status yet"
    child.communicate()
    assert has_ended(name)


def parts() -> list[str]:
    return myself().split(":")


def test_every_name_is_one_process() -> None:
    assert myself() != myself()
    assert not has_ended(myself())
    assert len(myself()) <= 120


def test_a_number_that_was_given_again_is_another_process() -> None:
    host, number, kernel, began, random = parts()
    assert has_ended(":".join((host, number, kernel, str(int(began) - 1), random)))


@pytest.mark.parametrize(("place", "value"), [(0, "elsewhere"), (2, "0123456789ab"), (2, ""), (3, "")])
def test_of_another_machine_or_container_nothing_is_known(place: int, value: str) -> None:
    name = parts()
    name[1] = str(2**22 + 1)  # no process has such a number
    assert has_ended(":".join(name))
    name[place] = value
    assert not has_ended(":".join(name))


@pytest.mark.parametrize("name", ["", "killed", "elsewhere:1", "host:1:ab", "a:b:c:d:e", "::::"])
def test_a_name_in_other_words_says_nothing(name: str) -> None:
    assert not has_ended(name)
