from __future__ import annotations

from crawler.page import attachments
from crawler.page.document import parse_html

BASE = "http://a.example/zw/t20240305_1.html"


def find(body: str) -> list[tuple[str, str, str, int]]:
    page = parse_html(f"<html><body>{body}</body></html>", BASE)
    return [(item.name, item.url, item.kind, item.order) for item in attachments.find([page.root], BASE)]


def test_files_by_their_extension_in_order_each_once() -> None:
    assert find(
        "<p><a href='./P020240305.DOCX'>附件1：申报表</a><a href='/f/b.pdf?v=2'>附件2.pdf</a>"
        "<a href='./P020240305.DOCX'>再次</a><a href='1.html'>网页</a><a href='c.ofd'>下载</a></p>"
    ) == [
        ("附件1：申报表", "http://a.example/zw/P020240305.DOCX", "docx", 0),
        ("附件2.pdf", "http://a.example/f/b.pdf?v=2", "pdf", 1),
        ("c.ofd", "http://a.example/zw/c.ofd", "ofd", 2),
    ]


def test_download_addresses_named_by_parameter_or_text() -> None:
    assert find(
        "<a href='/file/download.do?name=%E8%A1%A8.xls'>表</a><a href='/downFile?id=3'>名单.wps</a>"
        "<a href='/downFile?id=4'>使用说明</a>"
    ) == [
        ("表", "http://a.example/file/download.do?name=%E8%A1%A8.xls", "xls", 0),
        ("名单.wps", "http://a.example/downFile?id=3", "wps", 1),
    ]


def test_a_cut_name_is_taken_whole_from_the_title() -> None:
    assert (
        find("<a href='a.zip' title='某市某年度项目申报材料汇编'>某市某年度项目…</a>")[0][0]
        == "某市某年度项目申报材料汇编"
    )


def test_broken_and_scripted_links_are_left_out() -> None:
    assert (
        find("<a href='javascript:down(\"a.pdf\")'>a.pdf</a><a href='http://[x/a.pdf'>a</a><a>无</a>") == []
    )
