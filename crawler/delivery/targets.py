"""The targets of alerts: names with addresses, from a YAML file whose secrets stand elsewhere.

Secrets are ``${NAME}``, from the environment, or ``file:/path``, the content of a file; see docs/delivery.md.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import yaml

from crawler.delivery.errors import TargetError
from crawler.delivery.masking import Masker
from crawler.store.deliveries import checked_target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_FILE = "targets.yaml"
KINDS = ("webhook", "mail", "apprise")
OPTIONS = {
    "webhook": {"secret", "health", "language"},
    "mail": {"from", "to", "health", "language"},
    "apprise": {"health", "language"},
}
LANGUAGES = ("zh", "en")
SHORTEST_SECRET = 16
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where alerts go. ``url`` and ``secret`` hold secrets and are never shown; ``shown`` is safe."""

    name: str
    kind: str
    url: str = field(repr=False)
    shown: str
    secret: str = field(default="", repr=False)
    sender: str = ""
    to: tuple[str, ...] = ()
    health: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a file; one that cannot be used is among the ``faults``, with the reason."""

    targets: Mapping[str, Target]
    faults: Mapping[str, str]
    mask: Masker
    path: str = DEFAULT_FILE

    def get(self, name: str) -> Target:
        """Return the target of that name. Raises ``TargetError``."""
        if name in self.faults:
            raise TargetError(self.faults[name])
        if name not in self.targets:
            raise TargetError(f"there is no target {name!r} in {self.path}")
        return self.targets[name]

    @property
    def health(self) -> tuple[str, ...]:
        """The names of the targets that take alarms about portals (``health: true``)."""
        return tuple(name for name, target in self.targets.items() if target.health)


def read(path: Path, environment: Mapping[str, str] | None = None) -> Targets:
    """Return the targets of the YAML file at ``path``, none if there is no such file.

    Raises ``TargetError`` for a file that cannot be read; a target that cannot be used harms no other.
    """
    mask = Masker()
    found: dict[str, Target] = {}
    faults: dict[str, str] = {}
    surroundings = os.environ if environment is None else environment
    for name, entry in _entries(path).items():
        try:
            found[name] = _target(name, entry, _Secrets(path.parent, surroundings, mask))
        except TargetError as error:
            faults[name] = f"the target {name!r} in {path} cannot be used: {mask(str(error))}"
    return Targets(found, faults, mask, str(path))


class _Loader(yaml.SafeLoader):
    """Refuses a name that is given twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} stands there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _entries(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise TargetError(f"the targets in {path} cannot be read: {reason}") from None
    try:
        entries = yaml.load(text, _Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        # The text of the line, which the error quotes too, may hold a secret.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "it is not YAML"
        raise TargetError(f"the targets in {path}{where} cannot be read: {reason}") from None
    if entries is None:
        return {}
    if not isinstance(entries, dict):
        raise TargetError(f"the targets in {path} cannot be read: a name and an address on each line, please")
    return {str(name): entry for name, entry in entries.items()}


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Where the secrets of a file's values come from."""

    folder: Path
    environment: Mapping[str, str]
    mask: Masker

    def value(self, text: Any, what: str) -> tuple[str, bool]:
        """Return ``text`` with its secrets in place, and whether it has any. Raises ``TargetError``."""
        if not isinstance(text, str) or not text.strip():
            raise TargetError(f"{what} must be a text")
        if text.startswith("file:"):
            found = self._file(text.removeprefix("file:").strip(), what)
            self.mask.add(found)
            return found, True
        return _VARIABLE.sub(lambda match: self._variable(match[1], what), text), bool(_VARIABLE.search(text))

    def _variable(self, name: str, what: str) -> str:
        found = self.environment.get(name, "")
        if not found:
            raise TargetError(f"{what} wants the environment variable {name}, which is not set")
        self.mask.add(found)
        return found

    def _file(self, name: str, what: str) -> str:
        path = self.folder / name
        try:
            found = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise TargetError(f"{what} wants the file {path}: {reason}") from None
        if not found:
            raise TargetError(f"{what} wants the file {path}, which is empty")
        return found


def _target(name: str, entry: Any, secrets: _Secrets) -> Target:
    try:
        checked_target(name)
    except ValueError as error:
        raise TargetError(str(error)) from None
    if isinstance(entry, str):
        entry = {"apprise": entry}
    if not isinstance(entry, dict):
        raise TargetError(f"it wants an address, or one of {', '.join(KINDS)}")
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise TargetError(f"it wants one of {', '.join(KINDS)}")
    kind = kinds[0]
    if unknown := sorted(str(option) for option in entry.keys() - OPTIONS[kind] - {kind}):
        known = ", ".join(sorted(OPTIONS[kind]))
        raise TargetError(f"{unknown[0]!r} is no option of a target of the kind {kind} (there are {known})")
    url, secret = secrets.value(entry[kind], kind)
    return {"webhook": _webhook, "mail": _mail, "apprise": _apprise}[kind](
        Target(name, kind, url, "", health=_flag(entry), language=_language(entry)), entry, secrets, secret
    )


def _webhook(target: Target, entry: dict[str, Any], secrets: _Secrets, _: bool) -> Target:
    secrets.mask.add(target.url)
    host = _host(target.url, {"http", "https"})
    parts = urlsplit(target.url)
    secrets.mask.add_address(f"{parts.scheme}://{parts.path.lstrip('/')}?{parts.query}", token=16)
    secret, hidden = secrets.value(entry.get("secret"), "secret")
    if not hidden:
        secrets.mask.add(secret)
        raise TargetError(
            "the secret must come from the environment, as ${NAME}, or from a file, as file:/path"
        )
    if len(secret) < SHORTEST_SECRET:
        raise TargetError(f"the secret is shorter than {SHORTEST_SECRET} characters")
    return replace(target, shown=f"webhook at {host}", secret=secret)


def _mail(target: Target, entry: dict[str, Any], secrets: _Secrets, hidden: bool) -> Target:
    host = _host(target.url, {"smtp", "smtps"})
    password = urlsplit(target.url).password
    if password:
        secrets.mask.add(target.url)
        secrets.mask.add(password)
        secrets.mask.add(unquote(password))
        if not hidden:
            raise TargetError("the password must come from the environment, as ${NAME}, or from a file")
    sender, _ = secrets.value(entry.get("from"), "from")
    to = entry.get("to")
    to = [to] if isinstance(to, str) else to
    if not isinstance(to, list) or not to:
        raise TargetError("to must be an address, or a list of addresses")
    addresses = [secrets.value(one, "to")[0] for one in to]
    for address in (sender, *addresses):
        if not re.fullmatch(r"[^\r\n]*[^\s@]@[^\s@]+", address):
            raise TargetError(f"{address!r} is no address for mail")
    return replace(target, shown=f"mail by {host}", sender=sender, to=tuple(addresses))


def _apprise(target: Target, _: dict[str, Any], secrets: _Secrets, hidden: bool) -> Target:
    secrets.mask.add_address(target.url)
    scheme, separator, rest = target.url.partition("://")
    if not separator or not re.fullmatch(r"[a-z][a-z0-9]*", scheme):
        raise TargetError("the address must be one of Apprise, such as wecombot://${KEY}")
    if scheme in {"http", "https"}:
        raise TargetError("a web address is a webhook: give it as webhook, with a secret")
    if not hidden and re.match(r"[^/@]*:[^/@]+@", rest):
        raise TargetError("the password must come from the environment, as ${NAME}, or from a file")
    return replace(target, shown=f"{scheme} by Apprise")


def _host(url: str, schemes: set[str]) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in schemes:
        raise TargetError(
            f"the address must begin with {' or '.join(f'{one}://' for one in sorted(schemes))}"
        )
    return host


def _flag(entry: dict[str, Any]) -> bool:
    found = entry.get("health", False)
    if not isinstance(found, bool):
        raise TargetError("health must be true or false")
    return found


def _language(entry: dict[str, Any]) -> str:
    found = entry.get("language", "")
    if found not in {"", *LANGUAGES}:
        raise TargetError(f"language must be {' or '.join(LANGUAGES)}")
    return str(found)
