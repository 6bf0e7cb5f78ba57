"""What the commands of portalwatch have in common."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import sys
from abc import abstractmethod
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.definition import DefinitionError
from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    import argparse

EXIT_FAILED = 1  # something that was asked for did not succeed
EXIT_WRONG_USE = 2  # what was asked for makes no sense
EXIT_INTERRUPTED = 130  # Ctrl-C, as shells say it


def discard_output() -> None:
    """Write the rest of standard output nowhere, so that Python does not fail on it again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def visible(text: str) -> str:
    """Return a page's text with pictures (``␛``) for the control characters, which a terminal would obey."""
    return text.translate(_PICTURES)


_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}
ESCAPED = "portalwatch-escaped"
"""Writes characters that an encoding lacks as JSON does, so that lines of JSON remain what they are."""
codecs.register_error(ESCAPED, _escaped)


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What writing to standard output fails with where it leads to a file."""


class WrongUse(Exception):  # noqa: N818  it says what the caller did
    """Wrong use of a command: one sentence for the person who typed it."""


class PortalwatchCommand(ScrapyCommand):
    """A command of this project: WrongUse becomes one sentence and exit status 2."""

    requires_project = True
    requires_crawler_process = False

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the command's work and return its exit status."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set what the options say; raises UsageError, also where ``-section:…`` was taken for ``-s``."""
        wrong = next((word for word in opts.set if "=" not in word), None)
        if wrong is not None:
            raise UsageError(
                f"-s takes NAME=VALUE, not {wrong!r}; a query's word that begins with -s stands behind --",
                print_help=False,
            )
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command; what stands behind ``--`` is no option."""
        if isinstance(sys.stdout, io.TextIOWrapper) and codecs.lookup(sys.stdout.encoding).name != "utf-8":
            sys.stdout.reconfigure(errors=ESCAPED)  # a GBK terminal, or none that is set up for Chinese
        options, others = args, list[str]()
        if "--" in args:
            at = args.index("--")
            options, others = args[:at], args[at + 1 :]
        try:
            self.refuse_unknown_options(options)
            self.exitcode = self.execute([*options, *others], opts)
            if sys.stdout is not None:
                sys.stdout.flush()
        except (WrongUse, DefinitionError, DatabaseError) as error:
            sys.stderr.write(f"{error}\n")
            self.exitcode = EXIT_WRONG_USE
        except BrokenPipeError:
            sys.stderr.close()  # the reader of a pipe went away, as `| head` does
        except OSError as error:
            if error.filename is None and error.errno not in FULL:
                raise
            what = f"{error.filename}:" if error.filename is not None else "The output cannot be written:"
            sys.stderr.write(f"{what} {error.strerror}.\n")
            if error.filename is None:
                discard_output()
            self.exitcode = EXIT_FAILED
        except KeyboardInterrupt:
            sys.stderr.write("Stopped.\n")
            self.exitcode = EXIT_INTERRUPTED

    def refuse_unknown_options(self, args: list[str]) -> None:
        """Raise WrongUse for an option that the command does not have, which Scrapy takes for an argument."""
        for word in args:
            if word.startswith("--"):
                command = type(self).__module__.rsplit(".", 1)[-1]
                raise WrongUse(f"Unknown option {word}; see scrapy {command} --help.")
