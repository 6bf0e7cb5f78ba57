"""What `scrapy health` and Prometheus tell after real visits to replicas."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.replica.server import ReplicaServer
from crawler.store.database import open_database
from tests.monitor.test_health import Clock, good, undated
from tests.world import World

HOST = "xian.021cf.cn"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        yield World(server, tmp_path, {"PORTALWATCH_MAX_LIST_PAGES": "1", "PORTALWATCH_RETRY_TIMES": "0"})


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve the database of ``world`` by ``scrapy web``; yield the address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "web", "--port", "0"],
        cwd=world.root,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": world.database_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield next(word for word in server.stdout.readline().split() if word.startswith("http")).rstrip("/")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def samples(text: str) -> Samples:
    """Return what a text in Prometheus' format holds; it fails on one that is not."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found
            found[key] = sample.value
    return found


def of_portal(name: str, portal: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return f"portalwatch_{name}", tuple(sorted({"portal": portal, **labels}.items()))


def fetched(address: str) -> tuple[str, str]:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=60) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_count_what_the_servers_saw(world: World) -> None:
    textfile = world.folder / "portalwatch.prom"
    world.settings["PORTALWATCH_METRICS_FILE"] = str(textfile)
    world.server.fault("fbdy.cn", "*", "500", times=None)
    assert world.scrapy("patrol", "--only", "xian", "fbdy").returncode == 1
    with served(world) as address:
        kind, text = fetched(f"{address}/metrics")
    assert kind.startswith("text/plain; version=0.0.4")
    found = samples(text)
    assert samples(textfile.read_text("utf-8")) == found
    assert [path.name for path in world.folder.glob("portalwatch.prom*")] == ["portalwatch.prom"]
    for portal, host, state in (("xian", HOST, "ok"), ("fbdy", "fbdy.cn", "failing")):
        visits = world.server.visits(host)
        assert found[of_portal("run_requests", portal)] == len(visits)
        assert found[of_portal("state", portal, state=state)] == 1
        assert sum(value for (name, labels), value in found.items()
                   if name == "portalwatch_state" and ("portal", portal) in labels) == 1  # fmt: skip
    ((stored,),) = world.rows("select count(*) from articles")
    assert found[of_portal("run_new", "xian")] == stored
    assert found[of_portal("run_entries", "xian")] == 20
    assert found[of_portal("filled_ratio", "xian", field="published")] == 1
    assert found[of_portal("bad_runs", "fbdy")] == 1
    assert found[of_portal("run_errors", "fbdy")] == 2
    assert of_portal("last_good_timestamp_seconds", "fbdy") not in found


def test_metrics_that_cannot_be_written_are_a_line_and_no_failure(world: World) -> None:
    world.settings["PORTALWATCH_METRICS_FILE"] = str(world.folder / "nowhere" / "portalwatch.prom")
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "metrics" in line] == done.stderr.splitlines()
    assert len(done.stderr.splitlines()) == 1
    refused = world.scrapy("health", "--textfile", world.settings["PORTALWATCH_METRICS_FILE"])
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_command_tells_ill_from_well_in_words_lines_and_status(world: World) -> None:
    assert world.scrapy("health").stdout.startswith("No run has been judged yet")
    world.server.fault("fbdy.cn", "*", "500", times=None)
    world.scrapy("patrol", "--only", "xian", "fbdy")
    shown = world.scrapy("health")
    assert shown.returncode == 1
    assert "fbdy: 2 section page(s) could not be read" in shown.stdout
    told = world.scrapy("health", "--json")
    assert told.returncode == 1
    lines = {line["portal"]: line for line in map(json.loads, told.stdout.splitlines())}
    assert {name: line["verdict"] for name, line in lines.items()} == {"fbdy": "failing", "xian": "ok"}
    assert (lines["fbdy"]["bad_runs"], lines["xian"]["bad_runs"]) == (1, 0)
    assert lines["fbdy"]["reasons"]
    assert lines["xian"]["run"]["requests"] == len(world.server.visits(HOST))
    assert world.scrapy("health", "--portal", "xian").returncode == 0
    ill = world.scrapy("health", "--portal", "fbdy", "--json")
    assert ill.returncode == 1
    assert [json.loads(line)["verdict"] for line in ill.stdout.splitlines()] == ["failing"]
    world.server.mend()
    world.scrapy("crawl", "fbdy")
    history = world.scrapy("health", "--portal", "fbdy")
    assert history.returncode == 0
    assert "failing" in history.stdout
    assert [line for line in history.stdout.splitlines() if line.startswith("new ") and "▁█" in line]
    assert world.scrapy("health").returncode == 0


def test_what_is_accepted_is_well_from_now_on(world: World) -> None:
    clock = Clock(open_database(world.database_url))
    for measures in [good() for _ in range(10)] + [undated() for _ in range(4)]:
        clock.visit(measures)
    assert world.scrapy("health", "--portal", "p").returncode == 1
    done = world.scrapy("health", "--accept", "p")
    assert (done.returncode, done.stdout) == (0, "p: 4 runs are taken for how it is meant to be.\n")
    clock.visit(undated())
    clock.database.close()
    assert world.scrapy("health", "--portal", "p").returncode == 0
    assert world.scrapy("health").returncode == 0


@pytest.mark.parametrize("words", [("--portal", "nobody"), ("--accept", "nobody"), ("xian",)])
def test_a_portal_that_is_not_known_is_wrong_use(world: World, words: tuple[str, ...]) -> None:
    world.scrapy("health")
    done = world.scrapy("health", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert world.rows("select * from portal_states") == []


def test_a_kept_page_is_printed_as_it_came(world: World) -> None:
    world.server.fault(HOST, "/index.php/category-1.html", "challenge", times=1)
    world.scrapy("crawl", "xian")
    ((number,),) = world.rows("select id from kept_pages")
    assert f"{number}  " in world.scrapy("health", "--pages").stdout
    page = world.scrapy("health", "--page", str(number)).stdout
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    for none in ("99", "-1", "9" * 30):
        refused = world.scrapy("health", "--page", none)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
