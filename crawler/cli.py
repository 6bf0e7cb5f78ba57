"""What the commands of portalwatch have in common."""

from __future__ import annotations

import sys
from abc import abstractmethod
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from crawler.definition import DefinitionError
from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    import argparse

EXIT_FAILED = 1  # something that was asked for did not succeed
EXIT_WRONG_USE = 2  # what was asked for makes no sense
EXIT_INTERRUPTED = 130  # Ctrl-C, as shells say it


class WrongUse(Exception):  # noqa: N818  it says what the caller did
    """Wrong use of a command: one sentence for the person who typed it."""


class PortalwatchCommand(ScrapyCommand):
    """A command of this project: WrongUse becomes one sentence and exit status 2."""

    requires_project = True
    requires_crawler_process = False

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the command's work and return its exit status."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command."""
        try:
            self.refuse_unknown_options(args)
            self.exitcode = self.execute(args, opts)
        except (WrongUse, DefinitionError, DatabaseError) as error:
            sys.stderr.write(f"{error}\n")
            self.exitcode = EXIT_WRONG_USE
        except BrokenPipeError:
            sys.stderr.close()  # the reader of a pipe went away, as `| head` does
        except KeyboardInterrupt:
            sys.stderr.write("Stopped.\n")
            self.exitcode = EXIT_INTERRUPTED

    def refuse_unknown_options(self, args: list[str]) -> None:
        """Raise WrongUse for an option that the command does not have, which Scrapy takes for an argument."""
        for word in args:
            if word.startswith("--"):
                command = type(self).__module__.rsplit(".", 1)[-1]
                raise WrongUse(f"Unknown option {word}; see scrapy {command} --help.")
