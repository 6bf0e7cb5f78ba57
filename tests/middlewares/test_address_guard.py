"""Requests to addresses that no public portal has."""

from __future__ import annotations

import pytest
from scrapy import Request

from crawler.addresses import is_private
from crawler.middlewares.address_guard import AddressGuardMiddleware, PrivateAddress

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]",
    "[fe80::1]",
    "[::ffff:127.0.0.1]",
    "192.0.0.8",
    "224.0.0.1",
    "[ff02::1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "LOCALHOST.",
    "printer.local",
    "metadata.google.internal",
]
PUBLIC = [
    "www.gov.cn",
    "8.8.8.8",
    "[2001:4860:4860::8888]",
    "[64:ff9b::808:808]",
    "[2002:808:808::1]",
    "127.example.cn",
    "0xabc.cn",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused(host: str) -> None:
    assert is_private(host)
    with pytest.raises(PrivateAddress):
        AddressGuardMiddleware(allow_private=False).process_request(Request(f"http://{host}/"))


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses_pass(host: str) -> None:
    assert not is_private(host)
    AddressGuardMiddleware(allow_private=False).process_request(Request(f"http://{host}/"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://www.gov.cn/", "data:text/html,x"])
def test_other_schemes_are_refused_even_where_private_addresses_are_allowed(url: str) -> None:
    with pytest.raises(PrivateAddress):
        AddressGuardMiddleware(allow_private=True).process_request(Request(url))


def test_it_can_be_switched_off() -> None:
    AddressGuardMiddleware(allow_private=True).process_request(Request("http://127.0.0.1/"))
