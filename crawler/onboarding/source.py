"""A spider's file, written from what was learned."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = 110
_GENERAL = "crawler.spider.PortalSpider"
_LISTS = ("entries", "entry_date", "next_page")
_ARTICLES = ("title", "body", "byline", "published", "source", "authors", "editors", "breadcrumb")


@dataclass(frozen=True, slots=True)
class Spider:
    """What a spider's file says. Texts are safe: see ``crawler.onboarding.titles.plain``."""

    name: str
    portal: str
    base: str
    sections: Mapping[str, str]
    rules: Mapping[str, str | tuple[str, ...]]
    generic: bool
    remarks: tuple[str, ...] = ()
    family: str = ""  # path of the class that it is derived from, if not the general one

    @property
    def class_name(self) -> str:
        """The name of its class, another one than that of the class it is derived from."""
        stem = "".join(part.capitalize() for part in self.name.split("_"))
        taken = (self.family or _GENERAL).rpartition(".")[2] == f"{stem}Spider"
        return f"{stem}{'Site' if taken else ''}Spider"


def source(spider: Spider) -> str:
    """Return the file's text, formatted as the project's formatter would."""
    lines = [f'"""{spider.portal}, {spider.base}: {_count(len(spider.sections), "section")}.']
    lines += ["", *spider.remarks] if spider.remarks else []
    lines[-1:] = [lines[-1] + '"""'] if len(lines) == 1 else [lines[-1], '"""']
    module, _, base = (spider.family or _GENERAL).rpartition(".")
    lines += ["", "from __future__ import annotations", "", f"from {module} import {base}", "", ""]
    lines += [f"class {spider.class_name}({base}):", f'    """{spider.portal}."""', ""]
    lines += [
        f"    name = {_text(spider.name)}",
        f"    portal = {_text(spider.portal)}",
        f"    base = {_text(spider.base)}",
        *_sections(spider.sections),
    ]
    lines += [f"    {name} = {_rule(spider.rules[name])}" for name in _LISTS if name in spider.rules]
    below = [f"    {name} = {_rule(spider.rules[name])}" for name in _ARTICLES if name in spider.rules]
    below = [*(["    generic = True"] if spider.generic else []), *below]
    lines += ["", *below] if below else []
    return "\n".join(lines) + "\n"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + "s" * (number != 1)


def _sections(sections: Mapping[str, str]) -> list[str]:
    pairs = [f"{_text(name)}: {_text(path)}" for name, path in sections.items()]
    line = f"    sections = {{{', '.join(pairs)}}}"
    if _width(line) <= LINE:
        return [line]
    return ["    sections = {", *(f"        {pair}," for pair in pairs), "    }"]


def _rule(rule: str | tuple[str, ...]) -> str:
    return _text(rule) if isinstance(rule, str) else f"({', '.join(map(_text, rule))})"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
