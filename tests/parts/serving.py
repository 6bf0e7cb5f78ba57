"""The pages of a portal with paged articles, served as a proxy on loopback."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

HOST = "www.changwen.example"
LIMIT = 5
SAID = "渡口的第{}年，{}说起这条河，总是先说水位，再说收成，最后才说自己，一说就是一个下午。"


def said(name: str, number: int) -> str:
    """Return a sentence that stands in one part of one article only."""
    return SAID.format(number, name)


def page(name: str, text: str, pager: str) -> str:
    """Return an article page."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}_长文在线</title></head><body>
<h1>{name}</h1><div class="info">2026-05-04 08:30 来源：青石渡日报</div>
<div class="text"><p>{text}</p></div><div class="pager">{pager}</div><div>长文在线</div></body></html>"""


def link(url: str, text: str) -> str:
    """Return a link."""
    return f'<a href="{url}">{text}</a>'


def trs(current: int) -> str:
    """Return the script that makes the page bar of a TRS system, for one of three pages."""
    return f'<script>createPageHTML(3, {current}, "101", "html");</script>'


LISTED = ("101.html", "102.html", "103.html", "104.html", "show.php?id=5", "106.html", "107.html")
PAGES = {
    "/list.html": "<ul class='list'>" + "".join(f"<li>{link(url, url)}</li>" for url in LISTED) + "</ul>",
    # Three parts of a TRS system: page two is 101_1.
    "/101.html": page("老船工柳照", said("柳照", 1), trs(0)),
    "/101_1.html": page("老船工柳照", said("柳照", 2), trs(1)),
    "/101_2.html": page("老船工柳照", said("柳照", 3), trs(2)),
    # Part three is gone.
    "/102.html": page("渡口茶馆", said("掌柜", 1), link("102_2.html", "下一页")),
    "/102_2.html": page("渡口茶馆", said("掌柜", 2), link("102_3.html", "下一页")),
    # Part three is part two again, part two leads to part three for ever.
    "/103.html": page("河工旧事", said("河工", 1), link("103_2.html", "下一页")),
    "/103_2.html": page("河工旧事", said("河工", 2), link("103_3.html", "下一页")),
    "/103_3.html": page("河工旧事", said("河工", 2), link("103_4.html", "下一页")),
    # What says 下一页 here is the next article.
    "/104.html": page(
        "堤上人家", said("堤上人", 1), link("/106.html", "下一页") + link("/101.html", "上一页")
    ),
    "/show.php?id=5": page("竹器行", said("篾匠", 1), link("?id=5&amp;page=2", "2")),
    "/show.php?id=5&page=2": page("竹器行", said("篾匠", 2), link("?id=5", "1")),
    # More parts than are fetched.
    **{
        f"/106{f'_{number}' if number > 1 else ''}.html": page(
            "水文日志", said("测水员", number), link(f"106_{number + 1}.html", "下一页")
        )
        for number in range(1, 30)
    },
    # A page of the system's own under the address of a part.
    "/107.html": page("粮站往事", said("保管员", 1), link("107_2.html", "下一页")),
    "/107_2.html": page("您访问的页面走丢了", "请从首页重新进入，或者稍后再来看看，感谢您的耐心。", ""),
}


@dataclass
class PagesServer:
    """An HTTP proxy at 127.0.0.1 that answers with the pages above; ``asked`` is its log."""

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.asked = self.asked
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Listener(ThreadingHTTPServer):
    asked: list[str]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        assert isinstance(self.server, _Listener)
        self.server.asked.append(path)
        body = PAGES.get(path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Keep quiet."""
