from __future__ import annotations

import csv
import io
import json
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from crawler.exports.columns import COLUMNS
from crawler.exports.files import replacing
from crawler.exports.formats import CUT, FORMATS, LONGEST, Csv, JsonLines, Parquet, Writer

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [column.name for column in COLUMNS]
AT = datetime(2026, 5, 4, 16, 30, tzinfo=UTC)


def row(**given: Any) -> dict[str, Any]:
    return dict.fromkeys(NAMES) | given


def written(form: type[JsonLines | Csv | Parquet], *rows: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    writer: Writer = form(file)
    for one in rows:
        writer.write(one)
    writer.close()
    return file.getvalue()


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("form", FORMATS.values())
def test_all_formats_have_the_same_columns(form: type[JsonLines | Csv | Parquet]) -> None:
    content = written(form, row(title="题"))
    if form is JsonLines:
        assert list(json.loads(content)) == NAMES
    elif form is Csv:
        assert list(cells(content)[0]) == NAMES
    else:
        assert parquet.read_schema(io.BytesIO(content)).names == NAMES


def test_json_lines() -> None:
    content = written(JsonLines, row(title="题\n“目”", published=AT, authors=["甲"], views=3), row())
    first, second = content.splitlines()
    assert "题\\n“目”" in first.decode()
    found = json.loads(first)
    assert (found["published"], found["authors"], found["views"]) == ("2026-05-05T00:30:00+08:00", ["甲"], 3)
    assert set(json.loads(second).values()) == {None}


def test_csv_is_what_spreadsheets_read() -> None:
    files = [{"name": "表.xls", "url": "http://x.example/1.xls", "kind": "xls", "order": 0}]
    content = written(
        Csv, row(title='一,"二"\n三', published=AT, authors=["甲", "乙"], attachments=files, images=[])
    )
    assert content.startswith(b"\xef\xbb\xbfportal,region,")
    assert content.endswith(b"\r\n")
    (found,) = cells(content)
    assert found["title"] == '一,"二"\n三'
    assert found["published"] == "2026-05-05 00:30:00"
    assert found["authors"] == "甲; 乙"
    assert json.loads(found["attachments"]) == files
    assert found["images"] == found["views"] == ""


def test_csv_without_the_mark() -> None:
    file = io.BytesIO()
    Csv(file, bom=False)
    assert file.getvalue().startswith(b"portal,")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "  =", "＝", "＋", "－", "＠"])
def test_what_a_page_says_is_no_formula(begin: str) -> None:
    text = f'{begin}HYPERLINK("http://x.example","看")'
    (found,) = cells(written(Csv, row(title=text, authors=[text], body=f"甲{text}")))
    assert found["title"] == found["authors"] == f"'{text}"
    assert found["body"] == f"甲{text}"


@pytest.mark.parametrize("character", ["字", "𠮷"])
def test_a_cell_that_excel_cannot_hold_is_cut_and_counted(character: str) -> None:
    file = io.BytesIO()
    writer = Csv(file)
    writer.write(row(title="字" * LONGEST, body=character * (LONGEST + 1)))
    (found,) = cells(file.getvalue())
    assert found["title"] == "字" * LONGEST
    assert found["body"].endswith(character + CUT)
    assert LONGEST - 1 <= len(found["body"].encode("utf-16-le")) / 2 <= LONGEST
    assert writer.cut == 1


def test_parquet_keeps_types() -> None:
    repairs = [{"step": "gloss", "count": 2, "before": "a", "after": "b"}]
    one = row(title="题", published=AT, authors=["甲"], attachments=[], repairs=repairs, story=2**40)
    (found, other) = parquet.read_table(io.BytesIO(written(Parquet, one, row()))).to_pylist()
    assert found == one
    assert other == row()


def test_an_empty_export_has_its_columns() -> None:
    assert written(JsonLines) == b""
    assert cells(written(Csv)) == []
    assert parquet.read_table(io.BytesIO(written(Parquet))).num_rows == 0


def test_a_file_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")
    path.chmod(0o640)

    def stop() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    def told() -> None:
        with replacing(path) as file:
            file.write(b"half")
            signal.raise_signal(signal.SIGTERM)

    for stopped, error in ((stop, KeyboardInterrupt), (told, SystemExit)):
        with pytest.raises(error):
            stopped()
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]
    link = tmp_path / "link"
    link.symlink_to(path)
    with replacing(link) as file:
        file.write(b"new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
