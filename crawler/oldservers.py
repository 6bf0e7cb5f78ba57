"""HTTPS with servers that offer only what OpenSSL refuses by default (``tls = "legacy"``).

Certificates are verified as they are for all portals, by DOWNLOAD_VERIFY_CERTIFICATES. Scrapy has no setting
for this: those for ciphers and versions drop the security level, the one for a context factory is deprecated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.interfaces import IAcceptableCiphers
from twisted.internet.ssl import CertificateOptions, TLSVersion, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from crawler.heads import BoundedHandler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.protocols.tls import TLSMemoryBIOProtocol


class _Word:
    """A word of OpenSSL's cipher string, where Twisted expects a cipher."""

    def __init__(self, text: str) -> None:
        self.fullName = text


@implementer(IAcceptableCiphers)
class _Weak:
    """All ciphers that encrypt and authenticate, at the level that refuses no key and no digest."""

    def selectCiphers(self, _: Any) -> list[_Word]:  # noqa: N802  Twisted's name
        return [_Word("ALL"), _Word("!aNULL"), _Word("!eNULL"), _Word("@SECLEVEL=0")]


class _Options(CertificateOptions):
    def __init__(self, *, verify: bool) -> None:
        super().__init__(
            trustRoot=platformTrust() if verify else None,  # type: ignore[no-untyped-call]  # Twisted has no types here
            fixBrokenPeers=True,
            acceptableCiphers=_Weak(),  # type: ignore[arg-type]  # implemented, as zope says it
            insecurelyLowerMinimumTo=TLSVersion.TLSv1_0,
        )
        self._options |= SSL.OP_LEGACY_SERVER_CONNECT


class _Unverified(ClientTLSOptions):
    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:  # noqa: N802, N803  zope
        connection = super().clientConnectionForTLS(tlsProtocol)
        connection.set_verify(SSL.VERIFY_NONE)
        return connection


@implementer(IPolicyForHTTPS)
class OldServersPolicy:
    """Makes connections that accept TLS 1.0, weak keys and ciphers, and legacy renegotiation."""

    def __init__(self, *, verify: bool) -> None:
        self._kind = ClientTLSOptions if verify else _Unverified
        self._options = _Options(verify=verify)

    def creatorForNetloc(self, hostname: bytes, _port: int) -> ClientTLSOptions:  # noqa: N802  Twisted's name
        """Return what makes the connections to ``hostname``, and verifies that they are with it."""
        return self._kind(self._options.clientConnectionForTLS, hostname.decode("ascii"))


class OldServersHandler(BoundedHandler):
    """The handler with another policy."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        verify = crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        self._contextFactory = OldServersPolicy(verify=verify)  # type: ignore[assignment]  # as above
