"""What elements and their class and id names say about their role around an article."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

_DATA = tomllib.loads(resources.files(__package__).joinpath("elements.toml").read_text("utf-8"))
INLINE = frozenset(_DATA["inline"].split())
UNSEEN = frozenset(_DATA["unseen"].split())
PIECES = frozenset(_DATA["pieces"].split())
ROLES = frozenset(_DATA["roles"])
# Element names that tell a role by themselves.
TAGS = {"nav": "nav", "footer": "footer", "aside": "related"}

_WORDS = "|".join(
    f"(?P<{role}>{'|'.join(words.split()).replace('*', '[a-z]*')})" for role, words in _DATA["roles"].items()
)
_ROLE = re.compile(f"(?<![a-z])(?:{_WORDS})(?![a-z])", re.IGNORECASE)
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|_|(?<=[a-zA-Z])(?=\d)")
_CONTENT = re.compile(f"(?<![a-z])(?:{'|'.join(_DATA['content'].split())})(?![a-z])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_content(names: str) -> bool:
    """Whether class and id names are such as content management systems give to an article's text."""
    parted = _SEAM.sub("-", names)
    return _CONTENT.search(f"{parted} {parted.replace('-', '')}") is not None


@lru_cache(maxsize=4096)
def role_of(names: str) -> str:
    """Return the role that class and id names tell, a key of ``[roles]`` in elements.toml, or ''."""
    match = _ROLE.search(_SEAM.sub("-", names))
    return (match.lastgroup or "") if match else ""
