"""Builds ``crawler/query/data/regions.tsv``: provinces, cities and counties with the names that texts use.

    python bench/build_regions.py

Needs the packages cpca 0.5.5 (MIT; the list of administrative codes, GB/T 2260) and jieba 0.42.1 (MIT; its
word list tells which short names are also words: 来宾 is a city and a guest). Columns: code, name,
short name, and 1 where the short name means nothing else, so that a text that has it names the place.
"""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parent.parent / "crawler" / "query" / "data" / "regions.tsv"
NOT_PLACES = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
KINDS = re.compile(
    r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|矿区|(?<=..)新区|省|市|县|区|盟|旗)$"
)
WORDS = {"中山", "江山", "石狮", "阳春", "仙桃", "红河", "海西"}  # what jieba takes for places only
AUTONOMOUS = re.compile(r"自治[区州县旗]$")


def peoples() -> list[str]:
    """Return the names of the 56 peoples, longest first, each with and without 族."""
    with files("cpca").joinpath("resources/56_nations.csv").open(encoding="utf-8") as lines:
        names = {word for row in csv.reader(lines) for word in row if word.strip()}
    short = {name.removesuffix("族") for name in names if len(name.removesuffix("族")) > 1}
    return sorted(names | short, key=len, reverse=True)


def short_name(name: str, nations: list[str]) -> str:
    """Return ``name`` without its kind and, of an autonomous area, its peoples, if two characters stay."""
    base = KINDS.sub("", name)
    if AUTONOMOUS.search(name) or name.endswith("族乡"):
        shorter = True
        while shorter:
            shorter = False
            for nation in nations:
                if base.endswith(nation) and len(base) - len(nation) >= 2:
                    base, shorter = base.removesuffix(nation), True
                    break
    return base if len(base) >= 2 else name


def words() -> dict[str, str]:
    """Return the parts of speech of the words of jieba's list."""
    text = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8")
    return {line.split(" ")[0]: line.split(" ")[2].strip() for line in text.splitlines()}


def main() -> None:
    """Write the table."""
    nations, kinds = peoples(), words()
    with files("cpca").joinpath("resources/adcodes.csv").open(encoding="utf-8") as lines:
        rows = [(row["adcode"][:6], row["name"]) for row in csv.DictReader(lines)]
    out = []
    for code, name in sorted(rows):
        if name in NOT_PLACES:
            continue
        short = short_name(name, nations)
        city = code.endswith("00") or name.endswith("市")
        clear = city and short not in WORDS and kinds.get(short, "ns").startswith("ns")
        out.append(f"{code}\t{name}\t{short}\t{int(clear)}")
    TARGET.write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
