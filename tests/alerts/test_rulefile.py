from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alerts.rulefile import RuleFileError, read_file, read_rules
from crawler.alerts.rules import Change, Rule, plan

LISTS = [f"&a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 9)]
BOMB = f"[&a0 [x], {', '.join(LISTS)}]"
"""Lists of nine times the list before: nine to the eighth texts, if anybody writes them out."""
FILE = """\
watches:
  低空: 低空经济 OR 通用航空
  "NO":
    query: title:专精特新
    targets: [desk, wecom]
    digest: daily
    quiet: 22:00-07:00
    burst: 20
    full_text: true
"""


def test_a_file_of_watches() -> None:
    assert read_rules(FILE) == [
        Rule("低空", "低空经济 OR 通用航空"),
        Rule("NO", "title:专精特新", ("desk", "wecom"), "daily", "22:00-07:00", 20, full_text=True),
    ]
    assert read_rules("watches: {}") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "one key, 'watches'"),
        ("- 水", "one key, 'watches'"),
        ("watches:\n  a: 水\nother: 1", "one key, 'watches'"),
        ("watches: [", "this is no YAML"),
        ("watches:\n  a: 水\n  a: 火", "the key 'a' stands twice"),
        ("watches:\n  a: 水\n  A: 火", "A: another watch has the same name"),
        ("watches:\n  a: (水", "a: query: at character 1: this bracket is never closed\n(水\n^"),
        ("watches:\n  ../a: 水", "cannot name a watch"),
        ("watches:\n  5: 水", "5: a name has to be text"),
        ("watches:\n  a: 5", "a: a watch is a query or has options"),
        ("watches:\n  a: {query: 水, colour: red}", "a: unknown: colour"),
        ("watches:\n  a: {query: 水, digest: weekly}", "a: digest: 'weekly'"),
        ("watches:\n  a: {query: 水, quiet: '25:00-07:00'}", "a: quiet: '25:00-07:00'"),
        ("watches:\n  a: {query: 水, burst: -1}", "a: burst: "),
        ("watches:\n  a: {query: 水, full_text: perhaps}", "a: full_text: 'perhaps'"),
        ("watches:\n  a: {query: 水, targets: [1]}", "a: targets: has to be a list"),
        ("watches: " + "[" * 5000, "YAML"),
        ("watches:\n  ? [a]\n  : 水", "unhashable"),
        ("watches:\n  低空.atom: 水", "does not end with .atom"),
        (f"watches:\n  a: {{query: {BOMB}}}", "a: query: "),
        (f"watches:\n  a: {{query: 水, burst: {BOMB}}}", "a: burst: "),
        ("watches:\n  a: {query: 水, targets: 'wecombot://x'}", "a: targets: a name of a target has 1 to 60"),
        (f"watches:\n  a: {{query: 水, targets: {BOMB}}}", "a: targets: "),
    ],
)
def test_what_is_wrong_is_told_by_name(text: str, reason: str) -> None:
    with pytest.raises(RuleFileError) as raised:
        read_rules(text)
    assert reason in str(raised.value)
    assert len(str(raised.value)) < 1_000


def test_a_file_that_never_ends_is_not_read_to_its_end() -> None:
    with pytest.raises(RuleFileError, match="at most 16 MB"):
        read_file(Path("/dev/zero"))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(RuleFileError) as raised:
        read_rules("watches:\n  a: (水\n  b: {query: 水, digest: x}")
    assert [line.split(":")[0] for line in str(raised.value).splitlines() if ":" in line] == ["a", "b"]


@given(st.text(alphabet="watches: \n水{}[]\"'-&*!|>#%@`a1", max_size=60))
def test_any_text_is_a_file_or_an_error(text: str) -> None:
    try:
        rules = read_rules(text)
    except RuleFileError as error:
        rules, reason = [], str(error)
    else:
        reason = ""
    assert bool(reason) or isinstance(rules, list)


def test_a_plan_touches_by_hand_only_what_the_file_names() -> None:
    a, b, c, d = (Rule(name, "水") for name in "abcd")
    stored = {"a": (a, True), "b": (b, False), "c": (c, True), "e": (Rule("e", "火"), False)}
    wanted = [Rule("a", "火"), d, Rule("e", "火")]

    assert plan(stored, wanted) == [
        Change("change", "a", a, Rule("a", "火")),
        Change("remove", "c", c),
        Change("add", "d", new=d),
        Change("change", "e", Rule("e", "火"), Rule("e", "火")),
    ]
    assert plan({rule.name: (rule, True) for rule in wanted}, wanted) == []
    assert Change("change", "a", a, Rule("a", "火", burst=3)).fields == ["query", "burst"]
