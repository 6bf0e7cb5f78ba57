"""Measure how well garbled text is repaired, against the libraries that are usually taken for it.

    peers/bin/python bench/text_repair.py [--cases FILE] [--write FILE] [--failures N] [--seed N]
        [--no-timing]

Run it with the Python of an environment that has bench/requirements-peers.txt; the project itself is imported
from where this file stands. The cases are made from the clean texts of seeds/replicas, always the same ones.
--cases adds those of a file of JSON lines: id, kind (its first letter is the family), damaged or damaged_b64,
declared {http}, clean, clean_trad, expect. --write replaces the tables between the two markers of a document.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import glossing
import peers
import text_cases
import text_timing
from byte_cases import byte_cases
from text_cases import LOST, REPAIRED, UNTOUCHED, Case

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3000-\u303f\uff00-\uffef“”‘’—…·"
_BLANKS = re.compile("[\\s\u00a0\u3000]+")
_BESIDE = re.compile(f"(?<=[{_CJK}]) | (?=[{_CJK}])")
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HEAD = (
    "contender", "a toned", "b toneless", "c cut", "e misread", "f bytes", "g script", "d false repairs",
    "ms a case",
)  # fmt: skip
_EXPECT = {"flag": LOST, "untouched": UNTOUCHED}


@dataclass(slots=True)
class Score:
    """What one contender did with one kind of cases."""

    cases: int = 0
    exact: int = 0
    changed: int = 0
    flagged: int = 0
    seconds: float = 0.0
    failed: list[Case] = field(default_factory=list)


Scores = dict[str, dict[str, Score]]


def main() -> None:
    arguments = parse_arguments()
    text_cases.SEED = arguments.seed
    contenders, missing = peers.contenders()
    notes = [f"{name} is not installed and is left out." for name in missing]
    if not glossing.HAS_PYPINYIN:
        notes.append("pypinyin is not installed: readings come from the project's own table.")
    parts = [("Made cases", score([*text_cases.text_cases(), *byte_cases()], contenders))]
    if arguments.cases:
        parts.append(("Cases of the file", score(read_cases(arguments.cases), contenders)))
    blocks = []
    for title, scores in parts:
        blocks += [f"{title}:", "", *family_table(scores, [each.name for each in contenders]), ""]
        blocks += ["portalwatch by kind:", "", *kind_table(scores["portalwatch"]), ""]
    if not arguments.no_timing:
        blocks += ["| time | |", "| --- | --- |"]
        blocks += [f"| {name} | {spent} |" for name, spent in text_timing.rows()]
    blocks += ["", *notes] if notes else []
    print("\n".join(blocks))
    for title, scores in parts:
        show_failures(title, scores["portalwatch"], arguments.failures)
    if arguments.write:
        write(arguments.write, "\n".join(blocks))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--failures", type=int, default=0, help="show so many failed cases of each kind")
    parser.add_argument("--seed", type=int, default=text_cases.SEED, help="make other cases of the texts")
    parser.add_argument("--no-timing", action="store_true")
    return parser.parse_args()


def read_cases(path: Path) -> list[Case]:
    found = []
    for line in filter(None, path.read_text("utf-8").split("\n")):
        row = json.loads(line)
        raw = row.get("damaged_b64")
        wanted = tuple(row[name] for name in ("clean", "clean_trad") if row.get(name) is not None)
        found.append(
            Case(
                row["kind"][0],
                row["kind"],
                wanted,
                row.get("damaged", ""),
                base64.b64decode(raw) if raw is not None else None,
                (row.get("declared") or {}).get("http"),
                _EXPECT.get(row.get("expect", ""), REPAIRED),
            )
        )
    return found


def fold(text: str) -> str:
    """Fold blanks beside Chinese characters and the width of marks: neither is what is compared."""
    text = _BESIDE.sub("", _BLANKS.sub(" ", text).strip())
    return text.translate(_WIDTH).replace(" ", "").rstrip("\ufffd")


def score(cases: list[Case], contenders: list[peers.Contender]) -> Scores:
    scores: Scores = {each.name: defaultdict(Score) for each in contenders}
    for contender in contenders:
        for case in cases:
            if case.family not in contender.families:
                continue
            started = time.perf_counter()
            texts, flags = contender.repair(case)
            spent = time.perf_counter() - started
            exact = not {fold(text) for text in texts}.isdisjoint(map(fold, case.wanted))
            mark = scores[contender.name][case.kind if case.expect != LOST else f"{case.kind} (lost)"]
            mark.cases += 1
            mark.exact += exact
            # What is right in spite of a loss needs no flag.
            mark.flagged += bool(flags) or (exact and case.expect == LOST)
            mark.changed += case.damaged not in texts
            mark.seconds += spent
            if not exact and (case.expect != LOST or not flags):
                mark.failed.append(case)
    return scores


def family_table(scores: Scores, names: list[str]) -> list[str]:
    """Compare all contenders by family: exact where it can be restored; false repairs; milliseconds."""
    rows = [
        f"| {' | '.join(_HEAD)} |",
        "|" + " --- |" * len(_HEAD),
    ]
    for name in names:
        kinds = scores[name]
        cells = [_share([mark for kind, mark in kinds.items() if _is(kind, each)]) for each in "abcefg"]
        false = [mark for kind, mark in kinds.items() if _is(kind, "d")]
        changed = sum(mark.changed for mark in false)
        stays = f"{changed} of {sum(mark.cases for mark in false)}" if false else ""
        every = sum(mark.cases for mark in kinds.values())
        spent = sum(mark.seconds for mark in kinds.values()) * 1000 / max(1, every)
        rows.append(f"| {name} | {' | '.join(cells)} | {stays} | {spent:.2f} |")
    return rows


def _is(kind: str, family: str) -> bool:
    return kind.startswith(family) and not kind.endswith("(lost)")


def _share(marks: list[Score]) -> str:
    cases = sum(mark.cases for mark in marks)
    return f"{100 * sum(mark.exact for mark in marks) / cases:.2f} %" if cases else ""


def kind_table(kinds: dict[str, Score]) -> list[str]:
    rows = ["| kind | cases | exact | flagged (or exact) | ms |", "| --- | --- | --- | --- | --- |"]
    for kind, mark in sorted(kinds.items()):
        share = f"{100 * mark.exact / mark.cases:.1f} %"
        if kind.startswith("d"):
            share = f"{mark.changed} changed"
        shown = mark.flagged or kind.endswith("(lost)")
        flagged = f"{100 * mark.flagged / mark.cases:.0f} %" if shown else ""
        rows.append(
            f"| {kind} | {mark.cases} | {share} | {flagged} | {1000 * mark.seconds / mark.cases:.2f} |"
        )
    return rows


def show_failures(title: str, kinds: dict[str, Score], number: int) -> None:
    """Print failed cases around the first difference, the damaged text first."""
    if not number:
        return
    ours = peers.portalwatch()
    for kind, mark in sorted(kinds.items()):
        for case in mark.failed[:number]:
            got = fold(ours.repair(case)[0][0])
            want = fold(case.wanted[0])
            at = next((i for i, (a, b) in enumerate(zip(got, want, strict=False)) if a != b), len(got))
            part = slice(max(0, at - 12), at + 20)
            print(f"{title}, {kind}: got {got[part]!r}, wanted {want[part]!r}")


def write(path: Path, tables: str) -> None:
    text = path.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{path} has no {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
