"""A webhook over TLS: the certificate must be of the name, though an address is connected to."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crawler.delivery import webhook
from crawler.delivery.errors import Undelivered
from crawler.delivery.letters import Letter
from crawler.delivery.targets import Target
from tests.delivery import servers
from tests.delivery.world import MORNING, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTER = Letter("key", "test", MORNING, title="portalwatch", text="test")


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate for ``name`` with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.Hooks]:
    path = certificate(tmp_path, "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with servers.hooks(context) as received:
        port = int(received.url.rpartition(":")[2])
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
        )
        received.url = f":{port}/hook"
        yield received


def post(url: str) -> None:
    webhook.post(Target("hook", "webhook", url, "", secret=SECRET), LETTER, allow_private=True)


def test_the_name_is_checked_at_the_address_that_was_looked_at(secure: servers.Hooks) -> None:
    post(f"https://hooks.example{secure.url}")
    (request,) = secure.requests
    assert request.headers["Host"] == f"hooks.example{secure.url.removesuffix('/hook')}"
    assert request.key == "key"


def test_a_certificate_of_another_name_is_refused(secure: servers.Hooks) -> None:
    with pytest.raises(Undelivered, match=r"'other\.example' doesn't match"):
        post(f"https://other.example{secure.url}")
    assert secure.requests == []


def test_a_certificate_of_nobody_known_is_refused(
    secure: servers.Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
        post(f"https://hooks.example{secure.url}")
    assert secure.requests == []
