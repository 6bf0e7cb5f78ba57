"""Wrong use of ``scrapy crawl`` is one sentence, and nothing is visited."""

from __future__ import annotations

import pytest

from crawler.commands.crawl import Command
from tests.commands.invoking import invoke


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say which portal to visit"),
        (("nope",), "There is no portal named 'nope'"),
        (("xian", "-a", "since"), "An argument is written -a NAME=VALUE."),
        (("xian", "-a", "day=1"), "There is no argument 'day'; there are: base, full, since, until."),
        (("xian", "-a", "since=1.5.2026"), "Argument since: '1.5.2026' is not a date such as 2026-05-01."),
        (("xian", "-a", "base=www.xian.example"), "Argument base: an address begins with http://"),
    ],
)
def test_wrong_use(words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, *words, settings={"PORTALWATCH_DATABASE_URL": "sqlite://"}) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert captured.err.startswith(sentence)
