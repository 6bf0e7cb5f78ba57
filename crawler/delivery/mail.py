"""Mail by SMTP, as text and as HTML.

Apprise speaks it too, but gives each attempt a new Message-ID; here the key of the message is the id, so that
a mail that arrives twice can be told from two mails.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.delivery.errors import Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.delivery.letters import Letter
    from crawler.delivery.rendering import Rendered
    from crawler.delivery.targets import Target

TIMEOUT = 15.0
"""Seconds for each answer of the server."""
TAKING = 300.0
"""Seconds for the answer to the mail itself, if the attempt may take so long: who scans a mail thinks about
it, and one that is given up too early arrives and is sent again."""
FAREWELL = 1.0
"""Seconds for the last one, when the mail has been taken."""


def compose(target: Target, letter: Letter, rendered: Rendered) -> EmailMessage:
    """Return the mail; its Message-ID is made of the letter's key."""
    mail = EmailMessage()
    mail["From"] = _address(target.sender)
    mail["To"] = [_address(one) for one in target.to]
    # What looks encoded would be decoded, and may be no text then.
    mail["Subject"] = rendered.subject.replace("=?", "= ?")
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.key}@{parseaddr(target.sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail


def send(target: Target, letter: Letter, rendered: Rendered) -> str:
    """Send the mail; return who was refused while others were not, to be noted. Raises ``Undelivered``."""
    mail = compose(target, letter, rendered)
    parts = urlsplit(target.url)
    try:
        with _session(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if parts.username:
                if parts.password and not isinstance(server.sock, ssl.SSLSocket):
                    raise Undelivered("the server offers no encryption, and the password is not sent without")
                server.login(unquote(parts.username), unquote(parts.password or ""))
            if server.sock is not None:
                server.sock.settimeout(TAKING)
            refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise Undelivered(f"all recipients were refused: {_answers(error.recipients)}") from None
    except smtplib.SMTPResponseException as error:
        said = (
            error.smtp_error.decode("utf-8", "replace")
            if isinstance(error.smtp_error, bytes)
            else error.smtp_error
        )
        raise Undelivered(f"the server answered {error.smtp_code} {said}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(f"the server cannot be used: {error or type(error).__name__}") from None
    return f"refused: {_answers(refused)}" if refused else ""


@contextmanager
def _session(scheme: str, host: str, port: int | None) -> Iterator[smtplib.SMTP]:
    """Yield a connection, and say farewell; a mail that was taken is sent whatever the answer to that."""
    server = _connected(scheme, host, port)
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            if server.sock is not None:
                server.sock.settimeout(FAREWELL)
            server.quit()
        server.close()


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    # A name of its own: the default asks the name server for this machine's, which may take long.
    name = socket.gethostname() or "localhost"
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, local_hostname=name, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port or 587, local_hostname=name, timeout=TIMEOUT)
    server.ehlo()
    return server


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(name, addr_spec=address)


def _answers(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(
        f"{who}: {code} {said.decode('utf-8', 'replace')}" for who, (code, said) in refused.items()
    )
