"""Receivers of messages on the loopback interface: one for webhooks, with faults, and one for mail."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from email.message import EmailMessage

HANG, DROP = "hang", "drop"
Answer = int | str | tuple[int, dict[str, str], bytes]


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Hooks:
    """What arrived; ``answers`` are given in turn, 200 when they are used up."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    always: Answer = 200
    requests: list[Request] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    @property
    def keys(self) -> list[str]:
        return [request.key for request in self.requests]

    def titles(self) -> list[list[str]]:
        return [[alert["title"] for alert in request.document["alerts"]] for request in self.requests]


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""


@contextmanager
def hooks(secured: ssl.SSLContext | None = None) -> Iterator[Hooks]:
    received = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.requests.append(Request(self.path, dict(self.headers), body))
            received.arrived.set()
            answer = received.answers.pop(0) if received.answers else received.always
            if answer == HANG:
                received.released.wait(60)
            if isinstance(answer, str):
                self.close_connection = True
                return
            status, headers, content = answer if isinstance(answer, tuple) else (answer, {}, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815  http.server's name

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if secured is not None:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    received.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield received
    finally:
        received.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Post:
    """The mail that arrived; addresses in ``refused`` are not known there, ``farewell`` answers QUIT.

    It ``thinks`` so many seconds about each mail.
    """

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    answer: str = "250 OK"
    farewell: str = "221 Bye"
    thinks: float = 0.0

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        return self.farewell

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        await asyncio.sleep(self.thinks)
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@contextmanager
def post() -> Iterator[Post]:
    received = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:  # the controller cannot be told any port
        port = free.getsockname()[1]
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    received.url = f"smtp://127.0.0.1:{port}"
    try:
        yield received
    finally:
        controller.stop()
