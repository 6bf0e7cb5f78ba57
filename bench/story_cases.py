"""Make cases for the bench of stories: pieces, reposts, digests, merged pages and look-alike notices."""

from __future__ import annotations

import json
import random
import re
import tomllib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import opencc
from story_reposts import OPERATIONS, frames, sentences
from story_slots import HERE, fill, named, word

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = HERE.parent / "seeds" / "replicas" / "texts"
REPLICA_PIECES = 70
MADE_PIECES = 40
REPOSTS_EACH = 5
DIGESTS = 30
MERGED = 20
NOTICES_EACH = 12
TWINS_EACH = 4
FACTS = 30
_FIGURE = re.compile(r"\d+")
_TO_TRADITIONAL = opencc.OpenCC("s2t")


@dataclass(frozen=True, slots=True)
class Case:
    """One text; ``groups`` are the pieces it carries, ``relation`` what it is to them (see score_stories)."""

    id: str
    groups: tuple[str, ...]
    kind: str
    relation: str
    title: str
    published: str
    source: str
    text: str
    family: str = ""

    def line(self) -> str:
        """Return the case as a JSON line."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Piece:
    id: str
    title: str
    text: list[str]


def cases(seed: int) -> list[Case]:
    """Return the cases of a seed in an order of their own."""
    draw = random.Random(seed)
    pieces = [*_replica_pieces(draw), *_made_pieces(draw)]
    draw.shuffle(pieces)
    made = [
        *(_case(draw, one, (one.id,), "base", "base") for one in pieces),
        *_reposts(draw, pieces),
        *_digests(draw, pieces[FACTS:]),
        *_merged(draw, pieces[FACTS:]),
        *_changed(draw, pieces[:FACTS]),
        *_notices(draw),
    ]
    draw.shuffle(made)
    return made


def _case(draw: random.Random, piece: _Piece, groups: tuple[str, ...], kind: str, relation: str) -> Case:
    hour = f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}"
    day = f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02} {hour}"
    family = kind if relation == "diff" else ""
    text = "\n".join(piece.text)
    return Case(piece.id, groups, kind, relation, piece.title, day, word("paper", draw), text, family)


def _replica_pieces(draw: random.Random) -> Iterator[_Piece]:
    found: list[dict[str, Any]] = []
    for path in sorted(TEXTS.glob("*.jsonl")):
        found += map(json.loads, path.read_text("utf-8").splitlines())
    for one in draw.sample(found, REPLICA_PIECES):
        yield _Piece(
            one["id"], one["title"], [paragraph for paragraph in one["paragraphs"] if paragraph.strip()]
        )


def _made_pieces(draw: random.Random) -> Iterator[_Piece]:
    for number in range(MADE_PIECES):
        paragraphs = []
        for _ in range(draw.randint(2, 9)):
            known: dict[str, str] = {}
            picked = draw.sample(frames()["sentences"], draw.randint(2, 5))
            paragraphs.append("".join(fill(one, draw, known) for one in picked))
        yield _Piece(f"m{number:03}", fill("{p}{manner}{verb}{topic}{thing}", draw, {}), paragraphs)


def _reposts(draw: random.Random, pieces: list[_Piece]) -> Iterator[Case]:
    for one in pieces:
        for kind in draw.sample(sorted(OPERATIONS), REPOSTS_EACH):
            text = OPERATIONS[kind](one.text, draw)
            title = one.title if kind != "title" else fill("{p}：{topic}有了新进展", draw, {})
            if kind in {"s2t", "combo_t"}:
                title = _TO_TRADITIONAL.convert(title)
            yield _case(draw, _Piece(f"{one.id}.{kind}", title, text), (one.id,), kind, "same")


def _opening(text: list[str], characters: int) -> str:
    kept = ""
    for paragraph in text:
        for one in sentences(paragraph):
            if len(kept) >= characters:
                return kept
            kept += one
    return kept


def _digests(draw: random.Random, pieces: list[_Piece]) -> Iterator[Case]:
    for number in range(DIGESTS):
        chosen = draw.sample(pieces, 1 if number % 2 else draw.randint(3, 8))
        text = []
        for one in chosen:
            part = _opening(one.text, draw.randint(90, 260))
            if len(chosen) > 1:
                text.append(
                    one.title
                    if draw.random() < 0.5
                    else fill(draw.choice(frames()["digest_heads"]), draw, {}) + one.title
                )
            text.append(part.rstrip("。") + fill(draw.choice(frames()["digest_ends"]), draw, {}))
        groups = tuple(one.id for one in chosen)
        kind = "digest" if len(chosen) == 1 else "digests"
        title = "一周要闻" if len(chosen) > 1 else chosen[0].title
        yield _case(draw, _Piece(f"d{number:02}", title, text), groups, kind, "part")


def _merged(draw: random.Random, pieces: list[_Piece]) -> Iterator[Case]:
    for number in range(MERGED):
        one, other = draw.sample(pieces, 2)
        text = [*one.text, *([other.title] if draw.random() < 0.5 else []), *other.text]
        yield _case(draw, _Piece(f"x{number:02}", one.title, text), (one.id, other.id), "merged", "part")


def _changed(draw: random.Random, pieces: list[_Piece]) -> Iterator[Case]:
    for one in pieces:
        whole = "\n".join(one.text)
        swapped = _FIGURE.sub(lambda m: str(draw.randint(10 ** (len(m[0]) - 1), 10 ** len(m[0]) - 1)), whole)
        if len(_FIGURE.findall(whole)) >= 4:
            name = f"{one.id}.figures"
            yield _case(draw, _Piece(name, one.title, swapped.split("\n")), (name,), "figures", "diff")
        figures = list(_FIGURE.finditer(whole))
        if figures:
            match = draw.choice(figures)
            new = str(int(match[0]) + draw.choice((-1, 1, 3)))
            name = f"{one.id}.corrected"
            text = whole[: match.start()] + new + whole[match.end() :]
            yield _case(draw, _Piece(name, one.title, text.split("\n")), (one.id,), "corrected", "update")


def _notices(draw: random.Random) -> Iterator[Case]:
    for number, family in enumerate(
        tomllib.loads((HERE / "story_notices.toml").read_text("utf-8"))["family"]
    ):
        template = family["title"] + "\n" + family["text"].strip()
        kinds = named(template)
        for at in range(NOTICES_EACH):
            known: dict[str, str] = {}
            inner = draw.random()
            yield _notice(draw, f"n{number:02}.{at:02}", family, _drawn(template, inner, known))
            if at >= TWINS_EACH:
                continue
            slot = family["alone"][at % len(family["alone"])]
            if slot not in named(family["text"]) and f"{{{slot}}}" not in family["text"]:
                continue  # the twin would differ in its headline alone
            new = known[slot]
            while new in known.values():
                new = word(kinds[slot], draw)
            # Drawn with the same numbers, so that everything else is as it was.
            twin = _drawn(template, inner, {}).replace(known[slot], new)
            yield _notice(draw, f"n{number:02}.{at:02}.{slot}", family, twin)


def _drawn(template: str, seed: float, known: dict[str, str]) -> str:
    return fill(template, random.Random(seed), known)


def _notice(draw: random.Random, name: str, family: dict[str, Any], filled: str) -> Case:
    title, *text = filled.split("\n")
    return _case(draw, _Piece(name, title, text), (name,), family["name"], "diff")
