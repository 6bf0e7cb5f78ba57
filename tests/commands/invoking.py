"""Running a command in this process, as ``scrapy`` would."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from scrapy.utils.project import get_project_settings

if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand


def invoke(command: type[ScrapyCommand], *words: str, settings: dict[str, Any]) -> int:
    """Run ``command`` with ``words`` behind its name; return its exit status."""
    made = command()
    made.settings = get_project_settings()
    made.settings.setdict(settings, priority="cmdline")
    parser = ArgumentParser(conflict_handler="resolve")
    made.add_options(parser)
    options, arguments = parser.parse_known_args(list(words))
    made.process_options(arguments, options)
    made.run(arguments, options)
    return made.exitcode
