"""``scrapy restore``: restore garbled text from the command line."""

from __future__ import annotations

import base64
import binascii
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.cli import EXIT_WRONG_USE, PortalwatchCommand, WrongUse
from crawler.text import charset, mojibake
from crawler.text.canonical import canonical
from crawler.text.restore import restore

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from crawler.text.charset import Decision
    from crawler.text.restore import Restored


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] [FILE...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Restore garbled text from files or standard input"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Print the restored text of each FILE, or of standard input. The bytes decide the encoding. "
            "With --cases, read JSON lines with id, damaged (text) or damaged_b64 (bytes), and declared "
            "{http, meta}, and print JSON lines with id, text, canonical, charset, flags and ms."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--explain", action="store_true", help="print each step to standard error")
        parser.add_argument(
            "--canonical", action="store_true", help="print the canonical Simplified form instead"
        )
        parser.add_argument("--http", metavar="CHARSET", help="charset that the server declared")
        parser.add_argument(
            "--cases", metavar="FILE", help="restore the cases of a file of JSON lines, - for stdin"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Restore what is asked for; a file that cannot be read is reported and passed over."""
        if opts.cases is not None:
            if args:
                raise WrongUse("Give either --cases FILE or files of text, not both.")
            return _print_cases(opts.cases)
        failed = False
        for name in args or ["-"]:
            try:
                body = _read(name)
            except OSError as error:
                sys.stderr.write(f"{name}: {error.strerror}\n")
                failed = True
                continue
            decision, restored = _restore_bytes(body, opts.http)
            if opts.explain:
                _explain(name, decision, restored)
            _write(canonical(restored.text) if opts.canonical else restored.text)
        return EXIT_WRONG_USE if failed else 0


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _write(text: str) -> None:
    print(text, end="" if text.endswith("\n") else "\n")


def _restore_bytes(body: bytes, http: str | None) -> tuple[Decision, Restored]:
    decision = charset.decide(body, http)
    return decision, restore(charset.decode(body, decision).text)


def _explain(name: str, decision: Decision, restored: Restored) -> None:
    lines = [f"{name}: {decision.encoding} ({decision.reason})"]
    for step in restored.repairs:
        detail = f" [{step.detail}]" if step.detail else ""
        lines.append(f"  {step.step}: {step.count} × {step.before!r} → {step.after!r}{detail}")
    lines += [f"  lost: {flag}" for flag in restored.flags]
    if not restored.repairs and not restored.flags:
        lines.append("  nothing to repair")
    sys.stderr.write("\n".join(lines) + "\n")


def _print_cases(name: str) -> int:
    """Restore each case; return the exit status, which tells whether a line was no case."""
    failed = 0
    for number, line in enumerate(_lines(name), 1):
        try:
            answer = answer_case(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            sys.stderr.write(f"{name}:{number}: not a case: {error}\n")
            failed = EXIT_WRONG_USE
            continue
        print(json.dumps(answer, ensure_ascii=True))
    return failed


def _lines(name: str) -> Iterator[str]:
    try:
        text = _read(name).decode()
    except OSError as error:
        raise WrongUse(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{name} is not UTF-8: {error}") from error
    yield from (line for line in text.split("\n") if line.strip())


def answer_case(case: Any) -> dict[str, Any]:
    """Restore one case and return what is printed of it.

    ``text`` is for comparing with what the case calls clean: canonical Simplified where text came in; in its
    own script where bytes came in or a misreading was undone, for there the question is what was written.
    ``canonical`` is always Simplified. ``ms`` is the time for deciding, restoring and the canonical form.
    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is no case.
    """
    if not isinstance(case, dict):
        raise TypeError("it is no JSON object")
    declared = case.get("declared") or {}
    if not isinstance(declared, dict):
        raise TypeError("declared is no JSON object")
    started = time.perf_counter()
    encoding: str | None = None
    raw = case.get("damaged_b64", case.get("bytes"))
    if raw is None:
        restored = restore(_string(case["damaged"] if "damaged" in case else case["text"]))
    else:
        decision, restored = _restore_bytes(_bytes(raw), declared.get("http"))
        encoding = decision.encoding
    simplified = canonical(restored.text)
    elapsed = (time.perf_counter() - started) * 1000
    as_written = encoding is not None or any(step.step == mojibake.STEP for step in restored.repairs)
    return {
        "id": case["id"],
        "text": restored.text if as_written else simplified,
        "canonical": simplified,
        "charset": encoding,
        "flags": list(restored.flags),
        "ms": round(elapsed, 3),
    }


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("damaged is no text")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError("damaged_b64 is no text")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"damaged_b64: {error}") from error
