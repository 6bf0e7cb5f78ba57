"""Mail to a real server, chat by Apprise to a real receiver, and what they say when it fails."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from tests.delivery.servers import Hooks, Post
from tests.delivery.world import World

# Apprise looks whether this Python still has a module that a library of its asks for.
looks_for_imghdr = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def mailed(world: World, post: Post) -> World:
    world.write_targets(
        f"mail:\n  mail: {post.url}\n  from: 值班 <bot@x.example>\n  to: [a@x.example, b@x.example]\n"
    )
    world.watch(targets=("mail",))
    return world


def test_a_mail_has_text_and_html_and_a_lasting_id(mailed: World, post: Post) -> None:
    mailed.alert()
    mailed.sender().once()
    (mail,) = post.mails
    assert mail["Subject"] == "新｜第1件"
    assert mail["To"] == "a@x.example, b@x.example"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "1号码头今天开工。" in text.get_content()
    assert "<blockquote" in html.get_content()
    assert mail["Message-ID"].endswith("@x.example>")


def test_a_mail_that_is_refused_for_now_keeps_its_id(mailed: World, post: Post) -> None:
    mailed.alert()
    post.answer = "451 try later"
    mailed.sender().once()
    assert mailed.errors() == ["the server answered 451 try later"]
    post.answer = "250 OK"
    mailed.later(minutes=1)
    mailed.sender().once()
    with mailed.database.reading() as session:
        from crawler.store.models import Delivery

        key = session.query(Delivery).one().idempotency_key
    assert [mail["Message-ID"] for mail in post.mails] == [f"<{key}@x.example>"]


def test_a_mail_that_is_taken_is_sent_whatever_the_farewell(mailed: World, post: Post) -> None:
    mailed.alert()
    post.farewell = "421 closing, too many connections"
    assert mailed.sender().once().sent == 1
    assert mailed.states() == [("sent", 1)]
    assert len(post.mails) == 1


def test_a_server_that_thinks_about_a_mail_is_given_time(
    mailed: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.delivery.mail.TIMEOUT", 0.5)
    post.thinks = 1.0
    mailed.alert()
    assert mailed.sender().once().sent == 1
    assert len(post.mails) == 1


def test_a_subject_that_looks_encoded_is_sent(mailed: World, post: Post) -> None:
    mailed.alert()
    with mailed.database.writing() as session:
        session.execute(text("UPDATE versions SET title = '邮件里的=?utf-8?b?xx?=是什么'"))
    assert mailed.sender().once().sent == 1
    assert post.mails[0]["Subject"] == "新｜邮件里的= ?utf-8?b?xx?=是什么"


def test_one_recipient_who_is_not_known_harms_no_other(mailed: World, post: Post) -> None:
    mailed.alert()
    post.refused = {"b@x.example"}
    mailed.sender().once()
    assert mailed.states() == [("sent", 1)]
    assert mailed.errors() == ["refused: b@x.example: 550 no such user here"]
    assert len(post.mails) == 1


def test_no_recipient_known_is_a_failure(mailed: World, post: Post) -> None:
    mailed.alert()
    post.refused = {"a@x.example", "b@x.example"}
    mailed.sender().once()
    assert mailed.states() == [("pending", 1)]
    assert "all recipients were refused" in mailed.errors()[0]


def test_a_password_is_not_sent_in_the_clear(world: World, post: Post) -> None:
    address = post.url.replace("smtp://", "smtp://bot:${HOOK_SECRET}@")
    world.write_targets(f"mail:\n  mail: {address}\n  from: bot@x.example\n  to: a@x.example\n")
    world.watch(targets=("mail",))
    world.alert()
    world.sender().once()
    assert "offers no encryption" in world.errors()[0]
    assert post.mails == []


@looks_for_imghdr
def test_chat_by_apprise(world: World, hooks: Hooks) -> None:
    world.write_targets(f"chat: {hooks.url.replace('http', 'json')}/0123456789abcdef\n")
    world.watch(targets=("chat",))
    world.alert()
    assert world.sender().once().sent == 1
    (request,) = hooks.requests
    assert request.document["title"] == "新｜第1件"
    assert "命中：码头（船运）\n1号码头今天开工。" in request.document["message"]


@looks_for_imghdr
def test_a_chat_that_fails_says_why_without_its_address(
    world: World, hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    hooks.always = 403
    address = hooks.url.replace("http://", "json://someone:${HOOK_SECRET}@")
    world.write_targets(f"chat: {address}/0123456789abcdef?token=${{HOOK_SECRET}}\n")
    world.watch(targets=("chat",))
    world.alert()
    with caplog.at_level(logging.DEBUG):
        world.sender().once()
    assert world.states() == [("pending", 1)]
    assert "403" in world.errors()[0]
    for secret in ("correct-horse", "0123456789abcdef"):
        assert secret not in caplog.text + world.errors()[0]


@looks_for_imghdr
def test_an_address_that_apprise_does_not_know(world: World) -> None:
    world.write_targets("chat: nosuchservice://0123456789abcdef\n")
    world.watch(targets=("chat",))
    world.alert()
    world.sender().once()
    assert "Apprise cannot read the address" in world.errors()[0]
    assert "0123456789abcdef" not in world.errors()[0]


def test_an_exception_that_carries_a_secret_is_masked(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hook("http://127.0.0.1:1")
    world.watch()
    world.alert()

    def fail(target: object, *_: object, **__: object) -> None:
        message = f"cannot use {target.url} with {target.secret!r}"  # type: ignore[attr-defined]  # any target has both
        raise RuntimeError(message)

    monkeypatch.setattr("crawler.delivery.webhook.post", fail)
    with caplog.at_level(logging.DEBUG):
        world.sender().once()
    assert world.errors() == ["RuntimeError: cannot use *** with '***'"]
    assert "correct-horse" not in caplog.text


def test_a_webhook_that_fails_says_why_without_its_tokens(
    world: World, hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    hooks.always = (404, {}, b"nothing at /hook?token=correct-horse-battery-staple")
    world.write_targets(
        f"hook:\n  webhook: {hooks.url}/hook?token=${{HOOK_SECRET}}\n  secret: ${{HOOK_SECRET}}\n"
    )
    world.watch()
    world.alert()
    with caplog.at_level(logging.DEBUG):
        world.sender().once()
    assert world.errors() == ["status 404: nothing at /***"]
    assert "correct-horse" not in caplog.text


def test_commands_that_send_nothing_load_nothing_of_it() -> None:
    code = (
        "import sys, crawler.visit, crawler.commands.deliver, crawler.commands.target, pipelines.alerts; "
        "print(sorted({'apprise', 'smtplib', 'crawler.delivery.webhook'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


@looks_for_imghdr
def test_no_thread_of_apprise_outlives_its_message(world: World, hooks: Hooks) -> None:
    world.write_targets(f"group: {hooks.url.replace('http', 'json')}/group\n")
    world.watch(targets=("group",))
    world.alert()
    world.sender().once()
    assert len(hooks.requests) == 1
    # Python waits at its end for the threads of such a pool, whatever hangs in them.
    assert [thread.name for thread in threading.enumerate() if "ThreadPoolExecutor" in thread.name] == []
