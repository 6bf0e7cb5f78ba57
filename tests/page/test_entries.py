from __future__ import annotations

from crawler.page.document import parse_html
from crawler.page.entries import Entry, entries

BASE = "http://www.a.example/xw/index.html"


ROW = "<li><a href='{n}001.html'>某县召开第{n}次会议部署工作</a><span>2024-03-{day}</span></li>"


def find(body: str, url: str = BASE) -> list[Entry]:
    return entries(parse_html(f"<html><body>{body}</body></html>", url))


def rows(pattern: str, count: int = 6) -> str:
    return "".join(pattern.format(n=n, day=f"{n:02}") for n in range(1, count + 1))


NAV = "<div class='nav'>" + rows("<a href='/col{n}/'>栏目名称之{n}</a>", 12) + "</div>"
FOOTER = (
    "<div class='footer'>" + rows("<a href='http://link{n}.example/'>友情链接单位名称{n}</a>", 20) + "</div>"
)


def test_a_list_between_navigation_and_footer() -> None:
    body = rows(ROW.replace("{n}001", "./202403/t202403{day}_{n}"))
    found = find(f"{NAV}<ul class='list'>{body}</ul>{FOOTER}")
    assert [entry.date_text for entry in found] == [f"2024-03-0{n}" for n in range(1, 7)]
    assert found[0] == Entry(
        "http://www.a.example/xw/202403/t20240301_1.html", "某县召开第1次会议部署工作", "2024-03-01"
    )


def test_a_cut_title_is_taken_from_the_attribute() -> None:
    pattern = (
        "<li><a href='{n}001.html' title='关于印发某办法第{n}版的全文通知'>关于印发某办法第{n}版...</a>"
        " 03-{day}</li>"
    )
    found = find(f"<ul>{rows(pattern)}</ul>")
    assert found[2].title == "关于印发某办法第3版的全文通知"
    assert found[2].date_text == "03-03"


def test_column_links_tags_and_comments_are_no_entries() -> None:
    pattern = (
        "<div class='item'><a href='/shehui/'>[社会]</a>"
        "<h3><a href='/2024/{n}00.html'>某地发生第{n}件大事引起关注</a></h3>"
        "<p><a href='/tag/{n}'>关键词</a><a href='/2024/{n}00.html#comment'>{n} 跟贴{n}0</a></p>"
        "<em>{n}小时前</em></div>"
    )
    found = find(f"<div class='list'>{rows(pattern)}</div>")
    assert [entry.url for entry in found] == [f"http://www.a.example/2024/{n}00.html" for n in range(1, 7)]
    assert found[4].date_text == "5小时前"


def test_a_date_inside_the_link_is_no_part_of_the_title() -> None:
    found = find(
        f"<div>{rows('<a href={n}001.html>关于第{n}批名单的公示<span>[2024-03-{day}]</span></a><br>')}</div>"
    )
    assert found[0].title == "关于第1批名单的公示"
    assert found[0].date_text == "2024-03-01"


def test_a_link_around_a_row_is_titled_by_its_headline() -> None:
    inside = "<div>2024-03-{day}</div><div class='t'>第{n}批名单的公示</div><div>云河县发布</div>"
    found = find(rows(f"<a href='{{n}}001.html'>{inside}</a>"))
    assert [entry.title for entry in found] == [f"第{n}批名单的公示" for n in range(1, 7)]
    assert found[0].date_text == "2024-03-01"


def test_template_rows_are_left_out() -> None:
    real = rows(ROW)
    template = "<li ms-repeat='list'><a href='x001.html' ms-attr-href='el.url'>模板里的一行标题文字</a></li>"
    assert (
        len(find(f"<ul>{real}{template}</ul><ul><li><a href='{{{{url}}}}'>模板里的另一行文字</a></li></ul>"))
        == 6
    )


def test_blocks_of_five_are_one_list() -> None:
    block = "<div class='b'><ul>{}</ul></div>"
    pattern = "<li><a href='{n}0{n}1.html'>某县召开第{n}次会议部署工作</a><span>2024-03-{day}</span></li>"
    other = pattern.replace("会议", "大会").replace("0{n}1", "1{n}1")
    assert len(find(block.format(rows(pattern, 5)) + block.format(rows(other, 5)))) == 10


def test_rows_that_are_built_differently_belong_to_the_list() -> None:
    usual = rows(
        "<li><div class='t'><a href='{n}001.html'>某县召开第{n}次会议部署工作</a></div>"
        "<i>2024-03-{day}</i></li>"
    )
    video = "<li><p><a href='9001.html'>视频：某县集中开工一批项目</a></p><i>2024-03-09</i></li>"
    assert find(f"<ul>{usual}{video}</ul>")[-1] == Entry(
        "http://www.a.example/xw/9001.html", "视频：某县集中开工一批项目", "2024-03-09"
    )


def test_table_rows_and_the_first_of_two_dates() -> None:
    cells = "<td>2024-03-{day}</td><td>昨天 12:28</td>"
    pattern = "<tr><td><a href='show.asp?id={n}'>某县关于第{n}号事项的通知</a></td>" + cells + "</tr>"
    assert [entry.date_text for entry in find(f"<table>{rows(pattern)}</table>")][:2] == [
        "2024-03-01",
        "2024-03-02",
    ]


def test_the_same_address_counts_once_and_the_page_itself_never() -> None:
    body = rows(ROW)
    again = (
        "<li><a href='1001.html'>某县召开第1次会议部署工作</a></li>"
        "<li><a href='index.html'>某县要闻栏目首页在此</a></li>"
    )
    assert len(find(f"<ul>{body}{again}</ul>")) == 6


def test_a_page_without_a_list() -> None:
    assert find(NAV) == []
    assert find("<p>暂无信息</p>") == []
