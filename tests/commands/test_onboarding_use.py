"""Wrong use of `newportal`, `seed` and `check` is one sentence, and nothing is fetched or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.commands import check, newportal, seed
from tests.commands.invoking import invoke
from tests.world import ROOT


@pytest.mark.parametrize(
    ("command", "words", "sentence"),
    [
        (newportal, (), "Say which portal to take in"),
        (newportal, ("ftp://a.example/",), "ftp://a.example/ is no address such as"),
        (newportal, ("www.a.example",), "www.a.example is no address such as"),
        (newportal, ("http://",), "http:// is no address such as"),
        (newportal, ("http://www.a.example/", "--name", "no-name"), "'no-name' cannot be a spider's name"),
        (newportal, ("http://www.a.example/", "--name", "../x"), "'../x' cannot be a spider's name"),
        (newportal, ("http://www.a.example/", "--name", "fbdy"), "There is a spider named 'fbdy' already"),
        (newportal, ("http://www.a.example/", "--name", "replicas"), "There is a folder of seeds named"),
        (newportal, ("http://10.0.0.1/",), "No name can be made of http://10.0.0.1/"),
        (newportal, ("http://www.ab.example/", "--sample", "1"), "--sample is a number from 2 up"),
        (newportal, ("http://www.ab.example/", "--nope"), "Unknown option --nope"),
        (seed, ("fbdy",), "Say which portal and which page"),
        (seed, ("fbdz", "http://fbdy.cn/"), "There is no portal named 'fbdz'. Did you mean fbdy?"),
        (seed, ("fbdy", "http://other.example/1.html"), "is not on http://fbdy.cn"),
        (
            seed,
            ("fbdy", "https://www.fbdy.cn/news/newsdetail-20489.html"),
            "seeds/fbdy/article-1 is a seed of",
        ),
        (check, (), "Say which portal to check"),
        (check, ("fbdy", "--sample", "0"), "--sample is a number from 1 up"),
        (check, ("nope",), "There is no portal named 'nope'"),
    ],
)
def test_wrong_use(
    command: object, words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = sorted(ROOT.glob("spiders/*.py")), sorted(ROOT.glob("seeds/*"))
    status = invoke(command.Command, *words, settings={})  # type: ignore[attr-defined]  # a command's module
    captured = capsys.readouterr()
    assert status == 2
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert before == (sorted(ROOT.glob("spiders/*.py")), sorted(ROOT.glob("seeds/*")))
