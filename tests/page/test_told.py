"""What a page tells with labels anywhere, read as a whole or for one field."""

from __future__ import annotations

import pytest

from crawler.page import told
from crawler.page.document import parse_html

EDITORS = {
    "behind the text": ('<div>正文。</div><div class="edit">责任编辑：常青</div>', "责任编辑：常青"),
    "in Traditional script, over elements": ("<p><b>責任</b><i>編輯</i>：常青</p>", "责任编辑：常青"),
    "in a cell of its own": ("<table><tr><td>责任编辑</td><td>常青</td></tr></table>", "责任编辑：常青"),
    "two of them": ("<p>责任编辑：常青</p><p>责任编辑：林海</p>", ""),
    "in the footer": ('<div class="footer"><p>责任编辑：常青</p></div>', ""),
    "beside the article": ('<div class="related"><p>责任编辑：常青</p></div>', ""),
    "hidden": ('<div style="display:none"><p>责任编辑：常青</p></div>', ""),
    "in a script": ("<script>var a = '责任编辑：常青'</script>", ""),
    "without a value": ("<p>责任编辑：</p>", ""),
    "nobody": ("<p>编者按：正文。</p>", ""),
}


@pytest.mark.parametrize("label", EDITORS)
def test_the_editor_alone_is_what_the_whole_page_tells(label: str) -> None:
    html, wanted = EDITORS[label]
    page = parse_html(f"<html><body><h1>标题</h1>{html}</body></html>")
    assert told.read(page).get("editor", "") == wanted
    assert told.Told(page).get("editor") == wanted


def test_other_kinds_are_read_when_they_are_asked_for() -> None:
    page = parse_html("<html><body><p>公开日期：2026-05-04</p><p>来源：渡口日报</p></body></html>")
    shown = told.Told(page)
    assert shown.get("source") == "来源：渡口日报"
    assert shown.get("published").endswith("2026-05-04")
    assert not shown.get("document_date")
