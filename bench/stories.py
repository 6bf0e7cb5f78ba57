"""Measure stories: reposts found, look-alikes kept apart, on cases that are made afresh from each seed.

    .venv/bin/python bench/stories.py [--seeds 1 2 3 4 5] [--cases FILE] [--wrong]

Pieces are the replicas' texts and reports made of templates; reposts change them as other portals do;
notices of each family have one wording and other names, dates, figures and places, and some have a twin that
differs from them in one of these alone. --cases scores a file of cases instead; --wrong lists the pairs that
are not right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scrapy.utils.project import get_project_settings
from story_cases import Case, cases

from crawler import chain
from crawler.commands import stories

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSED = 40


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--write", type=Path, help="keep the cases of each seed in this directory")
    options = parser.parse_args()
    pipelines = chain.reading_pipelines(get_project_settings())
    for name in [options.cases] if options.cases else options.seeds:
        made = _read(name) if options.cases else cases(name)
        if options.write:
            (options.write / f"{name}.jsonl").write_text("".join(f"{one.line()}\n" for one in made), "utf-8")
        given = [stories.Case(one.id, one.text, one.title, one.published, one.source) for one in made]
        found = list(stories.pairs(given, pipelines))
        print(
            json.dumps(
                {"seed": str(name), **score(made, found, wrong=options.wrong)}, ensure_ascii=False, indent=1
            )
        )


def _read(path: Path) -> list[Case]:
    names = Case.__dataclass_fields__
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Case(**{name: row.get(name) or "" for name in names} | {"groups": tuple(row["groups"])})
        for row in rows
    ]


def score(made: Sequence[Case], found: Sequence[tuple[str, str, str]], *, wrong: bool) -> dict[str, Any]:
    """Return recall by kind, precision of pairs, look-alikes merged and stories glued, as shares."""
    by = {one.id: one for one in made}
    linked = {frozenset(pair[:2]) for pair in found}
    hit, total, missed = Counter[str](), Counter[str](), []
    for one in made:
        if one.relation in {"same", "part", "update"}:
            for group in one.groups:
                total[one.kind] += 1
                if frozenset((one.id, group)) in linked:
                    hit[one.kind] += 1
                elif one.relation != "update":
                    missed.append(one.id)
    false = [pair for pair in found if not set(by[pair[0]].groups) & set(by[pair[1]].groups)]
    touched = {name for pair in false for name in pair[:2] if by[name].relation == "diff"}
    kinds = {
        relation: {one.kind for one in made if one.relation == relation} for relation in ("same", "part")
    }
    families = Counter(one.family for one in made if one.relation == "diff")
    result: dict[str, Any] = {
        relation: round(sum(hit[kind] for kind in names) / max(1, sum(total[kind] for kind in names)), 4)
        for relation, names in kinds.items()
    }
    result |= {
        "precision": round(1 - len(false) / max(1, len(found)), 5),
        "pairs": len(found),
        "lookalikes": sum(families.values()),
        "merged": round(len(touched) / max(1, sum(families.values())), 4),
        "glued": _glued(made, found),
        "below": {kind: f"{hit[kind]}/{count}" for kind, count in sorted(total.items()) if hit[kind] < count},
        "families": dict(Counter(by[name].family for name in touched)),
    }
    if wrong:
        result |= {"missed": missed[:MISSED], "false": false[:MISSED]}
    return result


def _glued(made: Sequence[Case], found: Sequence[tuple[str, str, str]]) -> int:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other, relation in found:
        if relation == "same":
            parent[root(one)] = root(other)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for case in made:
        if case.relation in {"base", "same", "diff"}:
            groups[root(case.id)] |= set(case.groups)
    return sum(len(inside) - 1 for inside in groups.values())


if __name__ == "__main__":
    main()
