"""The canonical address of an article, which is its identity."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from crawler.page.found import Found

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_PORTS = {"80", "443"}
_PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#]*", re.IGNORECASE)
_PHONE = re.compile(r"^(?:m|wap|3g|mobile)\.")
_SAFE = "/:@!$&'()*+,;=~-._%?"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


@cache
def _data() -> tuple[frozenset[str], tuple[str, ...], frozenset[str], re.Pattern[str]]:
    found = tomllib.loads(resources.files(__package__).joinpath("address.toml").read_text("utf-8"))
    index = re.compile(
        rf"/(?:{'|'.join(found['index_names'])})\.(?:{'|'.join(found['index_endings'])})$", re.IGNORECASE
    )
    return frozenset(found["tracking"]), tuple(found["tracking_starts"]), frozenset(found["when_from"]), index


@lru_cache(maxsize=2048)  # of a page on its way it is asked some five times
def canonical_url(url: str) -> str:
    """Return the canonical form of an article's address; two addresses of one article give the same.

    The scheme becomes http and ``www.`` goes, since both change when a portal moves to https; so do default
    ports, fragments (except ``#!`` and ``#/`` routes), index pages, repeated slashes, session ids, and
    parameters that only tell where a reader came from. What is left of the query is sorted. An address that
    cannot be parsed, or has no host, is returned as it is. Applying it twice changes nothing.
    """
    cleaned = re.sub(r"[\t\r\n]", "", url).strip()
    try:
        parts = urlsplit(cleaned)
        host, port = parts.hostname, parts.port
    except ValueError:
        return cleaned
    if not host or parts.scheme.lower() not in ("http", "https", ""):
        return cleaned
    while host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    host = _ascii_host(host.rstrip("."))
    if port is not None and str(port) not in _DEFAULT_PORTS:
        host = f"{host}:{port}"
    query = _folded_query(parts.query)
    route = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"http://{host}{_folded_path(parts.path)}{'?' + query if query else ''}{route}"


def typed_address(text: str) -> str:
    """Return the canonical form of an address as a person types it, perhaps without ``http://``."""
    return canonical_url(text if "://" in text else f"http://{text}")


def declared(url: str, meta: Mapping[str, str]) -> Found[str] | None:
    """Return the address that a page states as its own, folded as ``canonical_url`` does, or None.

    ``url`` is where it was fetched, '' if that is not known; ``meta`` its tags. What is stated is not
    believed when it names another host (phones' hosts apart) or the front page. Without a statement it is
    ``url``.
    """
    for name, sure in (("canonical", 0.9), ("og:url", 0.8)):
        try:
            stated = canonical_url(urljoin(url, meta.get(name, "").strip())) if meta.get(name) else ""
            believed = urlsplit(stated).path.strip("/") and _is_same_site(stated, url)
        except ValueError:
            continue
        if stated.startswith("http") and believed:
            return Found(stated, "link rel=canonical" if name == "canonical" else f"meta {name}", sure)
    return Found(canonical_url(url), "address as fetched", 1.0) if url else None


def _is_same_site(stated: str, url: str) -> bool:
    hosts = [_PHONE.sub("", urlsplit(canonical_url(address)).netloc) for address in (stated, url)]
    return not url or hosts[0] == hosts[1]


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return host


def _folded_path(path: str) -> str:
    kept: list[str] = []
    for step in re.sub(r"/{2,}", "/", _escaped(_PATH_SESSION.sub("", path))).split("/"):
        if step == "..":
            kept = kept[: max(1, len(kept) - 1)]
        elif step != ".":
            kept.append(step)
    path = "/".join(kept)
    return _data()[3].sub("/", path if path.startswith("/") else f"/{path}")


def _escaped(text: str) -> str:
    """Return ``text`` with one spelling of every escape; bytes that are no UTF-8 (old GBK sites) are kept."""
    text = _ESCAPE.sub(lambda match: _plain(match[1]), text)
    return quote(text, safe=_SAFE)


def _plain(digits: str) -> str:
    char = chr(int(digits, 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else f"%{digits.upper()}"


def _folded_query(query: str) -> str:
    pairs = [pair for pair in _escaped(query).split("&") if pair]
    return "&".join(sorted(pair for pair in pairs if not _is_tracking(pair, len(pairs))))


def _is_tracking(pair: str, count: int) -> bool:
    """Return whether a parameter only tells where a reader came from, as ``from`` does beside others."""
    tracking, starts, when_from, _ = _data()
    name = pair.partition("=")[0].lower()
    return name in tracking or name.startswith(starts) or (name in when_from and count > 1)
