"""The main job on all replica portals: everything that they carry is stored as its truth says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.replica.load import load_portals
from crawler.replica.server import ReplicaServer
from crawler.text.canonical import canonical
from tests.world import ROOT, World

PORTALS = sorted(path.parent.name for path in (ROOT / "seeds/replicas").glob("*/portal.toml"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ReplicaServer() as server:
        yield World(server, tmp_path_factory.mktemp("world"), anew=True)


@pytest.fixture(scope="module")
def patrolled(world: World) -> World:
    added = world.scrapy("watch", "add", "低空", "低空經濟")
    assert added.returncode == 0, added.stderr
    done = world.scrapy("patrol")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return world


PUBLISHED = "select url, published_at, published_precision from articles"


@pytest.mark.parametrize("name", PORTALS)
def test_every_article_equals_its_truth(patrolled: World, name: str) -> None:
    portal = patrolled.server.portals[name]
    at = patrolled.server.clock.now()
    stored = patrolled.contents(name)
    dates = {url: (published, precision) for url, published, precision in patrolled.rows(PUBLISHED)}
    wanted = {portal.url(article_id): portal.truth(article_id, at) for article_id in portal.visible(at)}
    assert len(wanted) >= 40
    assert stored.keys() == wanted.keys()
    wrong = []
    for url, truth in wanted.items():
        kept = stored[url]
        pairs = {
            "title": (canonical(truth.title), kept.canonical_title),
            "body": (canonical(truth.body), kept.canonical_body),
            "published": (truth.published, local(*dates[url])),
            "source": (canonical(truth.source or ""), canonical(kept.source or "")),
            "authors": (sorted(truth.authors), sorted(map(canonical, kept.authors))),
            "editors": (sorted(truth.editors), sorted(map(canonical, kept.editors))),
            "section": (list(truth.section), list(map(canonical, kept.section))),
        }
        for field, (want, got) in pairs.items():
            if want != got:
                wrong.append(f"{url} {field}:\n  {want}\n  {got}")
    assert not wrong, "\n".join(wrong)


def local(published: object, precision: object) -> str | None:
    """Return a stored UTC moment as the truth writes it: portal time, to the displayed precision."""
    if published is None:
        return None
    moment = (
        datetime.fromisoformat(str(published)).replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=8)))
    )
    return moment.strftime("%Y-%m-%d" if precision == "day" else "%Y-%m-%dT%H:%M")


def test_a_second_patrol_finds_nothing_new_and_says_so(patrolled: World) -> None:
    before = patrolled.rows("select count(*), max(id) from versions")
    done = patrolled.scrapy("patrol")
    assert done.returncode == 0
    assert "Nothing new." in done.stdout
    assert patrolled.rows("select count(*), max(id) from versions") == before


def test_what_two_portals_carry_is_one_story(patrolled: World) -> None:
    """Reprints across scripts fold into one story; look-alike notices of one family never do."""
    portals = load_portals()
    at = patrolled.server.clock.now()
    text_of = {
        portal.url(article_id): (portal.posting(article_id).text, portal.text(article_id).family)
        for portal in portals.values()
        for article_id in portal.visible(at)
    }
    story_of = dict(
        patrolled.rows(
            "select a.url, m.story_id from articles a join story_members m on m.article_id = a.id "
            "where m.relation = 'same'"
        )
    )
    stories: dict[object, set[str]] = {}
    texts: dict[str, set[object]] = {}
    for url, (text, _) in text_of.items():
        stories.setdefault(story_of[url], set()).add(text)
        texts.setdefault(text, set()).add(story_of[url])
    assert sum(len(urls) > 1 for urls in _urls_by(text_of).values()) >= 12
    assert {text for text, found in texts.items() if len(found) > 1} == set()
    assert [found for found in stories.values() if len(found) > 1] == []


def _urls_by(text_of: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for url, (text, _) in text_of.items():
        found.setdefault(text, []).append(url)
    return found


def test_a_watch_in_the_other_script_makes_a_feed(patrolled: World) -> None:
    (alerts,) = patrolled.rows("select count(*) from alerts")[0]
    assert int(str(alerts)) > 0
    assert list((patrolled.folder / "feeds").glob("*.atom"))
    assert list((patrolled.folder / "feeds").glob("*.json"))


def test_a_stored_article_can_be_explained(patrolled: World) -> None:
    portal = patrolled.server.portals["xian"]
    url = portal.url(portal.visible(patrolled.server.clock.now())[0])
    done = patrolled.scrapy("explain", url)
    assert done.returncode == 0, done.stderr
    assert "charset utf-8" in done.stdout
    assert "contact-spam" in done.stdout
    (glossed,) = patrolled.rows("select url from articles where url like 'http://www.cnxz%' limit 1")[0]
    assert "gloss" in patrolled.scrapy("explain", str(glossed)).stdout
    missing = patrolled.scrapy("explain", "http://nowhere.example/")
    assert missing.returncode == 2
    assert missing.stderr == "No article is stored under http://nowhere.example/.\n"


def test_days_and_the_full_visit_are_arguments(patrolled: World) -> None:
    narrow = World(patrolled.server, patrolled.folder / "narrow", patrolled.settings)
    narrow.folder.mkdir()
    for portal in ("xian", "zhenggong"):
        done = narrow.scrapy("crawl", portal, "-a", "since=2026-09-01", "-a", "until=2026-09-30")
        assert done.returncode == 0, done.stderr
    days = {str(row[0])[:7] for row in narrow.rows("select datetime(published_at, '+8 hours') from articles")}
    assert days == {"2026-09"}
    before = narrow.rows("select count(*), max(id) from versions")
    asked = len(narrow.server.visits("xian.021cf.cn"))
    again = narrow.scrapy("crawl", "xian", "-a", "since=2026-09-01", "-a", "until=2026-09-30", "-a", "full=1")
    visits = narrow.server.visits("xian.021cf.cn")[asked:]
    assert "Nothing new." in again.stdout
    assert sum("/post/" in visit.url for visit in visits) == int(str(stored_of(narrow, "xian")))
    assert narrow.rows("select count(*), max(id) from versions") == before


def stored_of(world: World, portal: str) -> object:
    query = "select count(*) from articles a join portals p on p.id = a.portal_id where p.name = ?"
    return world.rows(query, portal)[0][0]


def test_an_unknown_portal_is_wrong_use(world: World) -> None:
    done = world.scrapy("patrol", "--only", "cnxzz")
    assert done.returncode == 2
    assert done.stderr.strip() == "There is no portal named 'cnxzz'. Did you mean cnxz?"
