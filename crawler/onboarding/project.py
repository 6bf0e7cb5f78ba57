"""Where a project keeps its spiders and seeds, and the seeds themselves."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scrapy.utils.conf import closest_scrapy_cfg

from crawler.page.address import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.onboarding.visit import Captured

SHANGHAI = ZoneInfo("Asia/Shanghai")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_NO_NAME = re.compile(
    r"www\d?|com|cn|net|org|gov|edu|info|news|m|wap|home|portal|index|web|site|hk|tw|mo|top|xyz|cc"
)
_NUMBERED = re.compile(r"(list|article)-(\d+)")


def is_name(name: str) -> bool:
    """Tell whether ``name`` can be a spider's: a lower-case identifier of ASCII letters, digits and _."""
    return bool(_NAME.fullmatch(name)) and not iskeyword(name)


def name_of(url: str) -> str:
    """Return a spider's name made of an address's host, '' if none can be made."""
    labels = (urlsplit(url).hostname or "").split(".")[:-1]
    names = [re.sub(r"\W", "_", label) for label in labels if not _NO_NAME.fullmatch(label)]
    return max(filter(is_name, names), key=len, default="")


@dataclass(frozen=True, slots=True)
class Project:
    """The project in whose folder, or in a folder of which, a command runs."""

    root: Path

    @classmethod
    def here(cls) -> Project:
        """Return the project of the nearest scrapy.cfg."""
        return cls(Path(closest_scrapy_cfg()).parent)

    def spider_file(self, name: str) -> Path:
        """Return where the spider ``name`` is."""
        return self.root / "spiders" / f"{name}.py"

    def seeds(self, name: str) -> Path:
        """Return the folder of the seeds of ``name``."""
        return self.root / "seeds" / name

    def seed_of(self, name: str, url: str) -> Path | None:
        """Return the seed of ``name`` that was made of ``url``, None if there is none."""
        wanted = canonical_url(url)
        for path in sorted(self.seeds(name).glob("*/response.json")):
            if canonical_url(json.loads(path.read_text("utf-8"))["url"]) == wanted:
                return path.parent
        return None

    def next_seed(self, name: str, kind: str) -> Path:
        """Return the folder of the next seed of ``kind``, list or article; it does not exist yet."""
        numbers = [
            int(match[2])
            for path in self.seeds(name).glob(f"{kind}-*")
            if (match := _NUMBERED.fullmatch(path.name))
        ]
        return self.seeds(name) / f"{kind}-{max(numbers, default=0) + 1}"


def write_seed(folder: Path, captured: Captured, expected: dict[str, Any]) -> None:
    """Write a seed into ``folder``, which must not exist: the bytes as they came, and what is read there."""
    folder.mkdir(parents=True)
    response = {
        "url": captured.url,
        "status": captured.status,
        "headers": {"Content-Type": captured.content_type} if captured.content_type else {},
        "fetched": captured.fetched.astimezone(SHANGHAI).isoformat(),
    }
    (folder / "body.html").write_bytes(captured.body)
    (folder / "response.json").write_text(json.dumps(response, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "expected.json").write_text(dump(expected), "utf-8")


def dump(expected: dict[str, Any]) -> str:
    """Return the text of an expected.json."""
    return json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def run_seeds_test(project: Project, name: str, folders: Iterable[Path]) -> tuple[bool | None, str]:
    """Run the project's seeds test on some seeds of ``name``; return whether it passed and what it said.

    None where it cannot be run: a project without tests, or an installation without pytest.
    """
    test = project.root / "tests" / "test_seeds.py"
    if not test.is_file() or importlib.util.find_spec("pytest") is None:
        return None, "the project has no tests/test_seeds.py or pytest is not installed"
    words: Sequence[str] = [f"tests/test_seeds.py::test_seed[{name}-{folder.name}]" for folder in folders]
    done = subprocess.run(  # noqa: S603  our own interpreter on our own test
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=project.root,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # this one test needs none
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout.strip()
