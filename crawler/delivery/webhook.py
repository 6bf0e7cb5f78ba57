"""Signed webhooks: one JSON document a message, posted to an address that was looked at first.

A receiver checks the signature, refuses old timestamps, and takes a key that it has seen as done. The fields
are described in docs/webhook.schema.json, the headers in docs/delivery.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from crawler.addresses import is_private
from crawler.alerts.cleaning import clean
from crawler.delivery.errors import Undelivered
from crawler.store.due import ZONE

if TYPE_CHECKING:
    from crawler.alerts.alerted import Alerted
    from crawler.delivery.letters import Letter
    from crawler.delivery.targets import Target

AGENT = "portalwatch (webhook)"
CONNECT, READ = 5.0, 10.0
"""Seconds for the connection, and between two pieces of the answer."""
SHOWN = 200
"""Bytes of an answer that are read, to say why a message was refused; the rest is left."""

_PRIVATE = "not a public address (PORTALWATCH_DELIVER_TO_PRIVATE allows it)"


def document(letter: Letter) -> dict[str, Any]:
    """Return what is posted for ``letter``; moments in ISO 8601, UTC."""
    return {
        "version": 1,
        "id": letter.key,
        "form": letter.form,
        "watch": {"name": letter.watch, "query": letter.query} if letter.watch else None,
        "title": clean(letter.title),
        "text": clean(letter.text),
        "alerts": [_alert(alert) for alert in letter.alerts],
        "more": letter.more,
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of ``timestamp``, a full stop and ``body`` under ``secret``, in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(target: Target, letter: Letter, *, allow_private: bool) -> None:
    """Post ``letter`` to ``target``. Raises ``Undelivered``.

    Whatever is not answered by a status of 200 to 299 was not taken. No redirect is followed.
    """
    body = json.dumps(document(letter), ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(letter.at.timestamp()))
    parts = urlsplit(target.url)
    headers = {
        "Host": parts.netloc.rpartition("@")[2],
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "Idempotency-Key": letter.key,
        "X-Portalwatch-Timestamp": timestamp,
        "X-Portalwatch-Signature": f"v1={signature(target.secret, timestamp, body)}",
    }
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    way = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    reasons = []
    for address in _addresses(host, port, allow_private=allow_private):
        pool = _pool(parts.scheme, host, address, port)
        try:
            answer = pool.urlopen(
                "POST", way, body, headers, retries=False, redirect=False, preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT, read=READ),
            )  # fmt: skip
            with closing(answer):
                _judge(answer, letter.at)
        except (NewConnectionError, ConnectTimeoutError) as error:
            reasons.append(f"{address}: {_said(error)}")  # nothing was sent; the next address may answer
        except (HTTPError, OSError) as error:
            raise Undelivered(f"no answer: {_said(error)}") from None
        else:
            return
        finally:
            pool.close()
    raise Undelivered(f"{host} cannot be reached: {'; '.join(reasons)}")


def _addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    if not allow_private and is_private(host):
        raise Undelivered(f"{host}: {_PRIVATE}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undelivered(f"the name {host} is not known") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not allow_private and is_private(address):
            raise Undelivered(f"{host} is {address}, {_PRIVATE}")
    return addresses


def _pool(scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
    # Connected to the address that was looked at: a name may say something else the next time it is asked.
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    return urllib3.HTTPSConnectionPool(
        address, port, ssl_context=ssl.create_default_context(), server_hostname=host, assert_hostname=host
    )


def _judge(answer: urllib3.BaseHTTPResponse, at: datetime) -> None:
    if 200 <= answer.status < 300:
        return
    if 300 <= answer.status < 400:
        raise Undelivered(
            f"it redirects (status {answer.status}), which is not followed: give the address it has now"
        )
    said = " ".join(clean(answer.read(SHOWN, decode_content=False).decode("utf-8", "replace")).split())
    reason = f"status {answer.status}{f': {said}' if said else ''}"
    raise Undelivered(reason, retry_after(answer.headers.get("Retry-After", ""), at))


def retry_after(value: str, at: datetime) -> timedelta | None:
    """Return how long a ``Retry-After`` asks to wait, seen from ``at``; ``None`` if it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - at, timedelta())


def _said(error: Exception) -> str:
    # The first words of urllib3 are a representation of the connection, with its memory address.
    said = str(error.args[-1] if error.args else "")
    return said.rpartition(">: ")[2] or type(error).__name__


def _alert(alert: Alerted) -> dict[str, Any]:
    return {
        "id": alert.uid,
        "kind": alert.kind,
        "watch": alert.watch,
        "title": clean(alert.title),
        "url": alert.url,
        "stored_url": alert.stored_url or None,
        "portal": alert.portal,
        "section": alert.section or None,
        "source": alert.source,
        "words": list(alert.words),
        "excerpts": [clean(excerpt) for excerpt in alert.excerpts],
        "story": {"id": alert.story_id, "first_source": alert.first_source, "reprints": alert.reprints},
        "article": alert.article_id,
        "article_version": alert.version,
        "published": _published(alert),
        "found": _moment(alert.found),
    }


def _published(alert: Alerted) -> str | None:
    if alert.published is None:
        return None
    if alert.published_precision == "day":
        return alert.published.astimezone(ZONE).date().isoformat()
    return _moment(alert.published)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
