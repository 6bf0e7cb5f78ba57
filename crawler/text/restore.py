"""Undo what garbled a page's texts, and say step by step what was done.

The order matters: escapes hide letters that mojibake is made of; glosses and cuts can only be seen in
readable text, and a cut needs the private-use characters that stripping removes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.text import (
    cuts,
    deadline,
    gloss,
    halves,
    injection,
    losses,
    mojibake,
    noise,
    shifted,
    topic,
    wide_cuts,
)
from crawler.text.gloss import Profile
from crawler.text.likelihood import PageWords
from crawler.text.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Undo = Callable[[str], tuple[str, tuple[Repair, ...], tuple[str, ...]]]

GLOSS = "gloss"
CUT = "cut"
LOST_BYTE = "lost-byte"
GUESSED = "guessed"
_LOST = "\ufffd"
_REPLACED = "replacement-characters"
_ESCAPE = "escape"
_NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored text, what was done to it, and what is lost for good (a flag a kind of loss)."""

    text: str
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoredAll:
    """The restored texts of a page, in the order they came, with the repairs and losses of all."""

    texts: tuple[str, ...]
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Page:
    """The texts of a page on their way through the steps."""

    texts: list[str]
    repairs: list[Repair] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def take(
        self, step: Callable[[Sequence[str]], tuple[Sequence[str], Sequence[Repair], Sequence[str]]]
    ) -> None:
        """Take one step that decides over all texts of the page."""
        texts, repairs, flags = step(self.texts)
        self.texts = list(texts)
        self.repairs += repairs
        self.flags += flags

    def each(self, undo: Undo) -> None:
        """Take one step on each text by itself; equal kinds of repair are counted together."""
        merged: dict[tuple[str, str], Repair] = {}
        for at, text in enumerate(self.texts):
            deadline.check()
            self.texts[at], repairs, flags = undo(text)
            for repair in repairs:
                known = merged.get((repair.step, repair.detail))
                merged[repair.step, repair.detail] = (
                    replace(known, count=known.count + repair.count) if known else repair
                )
            self.flags += flags
        self.repairs += merged.values()


def restore(text: str) -> Restored:
    """Restore a text that is a page of its own. Never raises; a healthy text comes back as it is."""
    done = restore_all([text])
    return Restored(done.texts[0], done.repairs, done.flags)


def restore_all(texts: Sequence[str]) -> RestoredAll:
    """Restore all texts of one page, each by itself; whether readings were injected is decided over all.

    Give title, head lines and every block of the page: a short title is decided with its body. Raises nothing
    but ``TooSlowError``, under a limit of time.
    """
    shown = [_show_cuts(text) for text in texts]
    if all(after == before for before, after in zip(texts, shown, strict=True)):
        return _restore_all(texts)
    done = _restore_all(shown)
    if any(repair.step == CUT for repair in done.repairs):
        return done
    done = _restore_all(texts)
    dropped = sum(
        after.count(_LOST) - before.count(_LOST) for before, after in zip(texts, shown, strict=True)
    )
    injected = dropped > 1 or any(repair.step == GLOSS for repair in done.repairs)
    if not injected or LOST_BYTE in done.flags or injection.about_reading(texts):
        return done
    return replace(done, flags=(*done.flags, LOST_BYTE))


def _show_cuts(text: str) -> str:
    return wide_cuts.show(cuts.show_dropped(text))


def _restore_all(texts: Sequence[str]) -> RestoredAll:
    page = _Page(list(texts))
    page.take(noise.undo_escapes_all)
    page.each(noise.strip_zero_width)
    profile = injection.decide(page.texts)
    if profile is None:
        page.take(mojibake.undo_all)
        if any(repair.step == mojibake.STEP for repair in page.repairs):
            profile = injection.decide(page.texts)
        _undo_injection(page, profile)
    else:
        # Runs that are out of step look misread; there is nothing to ask before they are mended.
        _undo_injection(page, profile)
        before = len(page.repairs)
        page.take(mojibake.undo_all)
        if len(page.repairs) > before:
            # Readings on the lines that were misread.
            _remove_glosses(page, profile)
    page.take(shifted.undo_all)
    if shifted.LOST_BYTES not in page.flags and halves.are_there(page.texts):
        page.flags.append(shifted.LOST_BYTES)
    before = len(page.repairs)
    page.each(noise.strip)
    if len(page.repairs) > before:
        # What invisible characters had hidden: losses and readings.
        page.flags += losses.flags("\n".join(page.texts))
        if profile := injection.decide(page.texts):
            _remove_glosses(page, profile)
    if not any(sign in text for text in page.texts for sign in (_LOST, *losses.SHOWN_REPLACED)):
        page.flags = [flag for flag in page.flags if flag != _REPLACED]
    return RestoredAll(tuple(page.texts), tuple(page.repairs), tuple(dict.fromkeys(page.flags)))


def _undo_injection(page: _Page, profile: Profile | None) -> None:
    if profile is None and not any(map(cuts.suspected, page.texts)):
        return
    # Counted while the brackets still show where a run is in step again.
    scripts = injection.count_scripts(page.texts)
    if profile is not None:
        _remove_glosses(page, profile)
        # Some pages have readings of two kinds.
        more = injection.decide(page.texts)
        if more is not None and more != profile:
            _remove_glosses(page, more)
    # Where nothing tells the script: readings are injected into text that was converted to Traditional.
    traditional = scripts.mostly_traditional or not any(scripts)
    _mend(page, profile, traditional=traditional)
    mended = sum(repair.count for repair in page.repairs if repair.step == CUT)
    if profile is not None and mended:
        # A second bracket of a character that was read again.
        _remove_glosses(page, profile)
    if profile is None and mended:
        # Only now can be seen what stands in front of each bracket; and nobody but an injection makes cuts.
        later = injection.decide(page.texts, mended=mended)
        if later is not None:
            _remove_glosses(page, later)
            _mend(page, later, traditional=traditional)


def _remove_glosses(page: _Page, profile: Profile) -> None:
    removed: list[str] = []
    for at, text in enumerate(page.texts):
        deadline.check()
        page.texts[at], taken = gloss.remove(text, profile)
        removed += taken
    if removed:
        page.repairs.append(Repair(GLOSS, len(removed), removed[0], removed[0][0], profile.describe()))


def _mend(page: _Page, profile: Profile | None, *, traditional: bool) -> None:
    words = PageWords(page.texts)
    mended = [cuts.mend(text, profile, traditional=traditional, words=words) for text in page.texts]
    page.texts = [each.text for each in mended]
    examples = [each for each in mended if each.count]
    if examples:
        count = sum(each.count for each in examples)
        detail = " ".join(
            [*(["traditional"] if traditional else []), profile.describe() if profile else "undecided"]
        )
        page.repairs.append(Repair(CUT, count, examples[0].before, examples[0].after, detail))
    quoted = profile is None and not examples and topic.about_encodings("\n".join(page.texts))
    if any(each.lost for each in mended) and not quoted:
        page.flags.append(LOST_BYTE)
    if any(each.guessed for each in mended):
        page.flags.append(GUESSED)


def apply(repairs: Iterable[Repair], text: str) -> str:
    """Repeat repairs on a text of the same page, in the order in which they were made."""
    repairs = tuple(repairs)
    if any(repair.step == CUT for repair in repairs):
        text = _show_cuts(text)
    for repair in repairs:
        text = _repeat(repair, text)
    return text


def _repeat(repair: Repair, text: str) -> str:
    if repair.step == GLOSS:
        return gloss.remove(text, Profile.parse(repair.detail))[0]
    if repair.step == CUT:
        profile = None if "undecided" in repair.detail else Profile.parse(repair.detail)
        traditional = "traditional" in repair.detail.split()
        return cuts.mend(text, profile, traditional=traditional, words=PageWords([text])).text
    if repair.step == mojibake.STEP:
        return mojibake.apply(repair, text)
    if repair.step == shifted.STEP:
        return shifted.apply(repair, text)
    if repair.step in {_ESCAPE, _NOISE}:
        return noise.apply(repair, text)
    return text
