"""Every Scrapy setting that matters here, with its reason.

An environment variable ``PORTALWATCH_<NAME>`` overrides the setting of the same name, so
``PORTALWATCH_DATABASE_URL`` and ``PORTALWATCH_DOWNLOAD_DELAY=5`` both work. ``scrapy -s`` is stronger still.
"""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from typing import Any

from scrapy.settings import default_settings

BOT_NAME = "portalwatch"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"

# --- What portalwatch itself needs -------------------------------------------------------------------

# Where articles are kept. SQLite needs no server; PostgreSQL 15 or later by postgresql+psycopg://user@host/name.
PORTALWATCH_DATABASE_URL = "sqlite:///var/portalwatch.db"
# Articles are written many in one transaction: at most so many, and after so many seconds at the latest.
PORTALWATCH_BATCH_ARTICLES = 50
PORTALWATCH_BATCH_SECONDS = 0.5
# Seconds that a batch waits for a lock, room on a full disk, a database server that starts again; then its
# articles are given up, and the next visit asks for them again.
PORTALWATCH_PATIENCE = 16.0
# Bytes that the raw pages of the stored versions may take, compressed; the oldest go first. 0 keeps none.
PORTALWATCH_RAW_BUDGET = 2_000_000_000
# Where the alert feeds are written, an Atom file and a JSON Feed a watch.
PORTALWATCH_FEEDS_DIR = "var/feeds"
PORTALWATCH_FEEDS_URL = ""  # where that folder is served, for the feeds' own addresses
PORTALWATCH_WEB_URL = "http://127.0.0.1:8420"  # where `scrapy web` is reached, for links to stored versions
# The targets of alerts: names with addresses; docs/delivery.md.
PORTALWATCH_TARGETS = "targets.yaml"
PORTALWATCH_HEALTH_TARGETS = ""  # those that take alarms about portals; empty: the ones with `health: true`
PORTALWATCH_LANGUAGE = "zh"  # of messages: zh or en
PORTALWATCH_TEMPLATES_DIR = ""  # your own templates of messages
PORTALWATCH_DELIVERY_ATTEMPTS = 12  # the last about 14 hours after the first; then a message is given up
PORTALWATCH_DELIVERY_SECONDS = 30.0  # an attempt may take; a target that hangs holds up itself only
PORTALWATCH_DELIVERY_INTERVAL = 10.0  # seconds between two looks of `scrapy deliver --loop`
PORTALWATCH_DIGEST_LISTED = 50  # alerts that a digest lists; the others are counted
PORTALWATCH_DELIVER_TO_PRIVATE = False  # webhooks to loopback and private addresses are refused
# Requests to loopback and private addresses are refused: pages are hostile, and their links too.
PORTALWATCH_ALLOW_PRIVATE_ADDRESSES = False
# List pages followed in one section in one run, so that an endless pager cannot hold a run.
PORTALWATCH_MAX_LIST_PAGES = 200
# Pages of one article that are fetched and joined; a longer one is kept with the flag missing-part.
PORTALWATCH_MAX_PARTS = 20
# Seconds for finding a page's encoding, and for all that is done with its text before it is stored; then it
# is refused (too-slow). 0 is no limit.
PORTALWATCH_READ_TIMEOUT = 5.0
# Seconds that a visit to one portal may take; then it is closed, and what was read is kept. 0 is no limit.
PORTALWATCH_RUN_TIMEOUT = 3600

# How often sections are visited: never sooner, never later, and the visits a day of a section that brings one
# article a day. A spider's `expect = {"every": ("30m", "1d")}` is stronger. docs/operations.md
PORTALWATCH_FLOOR = "10m"
PORTALWATCH_CEILING = "1d"
PORTALWATCH_PACE = 12.0
PORTALWATCH_PATROL_PROCESSES = 4  # child processes of `scrapy patrol --daemon` at the same time
# Workers (`scrapy worker`): visits at the same time, when they look what is due (as cron says it, a sixth
# field for seconds), and the seconds without a sign of life after which a worker's jobs are given to others.
PORTALWATCH_WORKER_JOBS = 4
PORTALWATCH_WORKER_DISPATCH = "* * * * *"
PORTALWATCH_WORKER_STALLED = 30.0

# Recent articles that are visited again, of a portal in a run (0: none); seconds between two looks, at least,
# that find an article gone before it counts as withdrawn.
PORTALWATCH_RECHECKS = 20
PORTALWATCH_GONE_INTERVAL = 3600.0
# Bad runs in a row before the health targets are told of a portal.
PORTALWATCH_HEALTH_BAD_RUNS = 3
# The file that the metrics of all portals are written to after each visit, for node_exporter; empty: none.
PORTALWATCH_METRICS_FILE = ""
# Pages of a portal kept for study; bytes below which a page that lacks what is expected may be a block.
PORTALWATCH_KEPT_PAGES = 20
PORTALWATCH_BLOCKED_BYTES = 4096

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

PORTALWATCH_WINDOW = ""  # the hours of visits at +08:00, 06:00-23:00; a spider's `window` is stronger
PORTALWATCH_REQUESTS_A_DAY = 20_000  # to one portal; a spider's `requests_a_day` is stronger; 0 is no limit
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 32  # over all portals of a process
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # small portals run on small machines
DOWNLOADER = "crawler.downloader.CountingDownloader"  # or two may go at once when the machine is busy
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
DOWNLOAD_HANDLERS = {
    "http": "crawler.heads.BoundedHandler",
    "https": "crawler.heads.BoundedHandler",
}  # headers, too
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

_without = {
    # Each takes its share of every request; nothing here needs these.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",
    # Ours are in their places.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware",
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware",
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware",
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
    "scrapy.extensions.spiderstate.SpiderState",
    # The doors that are shut above.
    "scrapy.extensions.telnet.TelnetConsole",
    "scrapy.extensions.remote_control.RemoteControl",
}
# Taken out here, as Scrapy loads what is switched off by None: an HTTP server, one of SSH, two HTTP clients.
DOWNLOADER_MIDDLEWARES_BASE = {
    name: place
    for name, place in default_settings.DOWNLOADER_MIDDLEWARES_BASE.items()
    if name not in _without
}
EXTENSIONS_BASE = {
    name: place for name, place in default_settings.EXTENSIONS_BASE.items() if name not in _without
}
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.inflate.InflateMiddleware": 590,
    "crawler.middlewares.address_guard.AddressGuardMiddleware": 40,
    # After decompression (590) and before the redirects by a page (580), which read the text.
    "crawler.middlewares.charset.CharsetMiddleware": 585,
    # Behind the decoding, before redirects by a page and before another try, which would knock again.
    "crawler.middlewares.blocked.BlockedMiddleware": 583,
    # Nearest to the network: they see each request that goes out, also for robots.txt, and each answer.
    "crawler.middlewares.conditional.ConditionalMiddleware": 700,
    "crawler.middlewares.gentle.GentleMiddleware": 710,
    "crawler.middlewares.refresh.RefreshMiddleware": 580,
    "crawler.middlewares.cookies.WantedCookiesMiddleware": 700,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    # Scrapy's three as two, of which one is for those who limit depths: each is two generators a page.
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "crawler.middlewares.following.FollowingMiddleware": 700,
    "crawler.middlewares.following.WantedDepthMiddleware": 900,
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
    "crawler.collecting.Collecting": 500,
    "crawler.timekeeper.Timekeeper": 520,
    "crawler.measuring.Measuring": 510,
}
ITEM_PROCESSOR = "crawler.chains.Pipelines"
STATS_CLASS = "crawler.chains.Counts"
# The default starts 100 cooperative tasks a response and halves the speed. With 1 the newest article of a
# section page is asked for before the others wait, and what a stopped visit leaves would be older than it.
CONCURRENT_ITEMS = 4
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of a callback again for many a page

# --- What is said ------------------------------------------------------------------------------------

LOG_LEVEL = "WARNING"  # a line for what went wrong; -L INFO tells the rest
LOG_FORMATTER = "crawler.logformat.LogFormatter"
LOG_COLOR = False
LOGSTATS_INTERVAL = 60.0
STATS_DUMP = False  # the summary says it in words
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the spider's own error line says it once

# --- Scrapy's machinery ------------------------------------------------------------------------------

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# A faster loop of events, where there is one for the system.
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if find_spec("uvloop") else None
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
CLOSESPIDER_TIMEOUT = PORTALWATCH_RUN_TIMEOUT
USER_AGENT = USER_AGENT.format(contact=PORTALWATCH_CONTACT)
