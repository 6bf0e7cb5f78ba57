from __future__ import annotations

from bench import schema


def test_the_page_is_that_of_the_schema() -> None:
    text = schema.PAGE.read_text("utf-8")
    assert schema.page(text) == text, "run: PYTHONPATH=. .venv/bin/python bench/schema.py"
