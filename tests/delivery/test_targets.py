from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.delivery import targets
from crawler.delivery.errors import TargetError

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "KEY": "1a2b3c4d-5e6f-secret-key",
    "HOOK_SECRET": "correct-horse-battery-staple",
    "MAIL_PASSWORD": "p%40ss%3Aword-9",
    "EMPTY": "",
}
GOOD = """\
desk: wecombot://${KEY}
hook:
  webhook: https://hooks.example/services/0123456789abcdefXYZ?token=${KEY}
  secret: ${HOOK_SECRET}
mail:
  mail: smtps://bot%40x.example:${MAIL_PASSWORD}@mail.example
  from: portalwatch <bot@x.example>
  to: [a@x.example, b@x.example]
  language: en
ops:
  apprise: file:ops.key
  health: true
own: json://hooks.example:8080/0123456789abcdef
"""


def read(folder: Path, text: str) -> targets.Targets:
    (folder / "ops.key").write_text("dingtalk://abcdef0123456789/\n", "utf-8")
    (folder / "targets.yaml").write_text(text, "utf-8")
    return targets.read(folder / "targets.yaml", SECRETS)


def test_targets_of_all_kinds(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found.faults == {}
    assert {name: (target.kind, target.shown) for name, target in found.targets.items()} == {
        "desk": ("apprise", "wecombot by Apprise"),
        "hook": ("webhook", "webhook at hooks.example"),
        "mail": ("mail", "mail by mail.example"),
        "ops": ("apprise", "dingtalk by Apprise"),
        "own": ("apprise", "json by Apprise"),
    }
    assert found.health == ("ops",)
    assert found.get("ops").url == "dingtalk://abcdef0123456789/"
    assert found.get("mail").to == ("a@x.example", "b@x.example")


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    said = [repr(found.targets), *(target.shown for target in found.targets.values())]
    for target in found.targets.values():
        said += [found.mask(f"cannot open {target.url!r}: {target.secret}"), found.mask(target.url)]
    said.append(found.mask("POST /services/0123456789abcdefXYZ?token=1a2b3c4d-5e6f-secret-key failed"))
    assert (
        found.mask("dingtalk by Apprise, webhook at hooks.example")
        == "dingtalk by Apprise, webhook at hooks.example"
    )
    said.append(found.mask("login with p@ss:word-9 failed"))
    for secret in ("1a2b3c4d", "correct-horse", "p%40ss", "p@ss", "0123456789abcdef", "abcdef0123456789"):
        assert not [line for line in said if secret in line], secret


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x: wecombot://${NOWHERE}", "wants the environment variable NOWHERE, which is not set"),
        ("x: wecombot://${EMPTY}", "wants the environment variable EMPTY, which is not set"),
        ("x: file:gone.key", "gone.key: No such file"),
        ("x: https://hooks.example/a", "a web address is a webhook"),
        ("x: no address", "must be one of Apprise"),
        ("x: slack://user:literal-password@host", "the password must come from the environment"),
        ("x: {webhook: 'https://h.example/a'}", "secret must be a text"),
        ("x: {webhook: 'https://h.example/a', secret: literal-secret-0123}", "secret must come from"),
        (
            "x: {webhook: 'ftp://h.example/a', secret: '${HOOK_SECRET}'}",
            "must begin with http:// or https://",
        ),
        ("x: {webhook: 'https://h.example:x/', secret: '${HOOK_SECRET}'}", "must begin with http"),
        ("x: {mail: 'smtp://u:literal-pass@h', from: a@b.c, to: a@b.c}", "the password must come from"),
        ("x: {mail: 'smtp://h', from: nobody, to: a@b.c}", "'nobody' is no address for mail"),
        ("x: {mail: 'smtp://h', from: a@b.c, to: []}", "to must be an address, or a list"),
        ('x: {mail: "smtp://h", from: "a@b.c", to: "a\\r\\nBcc: x@b.c"}', "is no address for mail"),
        ("x: {apprise: 'ntfy://topic', secret: '${KEY}'}", "'secret' is no option of a target of the kind"),
        ("x: {apprise: 'ntfy://topic', health: maybe}", "health must be true or false"),
        ("x: {apprise: 'ntfy://topic', language: fr}", "language must be zh or en"),
        ("x: {health: true}", "it wants one of webhook, mail, apprise"),
        ("x: [1, 2]", "it wants an address"),
        ("-x: ntfy://topic", "a name of a target has 1 to 60 letters"),
    ],
)
def test_a_target_that_cannot_be_used_says_why_and_harms_no_other(
    tmp_path: Path, text: str, reason: str
) -> None:
    found = read(tmp_path, f"{text}\nfine: ntfy://topic\n")
    (fault,) = found.faults.values()
    assert reason in fault
    assert "literal" not in fault
    assert found.get("fine").kind == "apprise"
    with pytest.raises(TargetError, match="cannot be used"):
        found.get(next(iter(found.faults)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x: ntfy://a-secret-topic\nx: ntfy://b\n", r"line 2 cannot be read: 'x' stands there twice"),
        ("x: 'ntfy://a-secret-topic\n", r"line \d cannot be read"),
        ("- ntfy://a-secret-topic\n", "a name and an address on each line"),
        ("x: !!python/object/apply:os.system [a-secret-topic]\n", r"line 1 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason) as caught:
        read(tmp_path, text)
    assert "a-secret-topic" not in str(caught.value)


def test_no_file_is_no_targets(tmp_path: Path) -> None:
    found = targets.read(tmp_path / "targets.yaml", {})
    with pytest.raises(TargetError, match="there is no target 'desk' in"):
        found.get("desk")
