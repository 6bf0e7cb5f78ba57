"""``watches.yaml``: the watches as a file that can be kept under version control.

watches:
  低空: 低空经济 OR 通用航空
  专精特新:
    query: title:专精特新 region:江苏
    targets: [desk, wecom]
    digest: daily
    quiet: 22:00-07:00
    burst: 20
    full_text: true
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml

from crawler.alerts.rules import OPTIONS, Rule
from crawler.alerts.watches import WatchError, checked_name
from crawler.query.errors import QueryError
from crawler.query.parser import parse
from crawler.store import due
from crawler.store.deliveries import checked_target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that are read at most."""


class RuleFileError(ValueError):
    """A file of watches that cannot be used; the message names the watch, the field and the reason."""


def read_file(path: Path) -> list[Rule]:
    """Return the rules of the file at ``path``. Raises ``RuleFileError`` and ``OSError``."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RuleFileError(f"a file of watches has at most {LARGEST >> 20} MB")
    try:
        return read_rules(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RuleFileError("it is not UTF-8") from None


def read_rules(text: str) -> list[Rule]:
    """Return the rules of a file. Raises ``RuleFileError``, with all that is wrong, a line each."""
    try:
        found = yaml.load(text, _Loader)  # noqa: S506  it is a SafeLoader
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise RuleFileError(f"this is no YAML: {reason}") from None
    except RecursionError:
        raise RuleFileError("this is no YAML that a person wrote: it is nested too deep") from None
    watches = found.get("watches") if isinstance(found, dict) else None
    if not isinstance(watches, dict) or set(found) != {"watches"}:
        raise RuleFileError("the file has one key, 'watches', with a query or options for each name")
    rules: list[Rule] = []
    faults: list[str] = []
    names: set[str] = set()
    for name, stated in watches.items():
        try:
            rule = _rule(name, stated)
        except (RuleFileError, WatchError) as error:
            faults.append(f"{_named(name)}: {error}")
            continue
        if rule.name.casefold() in names:
            faults.append(f"{name}: another watch has the same name but for case")
        names.add(rule.name.casefold())
        rules.append(rule)
    if faults:
        raise RuleFileError("\n".join(faults))
    return rules


def _rule(name: Any, stated: Any) -> Rule:
    if not isinstance(name, str):
        raise RuleFileError("a name has to be text: put it in quotes")
    options = {"query": stated} if isinstance(stated, str) else stated
    if not isinstance(options, dict):
        raise RuleFileError("a watch is a query or has options, query: first of all")
    if unknown := [_named(key) for key in options if key not in OPTIONS]:
        raise RuleFileError(f"unknown: {', '.join(unknown)} (there are {', '.join(OPTIONS)})")
    rule = Rule(
        name=checked_name(name),
        query=_text(options, "query").strip(),
        targets=_targets(options.get("targets", [])),
        digest=_text(options, "digest"),
        quiet=_text(options, "quiet").replace(" ", ""),
        burst=_number(options, "burst"),
        full_text=_flag(options, "full_text"),
    )
    for option, checked in (("digest", due.checked_digest), ("quiet", due.checked_quiet)):
        try:
            checked(getattr(rule, option))
        except ValueError as error:
            raise RuleFileError(f"{option}: {error}") from error
    try:
        parse(rule.query)
    except QueryError as error:
        raise RuleFileError(f"query: {error}\n{error.pointed()}") from error
    return rule


def _shown(value: Any) -> str:
    # Of a list or mapping no more than that it is one: what aliases repeat in it could fill the memory.
    return f"a {type(value).__name__}" if isinstance(value, list | dict) else f"{value!r:.80}"


def _named(name: Any) -> str:
    return f"{name:.80}" if isinstance(name, str) else _shown(name)


def _text(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name, "")
    if not isinstance(value, str):
        raise RuleFileError(f"{name}: {_shown(value)} has to be text: put it in quotes")
    return value


def _number(options: Mapping[str, Any], name: str) -> int:
    value = options.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RuleFileError(f"{name}: {_shown(value)} is no number from 0 up")
    return value


def _flag(options: Mapping[str, Any], name: str) -> bool:
    value = options.get(name, False)
    if not isinstance(value, bool):
        raise RuleFileError(f"{name}: {_shown(value)} is neither true nor false")
    return value


def _targets(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RuleFileError("targets: has to be a list of names")
    try:
        for name in names:
            checked_target(name)
    except ValueError as error:
        raise RuleFileError(f"targets: {error}") from None
    return tuple(names)


class _Loader(yaml.SafeLoader):
    """Reads text as it stands (22:00 is no number, NO no truth value) and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, all of whose keys differ."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        seen = set()
        for at, key in enumerate(keys):
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {_shown(key)} stands twice", node.value[at][0].start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


_PLAIN = {"tag:yaml.org,2002:bool": re.compile("^(?:true|false|True|False)$")}
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _PLAIN.get(tag, pattern))
        for tag, pattern in resolvers
        if tag in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^\d{1,9}$"), list("0123456789"))
