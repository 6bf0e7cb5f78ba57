"""Writing rows as JSON lines, CSV or Parquet into an open binary file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from crawler.exports.columns import COLUMNS, Column, Kind
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

LONGEST = 32_767
"""The most UTF-16 units of a cell in Excel; what is longer would spill into the rows below."""
CUT = "…"
FORMULAS = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""
ROWS_A_GROUP = 4_096
"""Rows of a Parquet file that are held and compressed together."""
_BETWEEN = "; "


class MissingLibraryError(Exception):
    """A format needs a library that is not installed; the message is one sentence."""


class Writer(Protocol):
    """Takes rows; ``close`` ends the file's content but leaves the file open. ``cut`` counts cut cells."""

    cut: int

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Write what is held back."""


class JsonLines:
    """A JSON object a line, UTF-8; times are ISO 8601 at +08:00."""

    cut = 0

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one row."""
        line = json.dumps(values, ensure_ascii=False, default=_local, separators=(",", ":"))
        self._file.write(line.encode() + b"\n")

    def close(self) -> None:
        """Nothing is held back."""


class Csv:
    """Comma-separated values (RFC 4180) for spreadsheets, UTF-8, with a byte order mark if ``bom`` says so.

    Times are at +08:00, written as spreadsheets read them; lists of texts stand in one cell with ``; ``
    between them, lists of records as JSON. A cell that a spreadsheet would take for a formula gets an
    apostrophe in front, one that is longer than ``LONGEST`` is cut.
    """

    def __init__(self, file: BinaryIO, *, bom: bool = True) -> None:
        self.cut = 0
        self._file = file
        self._line = io.StringIO(newline="")
        self._writer = csv.writer(self._line)
        file.write(b"\xef\xbb\xbf" if bom else b"")
        self._put([column.name for column in COLUMNS])

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one row."""
        self._put([self._cell(values[column.name]) for column in COLUMNS])

    def close(self) -> None:
        """Nothing is held back."""

    def _put(self, cells: list[str]) -> None:
        self._writer.writerow(cells)
        self._file.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()

    def _cell(self, value: Any) -> str:
        text = _flat(value)
        if text.lstrip(" ").startswith(FORMULAS):
            text = f"'{text}"
        units = text.encode("utf-16-le")
        if len(units) <= 2 * LONGEST:
            return text
        self.cut += 1
        return units[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + CUT


class Parquet:
    """A Parquet file, compressed with zstandard; times are instants in UTC.

    Raises ``MissingLibraryError`` without pyarrow.
    """

    cut = 0

    def __init__(self, file: BinaryIO) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415  an extra
            from pyarrow import parquet  # noqa: PLC0415  an extra
        except ImportError as error:
            message = (
                "Parquet needs pyarrow, which is not installed: python -m pip install 'portalwatch[parquet]'."
            )
            raise MissingLibraryError(message) from error
        self._arrow = pa
        self._schema = pa.schema([(column.name, _type(pa, column)) for column in COLUMNS])
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Mapping[str, Any]] = []

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one row."""
        self._held.append(values)
        if len(self._held) >= ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last rows and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(self._arrow.Table.from_pylist(self._held, schema=self._schema))
            self._held.clear()


FORMATS: dict[str, type[JsonLines | Csv | Parquet]] = {"jsonl": JsonLines, "csv": Csv, "parquet": Parquet}


def _local(value: datetime) -> str:
    return value.astimezone(LOCAL).isoformat()


def _flat(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
        case [dict(), *_]:
            return json.dumps(value, ensure_ascii=False)
        case list():
            return _BETWEEN.join(value)
        case _:
            return str(value)


def _type(pa: Any, column: Column) -> Any:
    simple = {
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.FLAG: pa.bool_(),
        Kind.MOMENT: pa.timestamp("us", tz=str(UTC)),
        Kind.NAMES: pa.list_(pa.string()),
    }
    if column.kind is Kind.RECORDS:
        return pa.list_(pa.struct([(name, simple[kind]) for name, kind in column.fields]))
    return simple[column.kind]
