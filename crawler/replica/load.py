"""Reads the replica portals from their data directory."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.replica.clock import CHINA
from crawler.replica.damage import Gloss, Recipe
from crawler.replica.portal import Portal
from crawler.replica.records import Definition, Edit, Origin, Posting, Section, Text

ROOT = Path(__file__).parents[2] / "seeds" / "replicas"


class ReplicaError(Exception):
    """The data of a replica portal does not fit together; says which file and entry."""


def load_texts(directory: Path) -> dict[str, Text]:
    """Read every ``*.jsonl`` file of a directory of texts, by id. An id twice raises ReplicaError."""
    texts: dict[str, Text] = {}
    for path in sorted(directory.glob("*.jsonl")):
        for entry in _lines(path):
            text = Text(
                id=entry["id"],
                title=entry["title"],
                paragraphs=tuple(entry["paragraphs"]),
                reporters=tuple(entry.get("reporters", ())),
                first_source=entry.get("first_source", ""),
                family=entry.get("family") or "",
            )
            if text.id in texts:
                raise ReplicaError(f"{path.name}: the text {text.id} is there twice")
            texts[text.id] = text
    return texts


def load_portal(directory: Path, texts: dict[str, Text]) -> Portal:
    """Read one portal's portal.toml and articles.jsonl."""
    definition = _definition(directory)
    postings = [_posting(entry) for entry in _lines(directory / "articles.jsonl")]
    sections = {section.slug for section in definition.sections}
    for posting in postings:
        if posting.text not in texts or posting.section not in sections:
            raise ReplicaError(
                f"{directory.name}/articles.jsonl: {posting.id} names an unknown text or section"
            )
    return Portal(definition, postings, texts)


def load_portals(root: Path = ROOT, texts: Path | None = None) -> dict[str, Portal]:
    """Read all replica portals of a directory, by name; ``texts`` is where its texts are, if not in it."""
    by_id = load_texts(texts or root / "texts")
    found = sorted(path.parent for path in root.glob("*/portal.toml"))
    if not found:
        raise ReplicaError(f"{root}: no replica portal there")
    return {directory.name: load_portal(directory, by_id) for directory in found}


def _definition(directory: Path) -> Definition:
    data = tomllib.loads((directory / "portal.toml").read_text(encoding="utf-8"))
    damage = data.pop("damage", {})
    table = dict(zip(damage.pop("from", ""), damage.pop("to", ""), strict=True))
    table.update({char: char for char in damage.pop("keep", "")})
    recipe = Recipe(**damage | {"table": table, "gloss": Gloss(damage.get("gloss", "none"))})
    sections = tuple(Section(**entry | {"trail": tuple(entry["trail"])}) for entry in data.pop("sections"))
    origins = {
        name: Origin(tuple(entry["headlines"]), tuple(entry["footer"]))
        for name, entry in data.pop("origins", {}).items()
    }
    data["redirects"] = tuple(data.get("redirects", ()))
    return Definition(directory=directory, recipe=recipe, sections=sections, origins=origins, **data)


def _posting(entry: dict[str, Any]) -> Posting:
    published = _moment(entry["published"])
    return Posting(
        **entry
        | {
            "published": published,
            "appears": _moment(entry["appears"]) if "appears" in entry else published,
            "editors": tuple(entry.get("editors", ())),
            "changes": _changes(entry.get("changes", {})),
            "edited": tuple(_edit(edit) for edit in entry.get("edited", ())),
            "withdrawn": _moment(entry["withdrawn"]) if "withdrawn" in entry else None,
        }
    )


def _edit(entry: dict[str, Any]) -> Edit:
    return Edit(_moment(entry["at"]), _changes(entry.get("changes", {})), entry.get("title", ""))


def _changes(entry: dict[str, str]) -> dict[int, str]:
    return {int(number): paragraph for number, paragraph in entry.items()}


def _moment(text: str) -> datetime:
    # Data files give local time without a zone.
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
