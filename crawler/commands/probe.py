"""``scrapy probe``: say which family a page belongs to, why, and what would be read from it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse, visible
from crawler.commands.extract import UnreadableFile, read_bytes, refuse_unreadable
from crawler.families.examine import COMPARED, Examined, examine
from crawler.families.recognise import families
from crawler.onboarding.visit import Unreachable, visit
from crawler.page.document import PageError

if TYPE_CHECKING:
    import argparse

    from crawler.onboarding.visit import Captured, Visitor

SHOWN_ENTRIES = 10
SHOWN_LINES = 4
WIDTH = 100  # characters of a line of the body


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--json] [--url ADDRESS] PAGE|ADDRESS"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Say which system made a page, and what would be read from it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--url", default="", help="the address of a saved page")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print what was found; 1 if the page could not be fetched, 2 if it is none."""
        if len(args) != 1:
            raise WrongUse("Say which page to look at: scrapy probe PAGE or scrapy probe ADDRESS.")
        assert self.settings is not None
        refuse_unreadable(opts.url)
        try:
            body, url, content_type = self.page(args[0], opts.url)
            found = examine(body, url, self.settings, content_type)
        except Unreachable as error:
            print(f"{error}.", file=sys.stderr)
            return EXIT_FAILED
        except UnreadableFile as error:
            raise WrongUse(str(error)) from error
        except PageError as error:
            raise WrongUse(f"{args[0]}: {error.reason}.") from error
        if opts.json:
            print(json.dumps(as_json(found), ensure_ascii=False))
        else:
            print(visible("\n".join(as_lines(found))))
        return 0

    def page(self, name: str, url: str) -> tuple[bytes, str, str]:
        """Return the bytes, address and content type of a saved page or of one to be fetched."""
        if "://" not in name:
            try:
                return read_bytes(Path(name)), url, ""
            except ValueError as error:  # a null character in the name
                raise WrongUse(f"{name!r} is no file name ({error}).") from error
        if url:
            raise WrongUse("--url belongs to a saved page; an address needs none.")
        refuse_unreadable(name)
        if urlsplit(name).scheme not in {"http", "https"}:
            raise WrongUse(f"{name}: an address begins with http:// or https://.")

        async def plan(visitor: Visitor) -> Captured:
            return await visitor.get(name)

        assert self.settings is not None
        captured = visit(self.settings, plan)
        return captured.body, captured.url, captured.content_type


def as_json(found: Examined) -> dict[str, Any]:
    """Return everything that was found as a JSON object."""
    listing = found.listing
    return {
        "url": found.url or None,
        "kind": found.kind,
        "encoding": found.encoding,
        "families": [guess._asdict() for guess in found.guesses],
        "spider": found.spider or None,
        "article": found.found or None,
        "refused": found.refused or None,
        "fallbacks": found.fallbacks,
        "generic": found.generic,
        "entries": [asdict(entry) for entry in listing.entries] if listing else [],
        "next_page": listing.following if listing else None,
        "turned_by": (listing.turned_by or None) if listing else None,
    }


def as_lines(found: Examined) -> list[str]:
    """Return everything that was found as lines for a person."""
    out = []
    for guess in found.guesses:
        out.append(f"{guess.family}: {families()[guess.family].says}, {guess.confidence:.2f}")
        out.extend(f"  because of {reason}" for reason in guess.reasons)
    if not found.guesses:
        out.append("No family: the generic reader reads it, or selectors of its own.")
    elif found.spider:
        module, _, name = found.spider.rpartition(".")
        out.append(f"A spider on it: from {module} import {name}")
    out.append(f"{found.kind.capitalize()} page, {found.encoding}.")
    out.extend(_listed(found) if found.listing else _article(found))
    return out


def _listed(found: Examined) -> list[str]:
    assert found.listing is not None
    entries = found.listing.entries
    out = [f"{len(entries)} entries:"]
    out.extend(
        f"  {entry.date_text or '-':<16} {entry.title}  {entry.url}" for entry in entries[:SHOWN_ENTRIES]
    )
    if len(entries) > SHOWN_ENTRIES:
        out.append(f"  and {len(entries) - SHOWN_ENTRIES} more")
    turned = found.listing.turned_by
    none = f"none to follow: only a script turns the page ({turned})" if turned else "none"
    out.append(f"next page: {found.listing.following or none}")
    return out


def _article(found: Examined) -> list[str]:
    out = [f"{name:<10} {_shown(found.found[name])}" for name in COMPARED if name != "body"]
    lines = str(found.found["body"]).split("\n")
    out.append(f"body       {len(lines)} paragraphs, {sum(map(len, lines))} characters:")
    out.extend(f"  {line[:WIDTH]}{'…' * (len(line) > WIDTH)}" for line in lines[:SHOWN_LINES])
    if found.refused:
        out.append(f"It would be refused: {found.refused}.")
    if found.fallbacks:
        out.append(f"The family's rules find nothing for: {', '.join(found.fallbacks)}.")
    if found.generic:
        out.append("The generic reader alone would read:")
        out.extend(f"  {name:<10} {_shown(value)}" for name, value in found.generic.items())
    return out


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    text = " / ".join(str(value).split("\n")) if value else "-"
    return text if len(text) <= 2 * WIDTH else f"{text[: 2 * WIDTH]}…"
