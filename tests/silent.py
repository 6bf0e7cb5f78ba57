"""Servers on loopback that say nothing: one that swallows connections, one that only accepts them."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

FILLING = 16
PATIENCE = 0.2
"""Seconds after which a connection counts as swallowed; on loopback others take a thousandth of it."""


@contextmanager
def swallowing() -> Iterator[int]:
    """Yield a port of 127.0.0.1 that swallows what tries to connect; skip where a system refuses it instead.

    Nobody accepts, and the queue is full: Linux drops what comes after that, as a firewall does.
    """
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(FILLING):
            asking = stack.enter_context(socket.socket())
            asking.settimeout(PATIENCE)
            try:
                asking.connect(listening.getsockname())
            except TimeoutError:
                break
            except OSError as error:
                pytest.skip(f"a full queue is refused here, not kept waiting: {error}")
        else:
            pytest.skip("the queue does not fill here")
        yield listening.getsockname()[1]


@contextmanager
def mute() -> Iterator[int]:
    """Yield a port of 127.0.0.1 that accepts connections, reads what comes, and never answers."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        taken: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in taken:
            one.close()
