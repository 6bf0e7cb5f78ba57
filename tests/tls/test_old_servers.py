"""A portal on an old server is read with `tls = "legacy"`, named without, and no other portal is affected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.definition import DefinitionError
from crawler.errors import describe
from crawler.replica.server import ReplicaServer
from crawler.spider import PortalSpider
from tests.tls.server import TlsServer, certificate
from tests.world import World, project_copy

HINT = 'try tls = "legacy" in its spider'
SPIDER = '''"""A portal."""

from crawler.spider import PortalSpider


class Spider(PortalSpider):
    name = "{name}"
    portal = "示例新闻网"
    base = "{base}"
    tls = "{tls}"
    sections = {{"要闻": "/"}}
    entries = "ul.list a"
    title = "h1"
    body = "div.content"
'''


def portal(world: World, name: str, base: str, tls: str) -> None:
    (world.root / "spiders" / f"{name}.py").write_text(SPIDER.format(name=name, base=base, tls=tls), "utf-8")


def stored(world: World) -> set[object]:
    return {
        row[0] for row in world.rows("select p.name from articles a join portals p on p.id = a.portal_id")
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = {
        "PORTALWATCH_ALLOW_PRIVATE_ADDRESSES": "1",
        "PORTALWATCH_RETRY_TIMES": "0",
        "SSL_CERT_FILE": str(certificate(tmp_path)),
    }
    with ReplicaServer() as server:
        yield World(server, tmp_path, settings, project_copy(tmp_path / "project"))


@pytest.mark.parametrize(("age", "reason"), [("tls10", "protocol version"), ("weak-key", "dh key too small")])
def test_the_profile_is_of_one_portal(world: World, age: str, reason: str) -> None:
    file = Path(world.settings["SSL_CERT_FILE"])
    with TlsServer(age, file) as old, TlsServer(age, file) as other, TlsServer("modern", file) as new:
        portal(world, "old", old.url, "legacy")
        portal(world, "strict", other.url, "")
        portal(world, "usual", new.url, "")
        done = world.scrapy("patrol", "-L", "INFO")
        checked = world.scrapy("check", "old"), world.scrapy("check", "strict")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert stored(world) == {"old", "usual"}, said
    (line,) = [one for one in done.stderr.splitlines() if HINT in one]
    assert line.startswith(f"ERROR strict: {other.url}/: no secure connection could be made")
    assert reason in line
    assert [one.split(":")[0] for one in done.stderr.splitlines() if "TLS profile" in one] == ["INFO old"]
    assert [one.returncode for one in checked] == [0, 1]
    assert "TLS profile legacy" in checked[0].stdout
    assert HINT in checked[1].stdout
    assert "TLS profile" not in checked[1].stdout


def test_the_profile_verifies_certificates(world: World, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    unknown = certificate(tmp_path / "other")
    with TlsServer("tls10", unknown) as old:
        portal(world, "old", old.url, "legacy")
        refused = world.scrapy("patrol")
        assert "certificate verify failed" in refused.stderr
        assert HINT not in refused.stderr
        assert stored(world) == set()
        world.settings["PORTALWATCH_DOWNLOAD_VERIFY_CERTIFICATES"] = "0"
        done = world.scrapy("patrol")
    assert done.returncode == 0, done.stdout + done.stderr
    assert stored(world) == {"old"}


def test_a_certificate_of_another_host_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    world.settings["SSL_CERT_FILE"] = str(certificate(tmp_path / "other", "other.example"))
    with TlsServer("tls10", Path(world.settings["SSL_CERT_FILE"])) as old:
        portal(world, "old", old.url, "legacy")
        refused = world.scrapy("patrol")
    assert refused.returncode == 1
    assert "DNSMismatch" in refused.stderr
    assert stored(world) == set()


@pytest.mark.parametrize(
    ("reason", "old"),
    [
        ("unsafe legacy renegotiation disabled", True),
        ("dh key too small", True),
        ("unsupported protocol", True),
        ("tlsv1 alert protocol version", True),
        ("ssl/tls alert handshake failure", True),
        ("ee key too small", True),
        ("certificate verify failed", False),
        ("wrong version number", False),
    ],
)
def test_only_what_looks_old_is_advised(reason: str, old: bool) -> None:
    error = OSError(f"[('SSL routines', '', '{reason}')]")
    kind, sentence = describe(error)
    assert (kind, HINT in sentence) == ("tls", old)
    assert HINT not in describe(error, "legacy")[1]


def test_a_profile_that_does_not_exist_is_refused() -> None:
    fields = {"name": "wrong", "portal": "示例", "base": "https://w.example", "sections": {"a": "/"}}
    wrong = type("Wrong", (PortalSpider,), {**fields, "generic": True, "tls": "weak"})
    with pytest.raises(DefinitionError, match=r"Spider wrong: 'tls' has to be .*'weak'"):
        wrong()
