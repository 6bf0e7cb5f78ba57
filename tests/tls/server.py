"""A portal on a TLS server of this machine, as old as a test wants it, with a certificate of its own.

``dh1024.pem`` is what ``openssl dhparam 1024`` writes.
"""

from __future__ import annotations

import ssl
import threading
import warnings
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from types import TracebackType

HERE = Path(__file__).parent
LIST = '<html><body><ul class="list"><li><a href="/1.html">城南旧厂房改造项目开工</a></li></ul></body></html>'
TEXT = "".join(f"<p>第{n}批旧厂房改造项目已经开工，预计明年春天交付使用。</p>" for n in "一二三")
ARTICLE = f"<html><body><h1>城南旧厂房改造项目开工</h1><div class='content'>{TEXT}</div></body></html>"
PAGES = {"/": LIST, "/1.html": ARTICLE}


def certificate(folder: Path, host: str = "localhost") -> Path:
    """Write a certificate for ``host`` that vouches for itself, with its key; return the file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    names: list[x509.GeneralName] = [x509.DNSName(host), x509.IPAddress(IPv4Address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(
        pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + secret)
    return file


def only_tls10(context: ssl.SSLContext) -> None:
    """Speak TLS 1.0 and nothing newer."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point here
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1


def weak_key(context: ssl.SSLContext) -> None:
    """Exchange keys by Diffie-Hellman with 1024 bits only."""
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_dh_params(HERE / "dh1024.pem")


def modern(context: ssl.SSLContext) -> None:
    """Speak what any server of today does."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2


AGES = {"tls10": only_tls10, "weak-key": weak_key, "modern": modern}


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGES.get(self.path, "").encode()
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a handshake that came to nothing."""


class TlsServer:
    """Serves the portal while the context is open."""

    def __init__(self, age: str, file: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AGES[age](context)
        context.load_cert_chain(file)
        self._server = _Quiet(("127.0.0.1", 0), _Pages)
        # The handshake is made by the thread of each connection, at its first read.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Return the address of the front page."""
        return f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
