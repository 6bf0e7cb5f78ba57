"""The phrase lists of the field finders."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def phrases(group: str, name: str) -> tuple[str, ...]:
    """Return the list ``name`` of the group ``[group]`` in phrases_fields.toml, longest first."""
    data = tomllib.loads(resources.files(__package__).joinpath("phrases_fields.toml").read_text("utf-8"))
    return tuple(sorted(data[group][name], key=len, reverse=True))
