"""The pages that the bench of crawling serves, and the server: as fast as one process of Python can be.

Each page is about 40 kB, as portals' are: navigation, an article of the store's bench, lists at its side, a
footer, scripts. Every tenth is GBK. Started as a program it prints its port and serves until its input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import sys

from store_texts import clauses, made, published

ENTRIES = 100
"""Articles on a list page."""


def page(number: int) -> tuple[bytes, str]:
    """Return an article page and its charset."""
    words = made(number)
    charset = "gbk" if number % 10 == 0 else "utf-8"
    body = "".join(f"<p style='text-indent:2em'>　　{line}</p>\n" for line in words.body.split("\n"))
    at = published(number)
    html = f"""<!DOCTYPE html><html><head><meta charset="{charset}"><title>{words.title}_渡口新闻网</title>
<style>{"".join(f".c{n}{{margin:{n}px;color:#333}}" for n in range(150))}</style>
<script>var a={list(range(900))};</script></head><body><div class="nav"><ul>{_links(60, 0)}</ul></div>
<div class="crumb">您现在的位置：<a href="/">首页</a> &gt; <a href="/list/1.html">要闻</a> &gt; 正文</div>
<div class="main"><h1>{words.title}</h1>
<div class="info">{at:%Y-%m-%d %H:%M}　来源：<span class="from">渡口日报</span>　作者：罗云舟</div>
<div class="content" id="zoom">{body}</div><div class="edit">责任编辑：常青</div></div>
<div class="side"><h3>热点新闻</h3><ul>{_links(40, number % 50)}</ul>
<h3>推荐阅读</h3><ul>{_links(40, 90)}</ul></div>
<div class="foot"><ul>{_links(60, 200)}</ul><p>版权所有 渡口新闻网 备案号 00000000</p></div>
<script>{"track('page', 1, 2, 3);" * 250}</script></body></html>"""
    return html.encode(charset, "replace"), charset


def list_page(number: int, last: int) -> bytes:
    """Return a list page of articles."""
    first = (number - 1) * ENTRIES
    rows = "".join(
        f'<li><a href="/news/{n}.html" title="{made(n).title}">{made(n).title}</a>'
        f"<span>{published(n):%Y-%m-%d}</span></li>"
        for n in range(first, first + ENTRIES)
    )
    following = f'<a class="next" href="/list/{number + 1}.html">下一页</a>' if number < last else ""
    head = '<html><head><meta charset="utf-8"></head><body>'
    return f'{head}<ul class="list">{rows}</ul>{following}</body></html>'.encode()


def _links(count: int, start: int) -> str:
    return "".join(
        f'<li><a href="/other/{n}.html" target="_blank">{clauses()[n % 900][:14]}</a></li>'
        for n in range(start, start + count)
    )


def answers(pages: int, *, packed: bool) -> dict[bytes, bytes]:
    """Return the whole answer for each path."""
    lists = -(-pages // ENTRIES)
    found = {
        f"/list/{n}.html".encode(): _answer(list_page(n, lists), "utf-8", packed) for n in range(1, lists + 1)
    }
    for number in range(pages):
        found[f"/news/{number}.html".encode()] = _answer(*page(number), packed)
    return found


def _answer(body: bytes, charset: str, packed: bool) -> bytes:
    encoding = ""
    kind = "text/html" if packed else f"text/html; charset={charset}"
    if packed:
        body, encoding = gzip.compress(body, 6), "Content-Encoding: gzip\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{encoding}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Server(asyncio.Protocol):
    """Answers by path; one request at a time on a connection that stays open."""

    found: dict[bytes, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer."""
        path = data.split(b" ", 2)[1]
        missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        self.transport.write(self.found.get(path, missing))


async def serve(pages: int, *, packed: bool) -> None:
    """Serve until the standard input ends."""
    Server.found = answers(pages, packed=packed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", type=int)
    parser.add_argument("--packed", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(options.pages, packed=options.packed))
