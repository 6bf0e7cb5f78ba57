"""Characters cut in two by an insertion into their bytes, ``占?xì)淠芘c新型`` for 占氫能與新型.

Content farms insert readings by replacing bytes of GBK text without minding where a character begins. Where
the bytes of a glossed character match across two characters, ``BC 9A|E4`` for 細 in 占氫, the insertion
leaves a byte alone; the decoder turns it and the bracket behind it into one ``?`` (or U+FFFD), and everything
behind is read one byte out of step until a letter falls right again. The same happens at full-width marks.
Here the places are found; ``crawler.text.out_of_step`` goes back to the bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from crawler.text import gbk, gloss, model
from crawler.text.cut_tokens import BLANK, LOST, SPELLED
from crawler.text.likelihood import PageWords
from crawler.text.out_of_step import Reader, Run

__all__ = ["Mended", "PageWords", "mend", "suspected"]

# A mark that a converter handled by its bytes, A3xx, perhaps narrowed since.
_MARK = r"[，：；！？（）,;:!]|\?(?!\?)"
# Others are not known to be handled so, and follow a question mark in sound text.
_OTHER_MARK = r"[。、“”《》]"
# A cut that a reading shows, one that a mark behind it shows, and one whose lone byte has been taken out.
_ANCHOR = re.compile(
    rf"[{LOST}(（](?:(?<=[{LOST}])(?:[(（]?{BLANK}(?P<spelled>{SPELLED}){BLANK}[)）]|(?={_MARK}|(?P<other>{_OTHER_MARK})))"
    rf"|(?<=[(（])(?P<bare>[{gloss.LETTERS}]{{2,6}})[)）])"
)
_SUSPECTED = re.compile(
    rf"(?<=[{gloss.HAN}“”])[{LOST}](?:{_MARK}|[(（]?{BLANK}[{gloss.LETTERS}]{{1,6}}{BLANK}[)）])"
)
# Whole characters are lost, not halves.
_WHOLE_LOST = re.compile("[?\ufffd]{3}")
_BETWEEN_LOST = re.compile(rf"[{LOST}][，；！？][{LOST}](?=[{gloss.HAN}0-9])")
# A bracket that only closes, with a tone, behind a lost character: a cut, mended or not, on whatever page.
_LEFT = re.compile(rf"[{LOST}](?=[{gloss.LETTERS}]{{0,7}}[{gloss.MARKED}])[{gloss.LETTERS}]{{1,8}}[)）]")
_LEFT_BETWEEN = re.compile(f"[{LOST}][，；,;][{LOST}]")
_LEFT_AT_MARK = re.compile(rf"[{LOST}][，；！？]")
# A reading with a tone behind a letter: the second byte of the character that it is of.
_LEFT_BEHIND_LETTER = re.compile(
    rf"[@-~][(（](?=[{gloss.LETTERS}]{{0,7}}[{gloss.MARKED}])[{gloss.LETTERS}]{{1,8}}[)）]"
)
# A reading of one syllable that fits nothing, where all that fit are gone.
_LEFT_READING = re.compile(rf"[(（](?=[{gloss.LETTERS}]{{0,5}}[{gloss.MARKED}])[{gloss.LETTERS}]{{1,6}}[)）]")
_LEFT_ON_SUCH_PAGES = (_LEFT_AT_MARK, _LEFT_BEHIND_LETTER, _LEFT_READING)
_BEHIND_MARK = re.compile(rf"[{LOST}][，；！？]([{gloss.HAN}]{{4,12}})")
# Two marks, and a letter glued to a character: nobody writes that, whatever the page.
_GLUED = re.compile(rf"[{LOST}][，；！？][@-Za-z\[-`{{-~](?=[{gloss.HAN}(（])")
_BEHIND_OPEN = re.compile(r"[^\0-\x7f]{3,8}")
# Mean log-probability of characters that stand together by chance.
_NO_CHINESE = -11.0
_LETTER_GLOSS = re.compile(
    rf"([{gloss.HAN}，。、：；！？“”‘’（）《》])([@-~])({BLANK}[(（]{BLANK}({SPELLED}){BLANK}[)）] ?)"
)
# A reading with a tone that only a closing bracket follows: what was lost ahead of it has been taken out.
_DROPPED = re.compile(
    rf"(?<=[{gloss.HAN}“”)），。；])(?=[{gloss.LETTERS}]{{0,5}}[{gloss.MARKED}][{gloss.LETTERS}]{{0,4}}[)）])"
)
_CLOSED = re.compile(f"[{gloss.MARKED}][{gloss.LETTERS}]{{0,4}}[)）]")
_SHOWN_TWICE = re.compile(
    rf"(?<![?\n])\?\?(?=[{gloss.LETTERS}]{{0,5}}[{gloss.MARKED}][{gloss.LETTERS}]{{0,4}}[)）])"
)
_MISFIT = re.compile(
    rf"(?<=[{gloss.HAN}])\((?P<misfit>[{gloss.LETTERS}]{{0,5}}[{gloss.MARKED}][{gloss.LETTERS}]{{0,4}})\)"
    rf"(?=[@-~][^ -~]|[{gloss.HAN}]{{2}})"
)
_BEHIND_MISFIT = 2
_OPEN_BEFORE = re.compile(r"[(（\[［【〔][^)）\]］】〕]*\Z")
# How far back a bracket that is open is looked for, in characters.
_BRACKET = 60
# How far back an opened quotation is looked for, in characters.
_CONTEXT = 400
# How much more likely, in nats, the text must become: little where a reading speaks for it, else much.
MARGIN_READING = 0.0
MARGIN_MARK = 4.0
MARGIN_UNDECIDED_PAGE = 10.0
MARGIN_INSERTION = 2.5
# A choice that is not so many nats ahead of the next best is a guess, and is flagged.
CLEAR_READING = 3.0
CLEAR_MARK = 3.0
# Most characters that a mark's first byte belonged to are full stops.
CLEAR_MARK_RARER = 6.5
# A pair of bytes that vanished is looked for among so many characters where nothing else reads.
_FAR = 24
# A text where so many places cannot be mended is garbled in another way.
_IN_VAIN = 60


@dataclass(frozen=True, slots=True)
class Mended:
    """A text with its cuts undone: how many, one example before and after.

    ``lost`` is how many were left or swallowed something for good, ``guessed`` how many had a close rival.
    """

    text: str
    count: int = 0
    before: str = ""
    after: str = ""
    lost: int = 0
    guessed: int = 0


def suspected(text: str) -> bool:
    """Say whether a text of a page without injected readings may have cuts all the same."""
    if "?" not in text and "\ufffd" not in text:
        return False
    return _LEFT.search(text) is not None or (
        _SUSPECTED.search(text) is not None and not _WHOLE_LOST.search(text)
    )


def show_dropped(text: str) -> str:
    """Put U+FFFD where a lost byte and its bracket were taken out: ``结构piè)`` was ``结构?piè)``.

    Where a site shows each of the two bytes as ``?``, one of these is taken out. Where the byte alone is
    gone, ``請(zhí)崆``, the reading fits nothing and what stands behind is no Chinese.
    """
    if not _CLOSED.search(text):
        return text
    text = _MISFIT.sub(_shown_misfit, _SHOWN_TWICE.sub("?", text))

    def show(found: re.Match[str]) -> str:
        opened = _OPEN_BEFORE.search(text, max(0, found.start() - _BRACKET), found.start())
        return "" if opened else "\ufffd"

    return _DROPPED.sub(show, text)


def _shown_misfit(found: re.Match[str]) -> str:
    text, spelled = found.string, found["misfit"]
    if gloss.judge(text[found.start() - 1], spelled)[0] is not gloss.Verdict.NONE:
        return found[0]
    behind = text[found.end() : found.end() + _BEHIND_MISFIT]
    odd = behind[:1].isascii() or model.score(behind) < _NO_CHINESE
    return f"\ufffd{spelled})" if odd else found[0]


def mend(text: str, profile: gloss.Profile | None, *, traditional: bool, words: PageWords) -> Mended:
    """Undo the cuts in a text whose glosses have been removed already (see ``gloss.remove``).

    ``profile`` is how readings were injected into its page, None where they were not; ``traditional`` is the
    page's script, which tells which characters a lost one may have been; ``words`` are those of its page.
    """
    blank_behind = profile is not None and profile.blank_behind
    reader = Reader(text, traditional=traditional, blank_behind=blank_behind, words=words)
    kept: list[str] = []
    done = count = lost = guessed = in_vain = 0
    example = ("", "")
    for anchor in _ANCHOR.finditer(text):
        at = anchor.start()
        if at < done or not _is_candidate(anchor, profile):
            continue
        if in_vain > _IN_VAIN:
            lost += 1
            break
        before = "".join((*kept[-8:], text[done:at]))[-_CONTEXT:]
        run = _solve(reader, anchor, before, decided=profile is not None)
        if run is None:
            in_vain += 1
            decided = profile is not None and not anchor["bare"]
            lost += decided or _BETWEEN_LOST.match(text, at) is not None or _reads_badly(text, at)
            continue
        example = example if count else (text[at : run.end], run.out)
        kept += [text[done:at], run.out]
        done = run.end
        count += 1
        lost += run.lost
        guessed += run.ahead < _clear(anchor, run) or _is_odd(run)
    kept.append(text[done:])
    mended, letters = _drop_letter_glosses("".join(kept)) if profile else ("".join(kept), 0)
    if not lost and (
        _LEFT.search(mended)
        or _LEFT_BETWEEN.search(mended)
        or (profile and any(left.search(mended) for left in _LEFT_ON_SUCH_PAGES))
    ):
        lost = 1
    return Mended(mended, count + letters, *example, lost=lost, guessed=guessed)


def _reads_badly(text: str, at: int) -> bool:
    """Say whether what stands behind a lost byte and a full-width mark is no Chinese, but out of step."""
    found = _BEHIND_MARK.match(text, at)
    return found is not None and model.score(found[1]) < _NO_CHINESE


def _clear(anchor: re.Match[str], run: Run) -> float:
    """Say how many nats ahead of the next best the reading of a run has to be, so as not to be a guess."""
    if anchor["spelled"] or anchor["bare"]:
        return CLEAR_READING
    return CLEAR_MARK if run.out.startswith("。") else CLEAR_MARK_RARER


def _is_odd(run: Run) -> bool:
    """Say whether unlikely characters stand side by side in a reading: a pair of bytes may be wrong."""
    return any(after - before == 1 for before, after in pairwise(run.odd))


def _is_candidate(anchor: re.Match[str], profile: gloss.Profile | None) -> bool:
    """Say whether a place may be a cut: behind a character, with a reading if only a bracket is left."""
    text, at = anchor.string, anchor.start()
    previous = text[max(0, at - 1) : at]
    if _WHOLE_LOST.search(text, at, at + 6):
        return False
    if not previous or previous in LOST or (previous.isascii() and previous.isalpha()):
        return False
    if profile is None and anchor["other"]:
        return False
    if profile is None and text.startswith("??", at):
        # Two of them mostly stand for what is left open in a date or a form.
        behind = _BEHIND_OPEN.match(text, at + 2)
        if behind is None or model.score(behind[0]) > _NO_CHINESE:
            return False
    spelled = anchor["bare"]
    if spelled is None:
        return True
    return profile is not None and (not profile.toned or _is_toned(spelled))


def _is_toned(spelled: str) -> bool:
    return any(letter in gloss.MARKED for letter in spelled)


def _solve(reader: Reader, anchor: re.Match[str], before: str, *, decided: bool) -> Run | None:
    """Return the reading of a run, None where leaving it is as likely."""
    at, spelled = anchor.start(), anchor["spelled"]
    margin = MARGIN_READING if spelled else MARGIN_MARK
    if not decided and not (spelled and _is_toned(spelled)) and not _GLUED.match(anchor.string, at):
        margin += MARGIN_UNDECIDED_PAGE
    run = reader.run(at, before, spelled=spelled or anchor["bare"])
    failed = run is None or run.gain < margin
    lacks = decided and reader.may_lack and not anchor["bare"]
    if lacks and (failed or (run and run.odd)):
        odd = run.odd if run and not failed else ()
        places = [place + by for place in odd for by in (-1, 0, 1)] or range(_FAR)
        other = reader.run(at, before, spelled=spelled, insert=places)
        if other and (run is None or other.gain > run.gain + MARGIN_INSERTION):
            run = other
    return run if run and run.gain >= margin else None


def _drop_letter_glosses(text: str) -> tuple[str, int]:
    """Remove readings that matched a character's second byte and the letter behind it: 以A(sòng)I."""
    dropped = 0

    def drop(match: re.Match[str]) -> str:
        nonlocal dropped
        char, letter, _, spelled = match.groups()
        raw = gbk.encode(char)
        if not raw or ord(letter) not in gbk.read_as(raw[-1], spelled):
            return match[0]
        dropped += 1
        return char + letter

    return (_LETTER_GLOSS.sub(drop, text), dropped) if "(" in text or "（" in text else (text, 0)
