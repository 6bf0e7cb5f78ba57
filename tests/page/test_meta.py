from __future__ import annotations

from crawler.page import meta
from crawler.page.document import parse_html


def tags(head: str, body: str = "<p>正文。</p>") -> dict[str, str]:
    return meta.tags(parse_html(f"<html><head>{head}</head><body>{body}</body></html>", "http://a.example/"))


def test_names_are_lower_case_and_the_first_value_wins() -> None:
    found = tags(
        '<meta content="甲县人民政府" NAME="SiteName"><meta name="ContentSource" content="">'
        '<meta name="contentsource" content="乙局"><meta name="ContentSource" content="丙局">'
    )
    assert found["sitename"] == "甲县人民政府"
    assert found["contentsource"] == "乙局"


def test_tags_in_the_body_and_properties_count() -> None:
    found = tags(
        "<meta property='og:title' content='标题'>", "<meta name='PubDate' content='2024-01-02'><p>x</p>"
    )
    assert found["og:title"] == "标题"
    assert found["pubdate"] == "2024-01-02"


def test_linked_data_of_an_article() -> None:
    found = tags(
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": '
        '["NewsArticle"], "headline": "标题", "datePublished": "2024-01-02T08:00:00+08:00", '
        '"author": [{"name": "甲"}, "乙"], "publisher": {"name": "某网"}}]}</script>'
        '<script type="application/ld+json">{broken</script>'
    )
    assert found["ld:headline"] == "标题"
    assert found["ld:author"] == "甲、乙"
    assert found["ld:publisher"] == "某网"
    assert found["ld:datepublished"].startswith("2024-01-02")


def test_canonical_link() -> None:
    assert (
        tags("<link rel='canonical' href='http://a.example/1.html'>")["canonical"]
        == "http://a.example/1.html"
    )


def test_what_a_script_assigns_for_display() -> None:
    script = 'var contype="21"; var source="云河县商务局"; var tm="2017-04-20 17:26"; var editor="";'
    found = tags(f"<script>{script}</script>")
    assert found["assigned:source"] == "云河县商务局"
    assert found["assigned:published"] == "2017-04-20 17:26"


def test_a_scripts_own_words_are_no_source() -> None:
    assert "assigned:source" not in tags("<script>var source = 'pc', tm2 = '2017-04-20';</script>")


def test_a_labelled_date_anywhere_on_the_page() -> None:
    row = "<tr><td>{}：</td><td>{}</td></tr>"
    table = f"<table>{row.format('索引号', '1/2024-3')}{row.format('公开日期', '2024-01-02')}</table>"
    assert tags("", table)["shown:published"].endswith("2024-01-02")
    pieces = "<dl><dd>成文日期：</dd><dd>2024年1月3日</dd></dl>"
    assert tags("", pieces)["shown:document_date"] == "成文日期：2024年1月3日"


def test_many_labelled_dates_are_a_list() -> None:
    row = "<li><a href='{0}.html'>某事第{0}条</a> 发布日期：2024-01-0{0}</li>"
    rows = "".join(row.format(day) for day in range(1, 8))
    assert "shown:published" not in tags("", f"<ul>{rows}</ul>")


def test_first_goes_by_the_order_of_the_names() -> None:
    assert meta.first({"b": " ", "c": "x"}, ("a", "b", "c")) == ("c", "x")
    assert meta.first({}, ("a",)) == ("", "")
