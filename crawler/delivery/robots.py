"""Robots of chat groups that answer with status 200 whatever became of a message: WeCom, DingTalk, Feishu.

What became of it stands in the answer, at which Apprise does not look: one that was too many in a minute, too
long or without a keyword that the group wants would pass for sent.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests

from crawler.alerts.cleaning import clean
from crawler.delivery.errors import Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT = 5.0, 10.0
"""Seconds for the connection, and between two pieces of the answer."""
CODES = ("errcode", "code", "StatusCode")
REASONS = ("errmsg", "msg", "StatusMessage")
SHOWN = 200
"""So many characters of a reason are told."""
LIMITS = {
    45009: timedelta(minutes=1),  # WeCom: twenty messages a minute
    130101: timedelta(minutes=10),  # DingTalk: the same, else ten minutes of silence
    410100: timedelta(minutes=10),
    11232: timedelta(minutes=1),  # Feishu
}
"""How long a robot wants to be left alone, by the code that says so."""

_Post = tuple[str, dict[str, str], dict[str, Any]]


def is_robot(service: Any) -> bool:
    """Return whether ``service`` (of Apprise) is one of these."""
    return service.secure_protocol in _POSTS


def post(service: Any, text: str) -> None:
    """Post ``text`` as what ``service`` (of Apprise) stands for. Raises ``Undelivered``.

    Taken is what is answered by a code of 0, in JSON. The proxies of the environment are used.
    """
    address, query, document = _POSTS[service.secure_protocol](service, text)
    try:
        answer = requests.post(
            address,
            params=query,
            json=document,
            timeout=TIMEOUT,
            verify=service.verify_certificate,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        # Its words hold the address.
        raise Undelivered(f"no answer: {type(error).__name__}") from None
    _judge(answer.status_code, answer.content)


def _judge(status: int, content: bytes) -> None:
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    found = said if isinstance(said, dict) else {}
    code = next((found[name] for name in CODES if name in found), None)
    if status == requests.codes.ok and code == 0:
        return
    reason = next((str(found[name]) for name in REASONS if found.get(name)), "it does not say why")
    what = f"status {status}" if code is None else f"code {code}"
    raise Undelivered(
        f"the robot did not take it, {what}: {clean(reason)[:SHOWN]}",
        LIMITS.get(code) if isinstance(code, int) else None,
    )


def _wecom(service: Any, text: str) -> _Post:
    return service.api_url, {}, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(service: Any, text: str) -> _Post:
    query = {}
    if service.secret:
        timestamp = str(round(time.time() * 1000))
        signed = hmac.digest(service.secret.encode(), f"{timestamp}\n{service.secret}".encode(), "sha256")
        query = {"timestamp": timestamp, "sign": b64encode(signed).decode()}
    told = {"atMobiles": service.targets, "isAtAll": False}
    return (
        service.notify_url.format(token=service.token),
        query,
        {"msgtype": "text", "text": {"content": text}, "at": told},
    )


def _feishu(service: Any, text: str) -> _Post:
    return service.notify_url.format(token=service.token), {}, _said(text)


def _lark(service: Any, text: str) -> _Post:
    return service.webhook_url, {}, _said(text)


def _said(text: str) -> dict[str, Any]:
    return {"msg_type": "text", "content": {"text": text}}


_POSTS: dict[object, Callable[[Any, str], _Post]] = {
    "wecombot": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "lark": _lark,
}
