"""Build crawler/text/data/common.txt, the most frequent Simplified characters in order, from jieba (MIT).

    python bench/build_common.py > crawler/text/data/common.txt

Needs jieba, which nothing else here does: run it in an environment of its own. A character counts with the
frequency of every word of jieba's dictionary that it stands in.
"""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

KEPT = 3000


def main() -> None:
    counts: Counter[str] = Counter()
    for line in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, *_ = line.split(" ")
        for char in word:
            if "\u4e00" <= char <= "\u9fff":
                counts[char] += int(frequency)
    print("".join(char for char, _ in counts.most_common(KEPT)))


if __name__ == "__main__":
    main()
