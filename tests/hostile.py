"""A server that misbehaves, one way a path, as a proxy for any host name; and a project of its portals."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast
from urllib.parse import urlsplit

import brotli
from backports import zstd

from tests.world import project_copy

HTML = "Content-Type: text/html; charset=utf-8\r\n"
LINE = "青石渡的船今年又多了两条，渡口的人说往来方便了许多，赶集的日子从早到晚都有人过河。"
BOMB = b"<html><body>" + b"\0" * (64 * 1024 * 1024)

SPIDER = """
from crawler.spider import PortalSpider


class {title}Spider(PortalSpider):
    name = "{name}"
    portal = "{name}"
    base = "{base}"
    sections = {{"渡口": "/list.html"}}
    entries = "ul a"
    entry_date = "./text()"
    next_page = "a.next"
    title = "h1"
    body = "div.text"
"""


def project(folder: Path, *names: str, **elsewhere: str) -> Path:
    """Make ``folder`` a project with a spider for each host ``<name>.example``; return it.

    ``elsewhere`` are further portals, by name, with their addresses.
    """
    project_copy(folder)
    for name, base in {**{name: f"http://{name}.example" for name in names}, **elsewhere}.items():
        (folder / "spiders" / f"{name}.py").write_text(
            SPIDER.format(name=name, title=name.capitalize(), base=base), "utf-8"
        )
    return folder


def page(title: str, further: str = "", number: int = 1) -> bytes:
    """Return an article, or its part of that number."""
    text = "".join(f"<p>{title}，第{number}次，{word}：{LINE}</p>" for word in "甲乙丙")
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>2026-05-01 08:30</p>"
    return f"{html}<div class=text>{text}</div>{further}</body></html>".encode()


def listing(paths: list[str], following: str = "") -> bytes:
    """Return a section page."""
    items = "".join(f'<li><a href="{path}">渡口的消息 {path}</a> 2026-05-01</li>' for path in paths)
    after = f'<a class=next href="{following}">下一页</a>' if following else ""
    return f"<html><body><ul>{items}</ul>{after}</body></html>".encode()


class Hostile(ThreadingTCPServer):
    """Its section page lists ``lists`` and names ``following``, by host.

    ``log`` are the host and path of each request, ``sent`` the bytes of answers without end, by path.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, lists: dict[str, list[str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lists = lists
        self.following: dict[str, str] = {}
        self.log: list[tuple[str, str]] = []
        self.sent: dict[str, int] = {}
        self.over = threading.Event()
        self._noted = threading.Condition()

    @property
    def url(self) -> str:
        """The address as a proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self, host: str) -> list[str]:
        """Return the paths that were asked for of a host, in their order."""
        return [path for one, path in list(self.log) if one == host]

    def note(self, host: str, path: str) -> None:
        """Write a request into the log."""
        with self._noted:
            self.log.append((host, path))
            self._noted.notify_all()

    def arrived(self, *wanted: tuple[str, str], seconds: float = 300) -> None:
        """Wait until all of the requests, host and path each, have come; fail after so many seconds."""
        with self._noted:
            assert self._noted.wait_for(lambda: set(wanted) <= set(self.log), seconds), self.log

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients go away."""


@contextmanager
def serving(lists: dict[str, list[str]]) -> Iterator[Hostile]:
    """Serve until the block is left."""
    with Hostile(lists) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


class Handler(StreamRequestHandler):
    def handle(self) -> None:
        """Answer one request and close."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        words = self.rfile.readline(65536).split()
        while self.rfile.readline(65536).strip():
            pass
        if len(words) < 2:
            return
        self.hostile = cast("Hostile", self.server)
        if words[0] == b"CONNECT":
            self.tunnel(words[1].decode("latin-1"))
            return
        parts = urlsplit(words[1].decode("latin-1"))
        self.host, self.path = parts.netloc, parts.path
        self.hostile.note(self.host, f"{parts.path}?{parts.query}" if parts.query else parts.path)
        with suppress(OSError):
            self.answer()

    def answer(self) -> None:
        if self.path == "/robots.txt":
            return self.whole(b"", "404 Not Found")
        if self.path == "/list.html":
            return self.whole(
                listing(self.hostile.lists[self.host], self.hostile.following.get(self.host, ""))
            )
        name = re.sub("[^a-z].*", "", self.path.strip("/"))
        do = cast("Callable[[], None] | None", getattr(self, f"do_{name}", None))
        return do() if do else self.whole(page(f"渡口的消息{self.path}"))

    def tunnel(self, target: str) -> None:
        """Open a tunnel to nobody, or, for a host whose name says so, do not even answer."""
        self.hostile.note(target.partition(":")[0], "CONNECT")
        if not target.startswith("deaf"):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.hostile.over.wait()

    def whole(self, body: bytes, status: str = "200 OK", headers: str = HTML) -> None:
        head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def head(self, headers: str = "") -> None:
        self.send(f"HTTP/1.1 200 OK\r\n{HTML}{headers}\r\n".encode())

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.hostile.sent[self.path] = self.hostile.sent.get(self.path, 0) + len(data)

    def endless(self, data: bytes, pause: float = 0) -> None:
        while not self.hostile.over.wait(pause):
            self.send(data)

    def do_hang(self) -> None:
        self.hostile.over.wait()

    def do_drip(self) -> None:
        self.head()
        self.endless(b"<", 0.1)

    def do_trickle(self) -> None:
        self.head()
        for byte in page("一秒一个字节"):
            if self.hostile.over.wait(1):
                return
            self.send(bytes([byte]))

    def do_dripheaders(self) -> None:
        self.send(b"HTTP/1.1 200 OK\r\n")
        self.endless(b"X-A: a\r\n", 0.1)

    def do_declared(self) -> None:
        self.head("Content-Length: 900000000\r\n")
        self.endless(b"x" * 65536)

    def do_chunked(self) -> None:
        self.head("Transfer-Encoding: chunked\r\n")
        self.endless(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def do_steady(self) -> None:
        self.head("Connection: close\r\n")
        self.endless(b"x" * 65536, 0.1)

    def do_undeclared(self) -> None:
        self.head("Connection: close\r\n")
        self.endless(b"x" * 65536)

    def do_gzip(self) -> None:
        self.whole(gzip.compress(BOMB), headers=f"{HTML}Content-Encoding: gzip\r\n")

    def do_br(self) -> None:
        self.whole(brotli.compress(BOMB, quality=1), headers=f"{HTML}Content-Encoding: br\r\n")

    def do_zstd(self) -> None:
        self.whole(zstd.compress(BOMB), headers=f"{HTML}Content-Encoding: zstd\r\n")

    def do_twice(self) -> None:
        body = gzip.compress(gzip.compress(BOMB))
        self.whole(body, headers=f"{HTML}Content-Encoding: gzip, gzip\r\n")

    def do_deflate(self) -> None:
        self.whole(zlib.compress(BOMB), headers=f"{HTML}Content-Encoding: deflate\r\n")

    def do_rawdeflate(self) -> None:
        body = zlib.compress(BOMB, wbits=-zlib.MAX_WBITS)
        self.whole(body, headers=f"{HTML}Content-Encoding: deflate\r\n")

    def do_layers(self) -> None:
        body = BOMB
        for _ in range(6):
            body = gzip.compress(body)
        self.whole(body, headers=f"{HTML}Content-Encoding: {', '.join(['gzip'] * 6)}\r\n")

    def do_loop(self) -> None:
        self.whole(b"", "302 Found", f"Location: http://{self.host}{self.path}\r\n")

    def do_ping(self) -> None:
        back = "/ping.html" if self.path == "/ping-pong.html" else "/ping-pong.html"
        self.whole(b"", "301 Moved", f"Location: {back}\r\n")

    def do_hosts(self) -> None:
        number = int("0" + "".join(filter(str.isdigit, self.path)))
        self.whole(b"", "302 Found", f"Location: http://host{number}.example/hosts-{number + 1}.html\r\n")

    def do_away(self) -> None:
        other = "there" if self.host.startswith("here") else "here"
        self.whole(b"", "302 Found", f"Location: http://{other}.example/away.html\r\n")

    def do_onward(self) -> None:
        number = int("0" + "".join(filter(str.isdigit, self.path)))
        self.whole(b"", "302 Found", f"Location: /onward-{number + 1}.html\r\n")

    def do_refresh(self) -> None:
        number = int("0" + "".join(filter(str.isdigit, self.path)))
        self.whole(f'<meta http-equiv="refresh" content="0;url=/refresh-{number + 1}.html">'.encode())

    def do_longheader(self) -> None:
        self.whole(page("长长的头"), headers=f"{HTML}X-Long: {'x' * 1_000_000}\r\n")

    def do_headers(self) -> None:
        self.send(b"HTTP/1.1 200 OK\r\n")
        self.endless(b"X-Many: " + b"y" * 1000 + b"\r\n")

    def do_interim(self) -> None:
        self.endless(b"HTTP/1.1 102 Processing\r\nX-Wait: longer\r\n\r\n")

    def do_garbage(self) -> None:
        self.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n")

    def do_nothing(self) -> None:
        pass

    def do_paging(self) -> None:
        number = int("0" + "".join(filter(str.isdigit, self.path)))
        self.whole(listing([f"/a-{number}.html"], f"/paging-{number + 1}.html"))

    def do_bare(self) -> None:
        number = int("0" + "".join(filter(str.isdigit, self.path)))
        self.whole(listing([], f"/bare-{number + 1}.html"))

    def do_visitor(self) -> None:
        number = len(self.hostile.asked(self.host))
        paths = [f"/news-{one}.html?visitor={number}{one}" for one in (1, 2)]
        self.whole(listing(paths, f"/visitor.html?visitor={number}"))

    def do_deep(self) -> None:
        self.whole(listing(["a/b/story.html"], "a/b/"))

    def do_long(self) -> None:
        path = self.path.removesuffix(".html") + "-longer" * 80
        self.whole(listing([f"/story-{len(path)}.html"], f"{path}.html"))

    def do_circle(self) -> None:
        back = "/circle.html" if self.path == "/circle-on.html" else "/circle-on.html"
        self.whole(listing(["/story.html"], back))

    def do_part(self) -> None:
        stem = self.path.removesuffix(".html")
        number = int(stem.rpartition("_")[2]) if "_" in stem else 1
        first = stem.partition("_")[0]
        bar = f'<div><a href="{first}.html">1</a> <a href="{first}_{number + 1}.html">下一页</a></div>'
        self.whole(page("没有尽头的文章", bar, number))
