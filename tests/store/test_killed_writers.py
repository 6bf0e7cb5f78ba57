"""Writers that are killed, and two that write at the same time."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from crawler.store.models import Fingerprint, StoryMember, Version
from tests.store.writing import addresses

if TYPE_CHECKING:
    from crawler.store.database import Database

ROOT = Path(__file__).parent.parent.parent


KILLED = """
import os, signal, sys
from crawler.store.batches import Batches, Job
from crawler.store.database import open_database
from tests.store.builders import PIECE, article

def die(session, saved):
    os.kill(os.getpid(), signal.SIGKILL)

url, deadly = sys.argv[1], int(sys.argv[2])
batches = Batches(open_database(url), count=4, seconds=60)
jobs = [
    Job(article(f"{PIECE}\\n{n}", url=f"http://p.example/{n}"), [die] if n == deadly else [])
    for n in range(12)
]
for job in jobs:
    batches.put(job)
batches.close()
"""


def run(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("deadly", [0, 6, 11])
def test_a_killed_process_loses_the_open_batch_and_nothing_else(
    database: Database, database_url: str, deadly: int
) -> None:
    process = run(KILLED, database_url, str(deadly))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL

    whole = deadly // 4 * 4
    assert sorted(addresses(database)) == sorted(f"http://p.example/{n}" for n in range(whole))
    check_whole(database, whole)
    again = run(KILLED, database_url, "99")
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert len(addresses(database)) == 12
    check_whole(database, 12)


def check_whole(database: Database, articles: int) -> None:
    """Each article has one version, a story, keys and an entry of the search index."""
    index = "SELECT count(*) FROM search_docsize"
    if not database.is_sqlite:
        index = "SELECT sum(upper(run) - lower(run)) FROM search_segments, unnest(ids - gone) AS run"
    with database.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(Version)),
            session.scalar(select(func.count(StoryMember.article_id.distinct()))),
            session.scalar(select(func.count(Fingerprint.article_id.distinct()))),
            session.scalar(text(index)) or 0,
        ]
    assert counts == [articles] * 4


TWO = """
import sys
from crawler.store.batches import Batches, Job
from crawler.store.database import open_database
from tests.store.builders import PIECE, article

url, first = sys.argv[1], int(sys.argv[2])
batches = Batches(open_database(url), count=3, seconds=60)
jobs = [Job(article(f"{PIECE}\\n{n}", url=f"http://p.example/{n}")) for n in range(first, first + 20)]
for job in jobs:
    batches.put(job)
batches.close()
print(sum(job.done.result().outcome == "new" for job in jobs), file=sys.stderr)
"""


def test_two_processes_write_into_one_database(database: Database, database_url: str) -> None:
    both = [run(TWO, database_url, "0"), run(TWO, database_url, "10")]
    new = [int(process.communicate(timeout=300)[1].split()[-1]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(new) == 30
    assert len(addresses(database)) == 30
    check_whole(database, 30)
