"""Build crawler/text/data/readings.tsv from the pypinyin package (MIT licence).

    python bench/build_readings.py > crawler/text/data/readings.tsv

Needs pypinyin, which nothing else here does: run it in an environment of its own. A line of the table is a
list of toned readings, the first reading first, a tab, and every character that has exactly those readings.
Only the basic plane is kept: injected readings come from GBK tables.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib import import_module, metadata


def main() -> None:
    characters: dict[str, list[str]] = defaultdict(list)
    for code, readings in import_module("pypinyin.pinyin_dict").pinyin_dict.items():
        if code < 0x10000:
            characters[readings].append(chr(code))
    print(f"# pypinyin {metadata.version('pypinyin')} (MIT), by bench/build_readings.py")
    for readings in sorted(characters):
        print(readings, "".join(sorted(characters[readings])), sep="\t", file=sys.stdout)


if __name__ == "__main__":
    main()
