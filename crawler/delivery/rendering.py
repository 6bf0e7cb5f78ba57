"""Messages in words: Jinja2 templates, sandboxed, those of a folder in place of the program's own.

A template of the user that fails is said with its file and line and replaced by the default, so that nothing
is lost.
"""

from __future__ import annotations

import logging
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.alerts.cleaning import clean
from crawler.store.due import ZONE

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2.sandbox import SandboxedEnvironment

    from crawler.delivery.letters import Letter

logger = logging.getLogger(__name__)

PARTS = {"subject": "subject.txt.j2", "text": "mail.txt.j2", "html": "mail.html.j2", "chat": "chat.txt.j2"}
LONGEST_SUBJECT = 120
SHORTEST_LINE = 200
"""Bytes that must be left of a line that is cut, else the text ends where there is no more room."""
# Marks that turn the direction of a text, or that nobody sees: a headline could disguise itself with them.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GAPS = re.compile(r"\n(?:[^\S\n]*\n){2,}")
# What some chat service takes for a link, a mention, emphasis or code, in its full-width form.
_MARKUP = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "<>[]*_`~@|#\\"})
_UNSAFE = re.compile(r"[^\w\-.~:/?#@!$&'+,;=%]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as subject and text, as HTML for mail, and as the short form for chat."""

    subject: str
    text: str
    html: str
    chat: str


class Renderer:
    """Renders letters in a language (zh or en), with the templates of ``folder`` before the default ones.

    ``broken`` counts how often a template of the folder failed.
    """

    def __init__(self, language: str = "zh", folder: Path | None = None) -> None:
        self._language = language
        self._folder = folder
        self.broken = 0

    def render(self, letter: Letter, language: str = "", *, room: int | None = None) -> Rendered:
        """Return ``letter`` in words; ``language`` goes before the renderer's own.

        Subject and short form are together at most ``room`` bytes: of many alerts fewer are listed then.
        """
        words = _words()[language or self._language]
        parts = {part: stripped(self._part(part, letter, words)) for part in PARTS}
        parts["subject"] = one_line(parts["subject"])[:LONGEST_SUBJECT]
        if room is not None:
            left = room - size(harmless(parts["subject"])) - len("\r\n")
            parts["chat"] = self._fitting(letter, words, parts["chat"], left)
        return Rendered(**parts)

    def _fitting(self, letter: Letter, words: dict[str, str], text: str, room: int) -> str:
        """Return the short form ``text`` of ``letter`` with as many of its alerts as there is room for."""
        if size(text) <= room:
            return text
        fit, over = 0, len(letter.alerts)
        while over - fit > 1:
            middle = (fit + over) // 2
            shorter = self._short(letter, words, middle)
            if size(shorter) <= room:
                fit, text = middle, shorter
            else:
                over, text = middle, text if fit else shorter
        return shortened(text, room)

    def _short(self, letter: Letter, words: dict[str, str], listed: int) -> str:
        more = letter.more + len(letter.alerts) - listed
        return stripped(self._part("chat", replace(letter, alerts=letter.alerts[:listed], more=more), words))

    def _part(self, part: str, letter: Letter, words: dict[str, str]) -> str:
        group = {"alert": "alert", "notice": "notice", "test": "notice"}.get(letter.form, "digest")
        name = f"{group}.{PARTS[part]}"
        context = {"letter": letter, "alerts": letter.alerts, "words": words}
        if self._folder is not None and (self._folder / name).is_file():
            try:
                return _environment(self._folder).get_template(name).render(context)
            except Exception as error:  # noqa: BLE001  a template can raise anything
                self.broken += 1
                logger.error(  # noqa: TRY400  one line
                    "The template %s cannot be used, the default takes its place: %s",
                    self._folder / name,
                    _place(error, self._folder),
                )
        return _environment(None).get_template(name).render(context)


def stripped(text: str) -> str:
    """Return ``text`` without control characters and unseen marks, and without blank ends or gaps."""
    return _GAPS.sub("\n\n", _UNSEEN.sub("", clean(text))).strip()


def one_line(text: str) -> str:
    """Return ``text`` in one line, blanks folded."""
    return " ".join(stripped(text).split())


def harmless(text: str) -> str:
    """Return ``text`` for chat: one line, marks that a service may take for markup as full-width forms."""
    return one_line(str(text)).translate(_MARKUP)


def size(text: str) -> int:
    """Return the bytes that ``text`` has in UTF-8."""
    return len(text.encode())


def shortened(text: str, room: int) -> str:
    """Return ``text`` in at most ``room`` bytes: the longest line cut where that is enough, else the end.

    The address of an article stands in the last line, the words that matched may be hundreds in the first.
    """
    if size(text) <= room:
        return text
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda at: size(lines[at]))
    left = size(lines[longest]) - (size(text) - room)
    if left < SHORTEST_LINE:
        return _cut(text, room)
    lines[longest] = _cut(lines[longest], left)
    return "\n".join(lines)


def _cut(text: str, room: int) -> str:
    return text.encode()[: max(0, room - size("…"))].decode("utf-8", "ignore") + "…"


def address(url: str) -> str:
    """Return ``url``, percent-encoded what is no part of one; empty for other schemes than http(s)."""
    if not url.startswith(("http://", "https://")):
        return ""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def moment(at: datetime | None, precision: str | None = None) -> str:
    """Return a moment by the clock of the portals, +08:00, a day where no time is known, empty for none."""
    if at is None:
        return ""
    return at.astimezone(ZONE).strftime("%Y-%m-%d" if precision == "day" else "%Y-%m-%d %H:%M")


@cache
def _environment(folder: Path | None) -> SandboxedEnvironment:
    from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined  # noqa: PLC0415  as below
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415  as above

    theirs = [] if folder is None else [FileSystemLoader(folder)]
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([*theirs, PackageLoader("crawler.delivery")]),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(harmless=harmless, address=address, moment=moment, line=one_line)
    return environment


@cache
def _words() -> dict[str, dict[str, str]]:
    text = resources.files("crawler.delivery").joinpath("templates/words.toml").read_text("utf-8")
    return tomllib.loads(text)


def _place(error: Exception, folder: Path) -> str:
    """Return where in a file of ``folder`` the ``error`` came up, and what it says."""
    line = getattr(error, "lineno", None)
    file = getattr(error, "filename", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(str(folder)):
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    where = f"{Path(file).name}, line {line}: " if file and line else ""
    return f"{where}{one_line(str(error)) or type(error).__name__}"
