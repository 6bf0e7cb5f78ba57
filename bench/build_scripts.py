"""Build crawler/text/data/scripts.tsv, what OpenCC's tables say of single characters (Apache 2.0).

    python bench/build_scripts.py > crawler/text/data/scripts.tsv

Rows: ``simplified`` (a character of its own script, and its Simplified form), ``simplified only`` (characters
that no Traditional text has) and ``usual`` (the Traditional forms that a table of characters gives).
``crawler/text/script.py`` reads them, since OpenCC's phrase tables take 45 MB once they are loaded.
"""

from __future__ import annotations

from opencc import OpenCC


def single(name: str) -> dict[str, str]:
    """Give the characters that a conversion changes by themselves."""
    before = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    after = str(OpenCC(name).convert("\n".join(before))).split("\n")
    return {char: to for char, to in zip(before, after, strict=True) if char != to}


def rows() -> dict[str, str]:
    """Give the rows of the file; of ``simplified``, each character is followed by its form."""
    to_traditional, in_hong_kong = single("s2t"), single("s2hk")
    simplified_only = (
        char
        for char in to_traditional
        if char in in_hong_kong and not _in(char, "big5") and _in(char, "gb2312")
    )
    usual = {char for name in ("s2t", "s2tw", "s2hk") for char in single(name).values()}
    return {
        "simplified": "".join(char + to for char, to in single("tw2s").items()),
        "simplified only": "".join(simplified_only),
        "usual": "".join(sorted(usual)),
    }


def _in(char: str, charset: str) -> bool:
    """Say whether GB 2312 or Big5 has a character; Hong Kong writes 户, 温, 税 as Simplified does."""
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    print("\n".join(f"{name}\t{characters}" for name, characters in rows().items()))
