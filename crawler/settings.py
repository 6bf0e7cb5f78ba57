"""Every Scrapy setting that matters here, with its reason.

An environment variable ``PORTALWATCH_<NAME>`` overrides the setting of the same name, so
``PORTALWATCH_DATABASE_URL`` and ``PORTALWATCH_DOWNLOAD_DELAY=5`` both work. ``scrapy -s`` is stronger still.
"""

from __future__ import annotations

import json
import os
from typing import Any

BOT_NAME = "portalwatch"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"

# --- What portalwatch itself needs -------------------------------------------------------------------

# Where articles are kept. SQLite needs no server; PostgreSQL 15 or later by postgresql+psycopg://user@host/name.
PORTALWATCH_DATABASE_URL = "sqlite:///var/portalwatch.db"
# Where the alert feeds are written, an Atom file and a JSON Feed a watch.
PORTALWATCH_FEEDS_DIR = "var/feeds"
# Requests to loopback and private addresses are refused: pages are hostile, and their links too.
PORTALWATCH_ALLOW_PRIVATE_ADDRESSES = False
# List pages followed in one section in one run, so that an endless pager cannot hold a run.
PORTALWATCH_MAX_LIST_PAGES = 200
# Pages of one article that are fetched and joined; a longer one is kept with the flag missing-part.
PORTALWATCH_MAX_PARTS = 20
# Seconds for finding a page's encoding, parsing and reading it; then it is refused (too-slow). 0 is no limit.
PORTALWATCH_READ_TIMEOUT = 5.0

# --- Who we are --------------------------------------------------------------------------------------

# One honest name with a way to complain. Set your own contact.
PORTALWATCH_CONTACT = "https://portalwatch.example/contact"
USER_AGENT = "portalwatch/0.1 (+{contact})"
# Compared with robots.txt groups; without it the whole USER_AGENT would be.
ROBOTSTXT_USER_AGENT = "portalwatch"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9,zh-TW;q=0.7",
}

# --- Gentleness --------------------------------------------------------------------------------------

ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 32  # over all portals of a process
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # small portals run on small machines
DOWNLOAD_DELAY = 1.0  # seconds between two requests to one host
DOWNLOAD_DELAY_JITTER = 0.5  # share by which the delay varies, so that no beat is visible
AUTOTHROTTLE_ENABLED = True  # slows down with a slow portal, never faster than DOWNLOAD_DELAY
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

# --- Limits: pages are hostile -----------------------------------------------------------------------

DOWNLOAD_TIMEOUT = 30  # seconds; Scrapy's 180 lets one wedged page hold a portal
DNS_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # bytes, after decompression too; Scrapy's gigabyte invites bombs
DOWNLOAD_WARNSIZE = 4 * 1024 * 1024
DOWNLOAD_FAIL_ON_DATALOSS = True  # half an answer is no answer
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5  # seconds; a longer wait is a notice, not a redirect
URLLENGTH_LIMIT = 1000
DEPTH_LIMIT = 0  # paging is bounded by PORTALWATCH_MAX_LIST_PAGES and the stop rule
RETRY_TIMES = 2
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy does not verify by default
TWISTED_DNS_RESOLVER = "crawler.middlewares.address_guard.GuardedResolver"

# --- Doors that Scrapy opens by default and that a crawler on a server must not have --------------------

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPCACHE_ENABLED = False  # a monitor must see the page as it is now
COOKIES_ENABLED = False  # no session is needed to read public notices

# --- The way of an article ---------------------------------------------------------------------------

DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.address_guard.AddressGuardMiddleware": 40,
    # After decompression (590) and before MetaRefresh (580), which reads the text.
    "crawler.middlewares.charset.CharsetMiddleware": 585,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# Pipelines that only change the article; `scrapy extract` and `scrapy explain` run these alone.
PORTALWATCH_READING_PIPELINES = {
    "pipelines.restore.RestorePipeline": 100,
    "pipelines.recommended.RecommendedPipeline": 200,
    "pipelines.notices.NoticesPipeline": 300,
    "pipelines.fields.FieldsPipeline": 400,
    "pipelines.canonical.CanonicalPipeline": 500,
}
ITEM_PIPELINES = {
    **PORTALWATCH_READING_PIPELINES,
    "pipelines.store.StorePipeline": 600,
    "pipelines.alerts.AlertsPipeline": 700,
}
EXTENSIONS: dict[str, int | None] = {
    "crawler.counters.Counters": 500,
}
CONCURRENT_ITEMS = 4  # the default starts 100 cooperative tasks a response and halves the speed

# --- What is said ------------------------------------------------------------------------------------

LOG_LEVEL = "WARNING"  # a line for what went wrong; -L INFO tells the rest
LOG_FORMATTER = "crawler.logformat.LogFormatter"
LOG_COLOR = False
LOGSTATS_INTERVAL = 60.0
STATS_DUMP = False  # the summary says it in words
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the spider's own error line says it once

# --- Scrapy's machinery ------------------------------------------------------------------------------

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
FEED_EXPORT_ENCODING = "utf-8"


def _from_environment(name: str, default: Any, raw: str) -> Any:
    """Return ``raw`` as a value of the default's type."""
    if isinstance(default, bool):
        return raw.strip().lower() in {"1", "true", "yes", "on"}
    if isinstance(default, (int, float)):
        try:
            return type(default)(raw)
        except ValueError as error:
            raise SystemExit(f"PORTALWATCH_{name}: {raw!r} is not a number") from error
    if isinstance(default, (dict, list)):
        try:
            return json.loads(raw)
        except ValueError as error:
            raise SystemExit(f"PORTALWATCH_{name}: {raw!r} is not JSON") from error
    return raw


for _name in [n for n in globals() if n.isupper()]:
    _key = _name if _name.startswith("PORTALWATCH_") else f"PORTALWATCH_{_name}"
    if _key in os.environ:
        globals()[_name] = _from_environment(
            _key.removeprefix("PORTALWATCH_"), globals()[_name], os.environ[_key]
        )
USER_AGENT = USER_AGENT.format(contact=PORTALWATCH_CONTACT)
