"""Serves replica portals on loopback as an HTTP proxy, with faults and a clock that a test scripts.

Spiders run unmodified: with ``http_proxy`` set to ``ReplicaServer.url`` their real addresses end up here.
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple, Self, cast
from urllib.parse import urlsplit

from crawler.replica import pages
from crawler.replica.clock import Clock
from crawler.replica.faults import Fault, Kind, faulty
from crawler.replica.load import ReplicaError, load_portals
from crawler.replica.pages import Answer, plain
from crawler.replica.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from types import TracebackType

    from crawler.replica.portal import Portal

_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class Visit(NamedTuple):
    """One request in the server's log, written before the answer goes out.

    ``time`` and ``ended`` are the machine's clock, in seconds: from the request read to the answer made.
    """

    time: float
    ended: float
    clock: datetime
    method: str
    host: str
    url: str
    status: int
    agent: str


class ReplicaServer:
    """An HTTP/1.1 proxy at 127.0.0.1 that is the internet as far as the replica portals go.

    ``hosts`` gives further host names to portals (``{"p001.example": "cnxz"}``); such a copy writes
    its own host name into its pages. ``port`` 0 takes a free one. Use it as a context manager, or call
    ``start`` and ``stop``.
    """

    def __init__(
        self,
        portals: Mapping[str, Portal] | None = None,
        *,
        clock: Clock | None = None,
        port: int = 0,
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        self.portals = dict(load_portals() if portals is None else portals)
        self.clock = clock or Clock()
        self.release = threading.Event()
        self.log: list[Visit] = []
        self._lock = threading.Lock()
        self._coming = threading.Condition()
        self._came: set[str] = set()
        self._faults: list[Fault] = []
        self._renderers, self._redirects = _hosts(self.portals, hosts or {})
        self._render_lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The proxy's address, such as ``http://127.0.0.1:8123``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name that is answered for."""
        return (*self._renderers, *self._redirects)

    def start(self) -> Self:
        """Begin to answer, in a thread of its own."""
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering; slow answers are let go first."""
        self.release.set()
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    def fault(  # noqa: PLR0913  the last three belong to one kind each
        self,
        host: str,
        pattern: str,
        kind: Kind | str,
        *,
        times: int | None = 1,
        status: int = 200,
        retry_after: int = 120,
        seconds: float = 30.0,
    ) -> None:
        """Let requests fail: those of ``host`` ("" for all) whose path and query fit a shell pattern.

        ``times`` None means until ``mend``. For the rest see ``crawler.replica.faults``.
        """
        with self._lock:
            self._faults.append(Fault(host, pattern, Kind(kind), times, status, retry_after, seconds))

    def mend(self) -> None:
        """Take all faults back."""
        with self._lock:
            self._faults.clear()

    def visits(self, host: str = "") -> list[Visit]:
        """Return a copy of the log, of one host or of all, in the order of arrival."""
        with self._lock:
            return sorted(visit for visit in self.log if host in ("", visit.host))

    def arrived(self, path: str, seconds: float = 120.0) -> None:
        """Wait until somebody asked for ``path``, answered or not yet; raises TimeoutError if nobody does."""
        with self._coming:
            if not self._coming.wait_for(lambda: path in self._came, seconds):
                raise TimeoutError(f"nobody asked for {path} within {seconds:.0f} s")

    def coming(self, path: str) -> None:
        """Note that somebody asks for ``path``."""
        with self._coming:
            self._came.add(path)
            self._coming.notify_all()

    def note(self, visit: Visit) -> None:
        """Write one request into the log."""
        with self._lock:
            self.log.append(visit)

    def struck(self, host: str, path: str) -> Fault | None:
        """Return the first fault that strikes a request, counted as played."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(host, path):
                    fault.take()
                    return fault
        return None

    def answer(self, host: str, path: str, conditions: Mapping[str, str]) -> Answer:
        """Return what the internet of the replicas answers, faults aside."""
        if host in self._redirects:
            return Answer(301, b"", {"Location": self._redirects[host] + path})
        if host not in self._renderers:
            return plain(502, f"No replica portal has the host name {host or '(none)'}.")
        with self._render_lock:  # renderers keep what they have damaged once
            return pages.answer(self._renderers[host], path, self.clock.now(), conditions)


def _hosts(
    portals: Mapping[str, Portal], extra: Mapping[str, str]
) -> tuple[dict[str, Renderer], dict[str, str]]:
    renderers: dict[str, Renderer] = {}
    redirects: dict[str, str] = {}
    for portal in portals.values():
        base = portal.definition.base
        renderers[urlsplit(base).netloc] = Renderer(portal)
        redirects.update(dict.fromkeys(portal.definition.redirects, base))
    for host, name in extra.items():
        if name not in portals:
            raise ReplicaError(f"{host}: no replica portal is called {name}")
        renderers[host] = Renderer(portals[name], f"http://{host}")
    return renderers, redirects


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], replicas: ReplicaServer) -> None:
        super().__init__(address, _Handler)
        self.replicas = replicas

    def handle_error(self, request: object, client_address: object) -> None:
        """Let clients go away, as they do from slow and cut-off answers; report anything else."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed asks for a socket


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    wbufsize = 1 << 20  # head and body in one packet: two wait 40 ms for each other (Nagle)

    def do_GET(self) -> None:
        """Answer one request, in absolute form (as to a proxy) or with a Host header."""
        replicas = cast("_Listener", self.server).replicas
        parts = urlsplit(self.path)
        host = (parts.netloc or self.headers.get("Host", "")).lower().removesuffix(":80")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        url, began = f"http://{host}{path}", time.time()
        at = replicas.clock.now()
        replicas.coming(path)
        fault = replicas.struck(host, path)
        if fault and fault.kind is Kind.SLOW:
            replicas.release.wait(fault.seconds)
        made = faulty(fault, url, path) if fault else None
        if made is None:
            conditions = {name: self.headers[name] for name in _CONDITIONS if self.headers[name]}
            made = replicas.answer(host, path, conditions)
        agent = self.headers.get("User-Agent", "")
        replicas.note(Visit(began, time.time(), at, self.command, host, url, made.status, agent))
        self._send(made, cut=fault is not None and fault.kind is Kind.CUT)

    do_HEAD = do_GET  # noqa: N815  http.server calls it by this name

    def _send(self, made: Answer, *, cut: bool) -> None:
        self.send_response(made.status)
        for name, value in made.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(made.body)))
        if cut:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(made.body[: len(made.body) // 2] if cut else made.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Keep quiet: the server has a log of its own."""
