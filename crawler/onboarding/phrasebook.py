"""The phrase lists of this package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from crawler.text.markers import fold


@cache
def words(name: str) -> frozenset[str]:
    """Return the list ``name`` of phrases.toml, folded; a list may be written as one string of words."""
    data = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))
    found = data[name]
    return frozenset(fold(word) for word in (found.split() if isinstance(found, str) else found))
