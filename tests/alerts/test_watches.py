from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.alerts import watches
from crawler.alerts.rules import Rule, plan
from crawler.alerts.watches import WatchError

if TYPE_CHECKING:
    from crawler.store.database import Database


def test_add_list_remove(database: Database) -> None:
    with database.writing() as session:
        watches.add(session, "低空经济", "低空 OR 通航")
        watches.add(session, "gdp.2026-Q1_a", "GDP")
    with database.reading() as session:
        listed = [(watch.name, watch.query) for watch in watches.everything(session)]
    assert sorted(listed) == [("gdp.2026-Q1_a", "GDP"), ("低空经济", "低空 OR 通航")]

    with database.writing() as session:
        watches.remove(session, "低空经济")
    with database.reading() as session:
        assert [watch.name for watch in watches.everything(session)] == ["gdp.2026-Q1_a"]
        assert watches.alerts(session, "gdp.2026-Q1_a") == []


@pytest.mark.parametrize("name", ["", "a b", "x" * 61, "dingtalk://0123456789abcdef", "desk\n"])
def test_a_target_is_a_name_and_no_address(database: Database, name: str) -> None:
    with database.writing() as session, pytest.raises(WatchError, match="a name of a target has 1 to 60"):
        watches.add(session, "水", "水", targets=["desk", name])


@pytest.mark.parametrize(
    "name",
    [
        "feeds.opml",
        "a.RSS",
        "",
        ".hidden",
        "-x",
        "../up",
        "a/b",
        "a b",
        "a\nb",
        "a\x00",
        "x" * 61,
        "«x»",
        "_x",
    ],
)
def test_a_name_must_be_able_to_name_a_file(database: Database, name: str) -> None:
    with database.writing() as session, pytest.raises(WatchError, match="cannot name a watch"):
        watches.add(session, name, "水")


def test_names_that_differ_by_case_only_are_one(database: Database) -> None:
    with database.writing() as session:
        watches.add(session, "Water", "水")
    with database.writing() as session, pytest.raises(WatchError, match="there is a watch 'Water' already"):
        watches.add(session, "water", "水")


def test_a_file_may_change_the_case_of_a_name(database: Database) -> None:
    def change_to(*names: str) -> None:
        with database.writing() as session:
            changes = plan(watches.stored_rules(session), [Rule(name, "水") for name in names])
            watches.apply(session, changes)

    change_to("water", "Wind")
    change_to("Water", "wind")
    with database.reading() as session:
        assert [watch.name for watch in watches.everything(session)] == ["Water", "wind"]
    with database.writing() as session:
        watches.add(session, "fire", "火")
    with pytest.raises(WatchError, match="there is a watch 'fire' already"):
        change_to("Water", "wind", "Fire")


def test_a_wrong_query_and_an_unknown_watch_are_told(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(WatchError, match="the query of the watch 'w' cannot be read, at character 1"):
            watches.add(session, "w", "-水")
        with pytest.raises(WatchError, match="there is no watch 'w'"):
            watches.remove(session, "w")
        with pytest.raises(WatchError, match="there is no watch 'w'"):
            watches.alerts(session, "w")
