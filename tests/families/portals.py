"""Portals on each family, as somebody would write them: what the tests read the family replicas with."""

from __future__ import annotations

from crawler.families.dedecms import DedecmsSpider
from crawler.families.empirecms import EmpirecmsSpider
from crawler.families.founder import FounderSpider
from crawler.families.jcms import JcmsSpider
from crawler.families.jsonlist import JsonSpider
from crawler.families.phpcms import PhpcmsSpider
from crawler.families.rss import RssSpider
from crawler.families.sitemap import SitemapSpider
from crawler.families.tables import TablesSpider
from crawler.families.trs import TrsSpider
from crawler.families.ucap import UcapSpider
from crawler.families.wordpress import WordpressSpider
from crawler.families.zblog import ZblogSpider


class Trs(TrsSpider):
    name = "trs"
    portal = "云川市人民政府"
    base = "http://www.yunchuan.example"
    sections = {"部门动态": "/zwyw/bmdt/index.html", "通知公告": "/zwyw/tzgg/index.html"}


class Jcms(JcmsSpider):
    name = "jcms"
    portal = "湖阳县人民政府"
    base = "http://www.huyang.example"
    sections = {"湖阳要闻": "/col/col1229/index.html", "公示公告": "/col/col1230/index.html"}


class Founder(FounderSpider):
    name = "founder"
    portal = "临江新闻网"
    base = "http://www.linjiang.example"
    sections = {"临江要闻": "/yaowen/node_31.htm", "社会民生": "/shehui/node_31.htm"}


class Ucap(UcapSpider):
    name = "ucap"
    portal = "松平区人民政府"
    base = "http://www.songping.example"
    sections = {"政务动态": "/spq/zwdt/list.shtml", "公示公告": "/spq/gsgg/list.shtml"}


class Zblog(ZblogSpider):
    name = "zblog"
    portal = "园区观察"
    base = "http://www.yuanqu.example"
    sections = {"园区动态": "/category-3.html", "政策资料": "/category-4.html"}


class Dedecms(DedecmsSpider):
    name = "dedecms"
    portal = "北塘在线"
    base = "http://www.beitang.example"
    sections = {"本地新闻": "/a/bendi/", "便民公告": "/a/gonggao/"}


class Empirecms(EmpirecmsSpider):
    name = "empirecms"
    portal = "青岭产经网"
    base = "http://www.qingling.example"
    sections = {"产业": "/chanye/", "政策": "/zhengce/"}


class Phpcms(PhpcmsSpider):
    name = "phpcms"
    portal = "禾川信息港"
    base = "http://www.hechuan.example"
    sections = {"禾川新闻": "/html/xinwen/", "公告": "/html/gonggao/"}


class Wordpress(WordpressSpider):
    name = "wordpress"
    portal = "河谷通讯"
    base = "http://www.hegu.example"
    sections = {"本地报道": "/category/news/", "公告与通知": "/category/notes/"}


class Tables(TablesSpider):
    name = "tables"
    portal = "白石镇信息网"
    base = "http://www.baishi.example"
    sections = {"本镇新闻": "/list.asp?bid=1", "通知通告": "/list.asp?bid=2"}


class Rss(RssSpider):
    name = "rss"
    portal = "河谷通讯"
    base = "http://www.hegu.example"
    sections = {"全部": "/feed/"}


class Atom(RssSpider):
    name = "atom"
    portal = "河谷通讯"
    base = "http://www.hegu.example"
    sections = {"全部": "/feed/atom/"}


class Sitemap(SitemapSpider):
    name = "sitemap"
    portal = "河谷通讯"
    base = "http://www.hegu.example"
    sections = {"全部": "/wp-sitemap.xml"}
    articles = r"^/\d{4}/\d{2}/\d+/$"


class Rest(JsonSpider):
    name = "rest"
    portal = "河谷通讯"
    base = "http://www.hegu.example"
    sections = {"全部": "/wp-json/wp/v2/posts?per_page=50"}


BY_SYSTEM = {
    "trs": Trs,
    "jcms": Jcms,
    "founder": Founder,
    "ucap": Ucap,
    "zblog": Zblog,
    "dedecms": Dedecms,
    "empirecms": Empirecms,
    "phpcms": Phpcms,
    "wordpress": Wordpress,
    "tables": Tables,
}
BY_ACCESS = [Rss, Atom, Sitemap, Rest]
