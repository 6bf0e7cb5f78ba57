from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler.commands import deliver, target
from crawler.delivery.after import deliver_due
from crawler.store.database import open_database
from crawler.store.times import now
from tests.commands.invoking import invoke
from tests.delivery import servers
from tests.delivery.world import SECRETS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hooks() -> Iterator[servers.Hooks]:
    with servers.hooks() as received:
        yield received


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    database = open_database(f"sqlite:///{tmp_path}/test.db")
    yield World(database, tmp_path, now=now())
    database.close()


@pytest.fixture
def settings(world: World, hooks: servers.Hooks) -> dict[str, Any]:
    world.hook(hooks.url)
    world.watch()
    return {
        "PORTALWATCH_DATABASE_URL": f"sqlite:///{world.folder}/test.db",
        "PORTALWATCH_TARGETS": str(world.folder / "targets.yaml"),
        "PORTALWATCH_DELIVER_TO_PRIVATE": True,
        "PORTALWATCH_DELIVERY_ATTEMPTS": 1,
        "LOG_ENABLED": False,
    }


def test_sending_what_is_due(
    settings: dict[str, Any], world: World, hooks: servers.Hooks, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(deliver.Command, settings=settings) == 0
    world.alert(2)
    assert invoke(deliver.Command, "--once", settings=settings) == 0
    assert capsys.readouterr().out == "Nothing is due.\nMessages: 2 sent.\n"
    assert len(hooks.requests) == 2


def test_what_was_given_up_is_shown_and_tried_anew(
    settings: dict[str, Any], world: World, hooks: servers.Hooks, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks.answers = [(500, {}, b"the disk is full")]
    world.alert()
    assert invoke(deliver.Command, settings=settings) == 1
    assert invoke(deliver.Command, "--dead", settings=settings) == 0
    out = capsys.readouterr().out
    assert "Messages: 1 given up (scrapy deliver --dead)." in out
    assert "status 500: the disk is full" in out

    assert invoke(deliver.Command, "--retry", "7", settings=settings) == 1
    assert invoke(deliver.Command, "--retry", "9" * 20, settings=settings) == 1
    assert invoke(deliver.Command, "--retry", "seven", settings=settings) == 2
    assert invoke(deliver.Command, "--retry", "1", settings=settings) == 0
    assert invoke(deliver.Command, settings=settings) == 0
    assert invoke(deliver.Command, "--dead", settings=settings) == 0
    assert capsys.readouterr().out.endswith("Messages: 1 sent.\nNothing was given up.\n")


def test_a_broken_template_is_counted(
    settings: dict[str, Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with servers.post() as post:
        world.write_targets(f"hook:\n  mail: {post.url}\n  from: a@x.example\n  to: b@x.example\n")
        (world.folder / "alert.mail.txt.j2").write_text("{{ nothing }}", "utf-8")
        world.alert()
        assert (
            invoke(deliver.Command, settings=settings | {"PORTALWATCH_TEMPLATES_DIR": str(world.folder)}) == 0
        )
        assert "1 sent. Your templates failed 1 time, the default ones stood in." in capsys.readouterr().out
        assert "第1件" in str(post.mails[0]["Subject"])


def test_a_run_sends_what_is_due_when_it_ends(
    settings: dict[str, Any], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = get_project_settings()
    chosen.setdict(settings, priority="cmdline")
    assert deliver_due(chosen) == ""
    world.alert()
    assert deliver_due(chosen) == "Messages: 1 sent."
    world.alert()
    world.write_targets("- nonsense")
    assert deliver_due(chosen) == ""
    assert "Alerts wait, as nothing can be sent: the targets in" in caplog.text
    assert world.states()[1] == ("pending", 0)


def test_targets_are_listed_without_secrets_and_faults_said(
    settings: dict[str, Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(target.Command, "list", settings=settings) == 0
    with (world.folder / "targets.yaml").open("a") as file:
        file.write("chat: slack://${NOWHERE}/x\nops: {apprise: 'ntfy://topic-0123456789', health: true}\n")
    assert invoke(target.Command, "list", settings=settings) == 1
    out = capsys.readouterr().out
    assert "webhook at 127.0.0.1" in out
    assert "wants the environment variable NOWHERE" in out
    assert "topic-0123456789" not in out
    assert SECRETS["HOOK_SECRET"] not in out


def test_a_test_message(
    settings: dict[str, Any], hooks: servers.Hooks, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(target.Command, "test", "hook", settings=settings) == 0
    assert hooks.requests[0].document["form"] == "test"
    hooks.answers = [401]
    assert invoke(target.Command, "test", "hook", settings=settings) == 1
    assert invoke(target.Command, "test", "gone", settings=settings) == 2
    said = capsys.readouterr()
    assert said.out == "hook (webhook at 127.0.0.1) took it.\nhook did not take it: status 401\n"
    assert said.err.startswith("there is no target 'gone' in ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORTALWATCH_LANGUAGE", "fr", "PORTALWATCH_LANGUAGE is 'fr'"),
        ("PORTALWATCH_TEMPLATES_DIR", "/nowhere/at/all", "which is no folder"),
    ],
)
def test_wrong_settings_are_said(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    assert invoke(deliver.Command, settings=settings | {name: value}) == 2
    assert reason in capsys.readouterr().err
