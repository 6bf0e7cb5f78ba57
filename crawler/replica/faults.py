"""What goes wrong on a replica portal when a test asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from http import HTTPStatus

from crawler.replica.pages import Answer, plain

_CHALLENGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>安全检查</title>
<script src="/_guard/probe.js"></script></head><body><noscript>请打开浏览器的脚本功能后再试</noscript>
<div id="guard">您的访问过于频繁，请完成验证码后继续</div>
<script>guard.start("{path}");</script></body></html>
"""


class Kind(StrEnum):
    """What a fault does to the answer."""

    NOT_FOUND = "404"
    GONE = "410"
    ERROR = "500"
    BUSY = "503"  # with Retry-After
    SLOW = "slow"  # holds the answer back until ReplicaServer.release is set, or `seconds` have passed
    CUT = "cut"  # sends half of what Content-Length promises, then closes
    LOOP = "loop"  # redirects to itself
    CHALLENGE = "challenge"  # a page for browsers only, with status 200 unless told otherwise
    EMPTY = "empty"  # status 200 and no body


@dataclass(slots=True)
class Fault:
    """One fault of one host. ``pattern`` is a shell pattern over path and query; ``left`` None means always.

    ``status`` is the challenge's, ``retry_after`` (seconds) the 503's, ``seconds`` bounds a slow answer.
    """

    host: str
    pattern: str
    kind: Kind
    left: int | None = 1
    status: int = HTTPStatus.OK
    retry_after: int = 120
    seconds: float = 30.0

    def matches(self, host: str, path: str) -> bool:
        """Return whether the fault strikes this request; an empty host means every host."""
        return self.left != 0 and self.host in ("", host) and fnmatchcase(path, self.pattern)

    def take(self) -> None:
        """Count the fault as played once."""
        if self.left is not None:
            self.left -= 1


def faulty(fault: Fault, url: str, path: str) -> Answer | None:
    """Return the answer that stands in for the page; None where the page is sent, slowly or in part."""
    match fault.kind:
        case Kind.NOT_FOUND | Kind.GONE | Kind.ERROR:
            return plain(int(fault.kind), HTTPStatus(int(fault.kind)).phrase)
        case Kind.BUSY:
            busy = plain(503, "The server is busy.")
            return Answer(503, busy.body, {**busy.headers, "Retry-After": str(fault.retry_after)})
        case Kind.LOOP:
            return Answer(HTTPStatus.FOUND, b"", {"Location": url})
        case Kind.CHALLENGE:
            page = _CHALLENGE.replace("{path}", path).encode()
            return Answer(fault.status, page, {"Content-Type": "text/html; charset=utf-8"})
        case Kind.EMPTY:
            return Answer(200, b"", {"Content-Type": "text/html"})
        case Kind.SLOW | Kind.CUT:
            return None
