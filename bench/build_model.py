"""Build the character language model: crawler/text/data/model.bin.

    python bench/build_model.py crawler/text/data/model.bin

Needs three packages that the engine itself does not: jieba 0.42.1 (word counts, MIT), wordfreq 3.1.1
(word frequencies, data CC BY-SA 4.0) and, for the fold of Traditional characters, opencc (Apache 2.0).
Install them into an environment of their own. The same versions give the same file, byte for byte.

The model takes text as a stream of independent words. Under that assumption the frequency of any two or
three characters in a row follows exactly from the word list (see ``crawler/text/model.py``), so only what
happens inside words has to be stored: pairs with the frequency of words that begin and end with them, and
triples.
"""

from __future__ import annotations

import argparse
import math
import struct
import sys
import zlib
from array import array
from collections import Counter
from pathlib import Path

MAGIC = b"PWLM1\n"
# Share of jieba in the mixture; between 0.3 and 0.5 the perplexity on news text does not change.
JIEBA_SHARE = 0.4
# Words rarer than this make the file larger and the model no better.
MIN_FREQUENCY = 1e-9
# One step of a stored logarithm is 1/12, an error of at most 4 %.
STEPS = 12
HIGHEST = 254


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char == "〇"


def han_words(pairs: list[tuple[str, float]], fold: dict[str, str]) -> dict[str, float]:
    """Relative frequencies of the words that are Han throughout, in Simplified characters."""
    words: Counter[str] = Counter()
    for word, frequency in pairs:
        if frequency > 0 and all(map(is_han, word)):
            words["".join(fold.get(char, char) for char in word)] += frequency
    total = sum(words.values())
    return {word: frequency / total for word, frequency in words.items()}


def read_sources(fold: dict[str, str]) -> dict[str, float]:
    """Return the mixture of both word lists."""
    import jieba  # noqa: PLC0415 - needed for building only
    import wordfreq  # noqa: PLC0415 - needed for building only

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    counted = [(line.split()[0], float(line.split()[1])) for line in lines]
    measured = list(wordfreq.get_frequency_dict("zh", wordlist="large").items())
    mixture: Counter[str] = Counter()
    for share, source in ((JIEBA_SHARE, counted), (1 - JIEBA_SHARE, measured)):
        for word, frequency in han_words(source, fold).items():
            mixture[word] += share * frequency
    kept = {word: frequency for word, frequency in mixture.items() if frequency >= MIN_FREQUENCY}
    total = sum(kept.values())
    return {word: kept[word] / total for word in sorted(kept)}


def read_fold() -> dict[str, str]:
    """Return each Traditional character with its Simplified one, character by character, without context."""
    import opencc  # noqa: PLC0415 - stands beside the other sources

    characters = [*map(chr, range(0x3400, 0xA000)), *map(chr, range(0xF900, 0xFAFF))]
    fold: dict[str, str] = {}
    for name in ("t2s", "tw2s", "hk2s"):
        converter = opencc.OpenCC(name)
        for char in characters:
            simple = converter.convert(char)
            if simple != char and len(simple) == 1:
                fold.setdefault(char, simple)
    return {char: fold.get(simple, simple) for char, simple in fold.items()}


def quantised(frequency: float) -> int:
    return HIGHEST + 1 if frequency <= 0 else min(HIGHEST, round(-math.log(frequency) * STEPS))


def build(words: dict[str, float], fold: dict[str, str]) -> bytes:
    """Count, number the characters and lay the tables out."""
    tables: dict[str, Counter[str]] = {
        name: Counter() for name in ("unit", "start", "end", "single", "pair", "head", "tail", "triple")
    }
    for word, frequency in words.items():
        tables["start"][word[0]] += frequency
        tables["end"][word[-1]] += frequency
        if len(word) == 1:
            tables["single"][word] += frequency
        else:
            tables["head"][word[:2]] += frequency
            tables["tail"][word[-2:]] += frequency
        for size, name in ((1, "unit"), (2, "pair"), (3, "triple")):
            for at in range(len(word) - size + 1):
                tables[name][word[at : at + size]] += frequency
    characters = sorted(tables["unit"], key=lambda char: (-tables["unit"][char], char))
    number = {char: at for at, char in enumerate(characters)}
    pairs = sorted(tables["pair"], key=lambda pair: (number[pair[0]], number[pair[1]]))
    triples = sorted(tables["triple"], key=lambda triple: [number[char] for char in triple])
    folded = sorted(char for char, simple in fold.items() if simple in number and char not in number)
    parts: list[bytes] = [
        "".join(characters).encode("utf-16-le"),
        "".join(char + fold[char] for char in folded).encode("utf-16-le"),
    ]
    parts.extend(
        little(array("f", [tables[name][char] for char in characters]))
        for name in ("unit", "start", "end", "single")
    )
    parts.append(offsets([number[pair[0]] for pair in pairs], len(characters)))
    parts.append(little(array("H", [number[pair[1]] for pair in pairs])))
    parts.extend(bytes(quantised(tables[name][pair]) for pair in pairs) for name in ("pair", "head", "tail"))
    parents = sorted({triple[:2] for triple in triples}, key=lambda pair: (number[pair[0]], number[pair[1]]))
    row = {pair: at for at, pair in enumerate(pairs)}
    order = {pair: at for at, pair in enumerate(parents)}
    parts.append(little(array("I", [row[pair] for pair in parents])))
    parts.append(offsets([order[triple[:2]] for triple in triples], len(parents)))
    parts.append(little(array("H", [number[triple[2]] for triple in triples])))
    parts.append(bytes(quantised(tables["triple"][triple]) for triple in triples))
    print(f"{len(words)} words, {len(characters)} characters, {len(pairs)} pairs, {len(triples)} triples")
    lengths = struct.pack(f"<{len(parts)}I", *map(len, parts))
    return MAGIC + struct.pack("<I", len(parts)) + lengths + zlib.compress(b"".join(parts), 9)


def little(values: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def offsets(groups: list[int], count: int) -> bytes:
    """Where each of ``count`` groups begins in a sorted list of group numbers, and the end."""
    sizes = Counter(groups)
    starts, at = [0], 0
    for group in range(count):
        at += sizes[group]
        starts.append(at)
    return little(array("I", starts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    fold = read_fold()
    output.write_bytes(build(read_sources(fold), fold))
    print(f"{output}: {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
