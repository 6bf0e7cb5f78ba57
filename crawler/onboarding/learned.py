"""What was learned of a portal: the attributes of its spider, and what to be unsure of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.onboarding.details import learn_breadcrumb, learn_details
from crawler.onboarding.lists import learn_lists
from crawler.onboarding.samples import Bench, told_fields
from crawler.onboarding.texts import learn_body, learn_title
from crawler.reading import Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.chain import ReadingPipeline
    from crawler.onboarding.survey import Survey
    from crawler.selectors import Selector

_SHOWN = 24  # characters of an example
_FIELDS = ("published", "source", "authors", "editors")


@dataclass(slots=True)
class Learned:
    """``rules`` are the spider's selectors by attribute; without some of them ``generic`` has to be set."""

    rules: dict[str, Selector]
    generic: bool
    bench: Bench
    notes: list[str] = field(default_factory=list)


def learn(survey: Survey, pipelines: Sequence[ReadingPipeline]) -> Learned:
    """Learn the selectors that hold on all pages of ``survey``."""
    notes = list(survey.notes)
    bench = Bench(survey.articles, pipelines, notes)
    rules: dict[str, Selector] = {}
    pages = [captured.page for section in survey.sections for captured in section.pages]
    wanted = [listed for section in survey.sections for listed in section.lists]
    lists, missed = learn_lists(pages, wanted)
    rules.update(lists)
    notes += [
        f"{name}: no selector holds on all {len(pages)} section pages, {_left(name)}" for name in missed
    ]
    helped = _learn_article(bench, rules, notes)
    generic = helped or "entries" in missed or "next_page" in missed
    learned = Learned(rules, generic, bench, notes)
    _note_details(learned)
    return learned


def _left(name: str) -> str:
    """Return in words what becomes of a field without a selector."""
    if name == "entry_date":
        return "so that -a since= has to fetch each article to know its day"
    return "the generic reader reads it"


def _learn_article(bench: Bench, rules: dict[str, Selector], notes: list[str]) -> bool:
    """Add the selectors of article pages to ``rules``; return whether the generic reader has to help."""
    count = len(bench.samples)
    title = learn_title(bench.samples)
    if title is None:
        notes.append(f"title: no selector holds on all {count} sample pages, the generic reader reads it")
    else:
        rules["title"] = title
    body = learn_body(bench, title)
    if body is None:
        notes.append(f"body: no selector holds on all {count} sample pages, the generic reader reads it")
    else:
        rules["body"] = body.selector
        notes += [
            f"body: on {len(found)} of {count} sample pages {body.selector} {does}, such as"
            f" “{found[0][:_SHOWN]}…”"
            for does, found in (
                ("leaves out what the generic reader takes", body.less),
                ("takes more than it", body.more),
            )
            if found
        ]
    known: dict[str, object] = {name: rule for name, rule in rules.items() if name in ("title", "body")}
    crumb, shown = learn_breadcrumb(bench, known)
    if crumb is not None:
        rules["breadcrumb"] = crumb
    elif shown:
        notes.append(
            f"breadcrumb: no selector holds on all {count} sample pages, the list's name stands for it"
        )
    if len(known) < 2:
        return True  # and it reads the lines about the article too
    details, missing = learn_details(bench, known)
    rules.update(details)
    notes += [
        f"{name}: no selector holds on all {count} sample pages, the generic reader reads it"
        for name in missing
    ]
    return bool(missing)


def _note_details(learned: Learned) -> None:
    """Say which fields the samples do not show."""
    rules = Rules(learned.rules, generic=learned.generic)
    found: Counter[str] = Counter()
    for sample in learned.bench.samples:
        read = told_fields(learned.bench.read(sample, rules))
        found.update(name for name in _FIELDS if read.get(name))
    count = len(learned.bench.samples)
    for name in ("published", "source"):
        if found[name] < count:
            learned.notes.append(f"{name}: found on {found[name]} of {count} sample pages")
