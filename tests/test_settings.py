"""What the settings have Scrapy load."""

from __future__ import annotations

import subprocess
import sys

from tests.starting import ROOT

LOADING = """
import sys
from scrapy.utils.project import get_project_settings

settings = get_project_settings()
for name in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
    settings.get_component_priority_dict_with_base(name)
print(*sorted({"aiohttp", "requests", "tldextract", "twisted.conch"} & set(sys.modules)))
"""


def test_what_no_crawl_uses_is_not_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
