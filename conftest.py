"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption(
        "--seed-write", action="store_true", help="write the expected.json of seeds that have none, and fail"
    )
