"""中国徐州网, http://www.cnxz.com.cn: the site of a newspaper group (Founder's publishing system).

GBK bytes declared gb2312. Glosses were injected into the bytes, so that some stand between the two bytes of
a character and cut it in two.
"""

from __future__ import annotations

from crawler.spider import PortalSpider


class CnxzSpider(PortalSpider):
    """中国徐州网."""

    name = "cnxz"
    portal = "中国徐州网"
    region = "江苏省徐州市"
    base = "http://www.cnxz.com.cn"
    sections = {"要闻": "/yaowen/node.htm", "民生": "/minsheng/node.htm"}
    entries = ".newslist a"
    entry_date = "span"
    next_page = "//div[@id='displaypagenum']/a[contains(., '下一')]"

    title = "#div_title_article"
    body = "#id_content"
    published = "#pubtime_baidu"
    source = "#source_baidu"
    editors = "#editor_baidu"
    breadcrumb = ".path a"
