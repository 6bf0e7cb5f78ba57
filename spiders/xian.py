"""西安厂房网, http://xian.021cf.cn: a broker's site on Z-BlogPHP that reposts news of industrial parks.

The first publisher's recommended headlines and footer stand inside the reposted body, the broker's contact
lines and QR prompts behind it.
"""

from __future__ import annotations

from crawler.families.zblog import ZblogSpider


class XianSpider(ZblogSpider):
    """西安厂房网."""

    name = "xian"
    portal = "西安厂房网"
    region = "陕西省西安市"
    base = "http://xian.021cf.cn"
    sections = {"西安产业信息": "/index.php/category-1.html", "园区政策": "/index.php/category-2.html"}
