"""Write the part of docs/data.md that follows from the models, the views and the columns of exports.

python bench/schema.py           write it
python bench/schema.py --check   exit with 1 if it is not current
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, inspect

from crawler.exports.columns import COLUMNS
from crawler.store.database import open_database
from crawler.store.models import Base
from crawler.store.times import UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "data.md"
BEGIN, END = "<!-- made by bench/schema.py from here -->", "<!-- to here -->"
MEANING_OF_ID = "number of the row"


class MissingMeaningError(Exception):
    """A table, a view or a column of which bench/schema.toml says nothing."""


def page(text: str) -> str:
    """Return the text of docs/data.md with its made part made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{made()}\n{END}{after}"


def made() -> str:
    """Return the made part. Raises ``MissingMeaningError``."""
    said = tomllib.loads((HERE / "schema.toml").read_text("utf-8"))
    order = list(said["meanings"])
    tables = sorted(Base.metadata.tables.values(), key=lambda one: _place(order, one.name))
    parts = ["## Exports", _exports(), "## The picture", _picture(tables), "## Tables"]
    parts += [_table(table, said["meanings"]) for table in tables]
    parts += ["## Views", *_views(said["views"])]
    return "\n\n".join(parts) + "\n"


def _place(order: list[str], name: str) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order), name)


def _exports() -> str:
    rows = ["| column | is | meaning |", "| --- | --- | --- |"]
    for column in COLUMNS:
        fields = f" of {', '.join(name for name, _ in column.fields)}" if column.fields else ""
        rows.append(f"| `{column.name}` | {column.kind.value}{fields} | {column.meaning} |")
    return "\n".join(rows)


def _picture(tables: list[Table]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        lines.append(f"    {table.name} {{")
        lines += [f"        {_kind(column)} {column.name}{_marks(column)}" for column in table.columns]
        lines.append("    }")
    for table in tables:
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
            many = "|o" if key.parent.nullable else "||"
            lines.append(f"    {key.column.table.name} {many}--o{{ {table.name} : {key.parent.name}")
    return "\n".join([*lines, "```"])


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, UtcDateTime):
        return "time"
    if isinstance(column.type, JSON):
        return "json"
    found = column.type.python_type.__name__
    names = {"str": "text", "int": "integer", "float": "real", "bytes": "binary", "bool": "boolean"}
    return names.get(found, found)


def _marks(column: Column[Any]) -> str:
    marks = [name for name, is_one in (("PK", column.primary_key), ("FK", column.foreign_keys)) if is_one]
    return f" {', '.join(marks)}" if marks else ""


def _table(table: Table, meanings: dict[str, dict[str, str]]) -> str:
    said = meanings.get(table.name, {})
    rows = [f"### {table.name}", "", _meaning(said, "table", table.name), ""]
    rows += ["| column | is | meaning |", "| --- | --- | --- |"]
    for column in table.columns:
        default = {"id": MEANING_OF_ID} if column.name == "id" else {}
        kind = _kind(column) + (", may be empty" if column.nullable else "")
        key = next((f" → `{one.column.table.name}`" for one in column.foreign_keys), "")
        rows.append(
            f"| `{column.name}` | {kind}{key} | {_meaning(default | said, column.name, table.name)} |"
        )
    return "\n".join(rows)


def _meaning(said: dict[str, str], name: str, where: str) -> str:
    if name not in said:
        message = f"bench/schema.toml does not say what {where}.{name} means"
        raise MissingMeaningError(message)
    return said[name]


def _views(said: dict[str, dict[str, str]]) -> list[str]:
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/x.db")
        looked = inspect(database.engine)
        found = {
            name: [str(one["name"]) for one in looked.get_columns(name)] for name in looked.get_view_names()
        }
        database.close()
    rows = ["| view | columns | |", "| --- | --- | --- |"]
    for name in sorted(found, key=lambda one: _place(list(said), one)):
        columns = ", ".join(f"`{column}`" for column in found[name])
        rows.append(f"| `{name}` | {columns} | {_meaning(said.get(name, {}), 'view', name)} |")
    return ["\n".join(rows)]


def main(words: list[str]) -> int:
    text = PAGE.read_text("utf-8")
    current = page(text)
    if words == ["--check"]:
        if current != text:
            print(
                "docs/data.md is not current: run PYTHONPATH=. .venv/bin/python bench/schema.py",
                file=sys.stderr,
            )
        return int(current != text)
    PAGE.write_text(current, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
