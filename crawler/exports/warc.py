"""The kept pages as a web archive (WARC 1.1, ISO 28500): the bytes that servers sent, with their headers.

What undid the transfer's encoding is said as archives say it: ``Content-Encoding`` and the like become
``X-Archive-Orig-…``, and ``Content-Length`` is that of the body that is there. A ``metadata`` record beside
each answer says which encoding was decided for its text, and why.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from crawler.exports.formats import MissingLibraryError

if TYPE_CHECKING:
    from typing import BinaryIO

    from crawler.store.models import RawPage

HOP = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that told of the transfer: the body is kept without its encoding."""
_BREAKS = re.compile(r"[\r\n\x00-\x08]+")


class Warc:
    """Writes a web archive to ``file``; each record is compressed by itself if ``compressed``.

    Raises ``MissingLibraryError`` without the extra ``portalwatch[warc]``.
    """

    def __init__(self, file: BinaryIO, name: str, *, compressed: bool) -> None:
        try:
            from warcio.warcwriter import WARCWriter  # noqa: PLC0415  an extra
        except ImportError as error:
            message = "A web archive needs the library warcio: pip install 'portalwatch[warc]'."
            raise MissingLibraryError(message) from error
        self._writer: Any = WARCWriter(file, gzip=compressed, warc_version="1.1")
        info = {"software": "portalwatch", "format": "WARC File Format 1.1"}
        self._writer.write_record(self._writer.create_warcinfo_record(name, info))

    def write(self, page: RawPage) -> None:
        """Write a page and what was decided about it. Raises ``PackingError`` if it is damaged."""
        body = page.body
        at = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = f"<urn:uuid:{uuid4()}>"
        named = {"WARC-Date": at, "WARC-Record-ID": answer}
        self._record(page.url, "response", body, named, self._headers(page, len(body)))
        told = {"charset": page.charset, "charset-reason": page.charset_reason, "part": page.part}
        fields = "".join(f"{name}: {_line(str(value))}\r\n" for name, value in told.items())
        self._record(page.url, "metadata", fields.encode(), {"WARC-Date": at, "WARC-Concurrent-To": answer})

    def _record(
        self, url: str, kind: str, payload: bytes, named: dict[str, str], answered: Any = None
    ) -> None:
        record = self._writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(payload),
            length=len(payload),
            http_headers=answered,
            warc_headers_dict=named,
        )
        self._writer.write_record(record)

    def _headers(self, page: RawPage, length: int) -> Any:
        from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415  an extra

        kept = [
            (f"X-Archive-Orig-{name}" if name.lower() in HOP else name, _line(value))
            for name, value in page.headers.items()
        ]
        return StatusAndHeaders(
            f"{page.status} {_phrase(page.status)}",
            [*kept, ("Content-Length", str(length))],
            protocol="HTTP/1.1",
        )


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
