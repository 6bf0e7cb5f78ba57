from __future__ import annotations

from itertools import count

import pytest

from crawler.page.document import PageError, limited, parse_html
from crawler.page.entries import Entry, entries
from crawler.page.paging import next_page, unfollowable
from crawler.text import deadline

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


SIDE = "<div class='r'><h3>热门文章</h3><ul>" + rows(
    "<li><a href='/2023/9{n}01.html'>{n}月里最受关注的一件大事</a></li>", 9
)


def test_a_last_page_of_two_beats_longer_lists_beside_it() -> None:
    listed = rows(ROW, 2)
    bar = "<div><a href='index_3.html'>上一页</a> 5</div>"
    found = find(f"{NAV}<div><div class='l'><ul>{listed}</ul>{bar}</div>{SIDE}</ul></div></div>{FOOTER}")
    assert [entry.url for entry in found] == [
        "http://www.a.example/xw/1001.html",
        "http://www.a.example/xw/2001.html",
    ]


def test_a_hot_list_in_the_list_s_own_markup_is_left_out() -> None:
    bar = "<a href='index_2.html'>下一页</a>"
    undated = rows("<li><a href='{n}999.html'>{n}月里最受关注的一件大事</a></li>")
    found = find(
        f"<div><div><ul>{rows(ROW)}</ul>{bar}</div><div><h4>点击排行</h4><ul>{undated}</ul></div></div>"
    )
    assert len(found) == 6
    assert all(entry.date_text for entry in found)


def test_sections_side_by_side_are_one_list_where_no_page_bar_says_otherwise() -> None:
    blocks = "".join(
        f"<div class='{name}'><h3>{name}</h3><ul>{rows(ROW.replace('001', code))}</ul></div>"
        for name, code in (("zcwj", "101"), ("tzgg", "202"))
    )
    assert len(find(f"<div>{blocks}</div>")) == 12


def test_a_top_story_above_the_list_belongs_to_it() -> None:
    lead = "<div class='tt'><h2><a href='9001.html'>某县重大项目集中开工仪式举行</a></h2><p>今日</p></div>"
    assert find(f"<div>{lead}<ul>{rows(ROW)}</ul></div>")[0].title == "某县重大项目集中开工仪式举行"


def test_day_and_month_in_elements_of_their_own() -> None:
    pattern = (
        "<li><a href='{n}001.html'><p>{day}</p><span>2024-03</span><h4>某县召开第{n}次会议部署工作</h4>"
        "<p>会议指出要在2024年底前完成…</p></a></li>"
    )
    found = find(f"<ul>{rows(pattern)}</ul>")
    assert (found[3].title, found[3].date_text) == ("某县召开第4次会议部署工作", "2024-03-04")


def test_a_date_in_its_own_element_behind_a_summary_and_its_label() -> None:
    pattern = (
        "<dt><a href='{n}001.html'>某县召开第{n}次会议部署工作</a></dt><dd>自2023-01-01起施行</dd>"
        "<dd>发布时间：2024.03.{day}</dd>"
    )
    assert find(f"<dl>{rows(pattern)}</dl>")[1].date_text == "2024.03.02"


def test_a_headline_keeps_the_day_that_it_names() -> None:
    pattern = "<li><a href='{n}001.html'>2024年3月{n}日停水通知</a><i>03-{day}</i></li>"
    found = find(f"<ul>{rows(pattern)}</ul>")
    assert (found[0].title, found[0].date_text) == ("2024年3月1日停水通知", "03-01")


def test_numbers_of_answers_are_no_years() -> None:
    pattern = "<li><a href='{n}001.html'>某地发生第{n}件大事引起关注</a><em>{n}小时前</em><b>2042</b></li>"
    assert find(f"<ul>{rows(pattern)}</ul>")[2].date_text == "3小时前"


def test_links_that_a_script_opens() -> None:
    pattern = "<li><a href='javascript:;' onclick=\"window.open('{n}001.html')\">第{n}批名单的公示</a></li>"
    assert find(f"<ul>{rows(pattern)}</ul>")[0].url == "http://www.a.example/xw/1001.html"


def test_a_tooltip_of_several_lines_tells_the_whole_headline() -> None:
    tip = "标题：关于印发某办法第{n}版的全文通知&#10;发布时间：2024-03-{day}"
    pattern = (
        "<li><a href='/bm/{n}/'>[某部门的栏目]</a><a href='{n}001.html' title='"
        + tip
        + "'>关于印发…</a></li>"
    )
    found = find(f"<ul>{rows(pattern)}</ul>")
    assert [entry.title for entry in found] == [f"关于印发某办法第{n}版的全文通知" for n in range(1, 7)]


def test_other_lists_of_the_same_script_are_no_entries() -> None:
    menu = rows("<tr><td><a href='list.asp?bid={n}&page=1'>某栏目的名称第{n}号</a></td></tr>", 9)
    listed = rows("<tr><td><a href='view.asp?id={n}'>某县关于第{n}号事项的通知</a></td></tr>")
    found = find(f"<table>{menu}</table><table>{listed}</table>", "http://www.a.example/list.asp?bid=20")
    assert [entry.url.rpartition("=")[2] for entry in found] == ["1", "2", "3", "4", "5", "6"]


def test_rows_that_a_page_keeps_in_a_script() -> None:
    stored = rows(f"<record><![CDATA[{ROW}]]></record>")
    side = rows("<li><a href='/2023/9{n}01.html'>{n}月里最受关注的一件大事</a></li>", 9)
    found = find(
        f"<script type='text/xml'><datastore><recordset>{stored}</recordset></datastore></script>{side}"
    )
    assert [entry.date_text for entry in found] == [f"2024-03-0{n}" for n in range(1, 7)]


def test_the_headline_comes_before_a_linked_summary_and_an_icon_s_tooltip() -> None:
    pattern = (
        "<li><a href='{n}001.html' title='在新窗口中打开本文'><img src='n.gif'></a><h4><a href='{n}001.html'>"
        "第{n}批名单的公示</a></h4><p><a href='{n}001.html'>现将第{n}批名单予以公示，公示期为五日"
        "</a></p><i>2024-03-{day}</i></li>"
    )
    found = find(f"<ul>{rows(pattern)}</ul>")
    assert [entry.title for entry in found] == [f"第{n}批名单的公示" for n in range(1, 7)]


def test_the_site_s_name_in_a_tooltip_is_no_part_of_a_headline() -> None:
    found = find(
        rows("<p><a href='{n}001.html' title='第{n}批名单的公示-某县资讯网'>第{n}批名单的公示</a></p>")
    )
    assert found[0].title == "第1批名单的公示"


def test_very_short_headlines_count_among_dated_rows() -> None:
    more = "<li><a href='l2.html'>下一页</a></li>"
    short = f"<li><a href='9001.html'>人事任免</a><span>2024-03-09</span></li>{more}"
    assert find(f"<ul>{rows(ROW)}{short}</ul>")[-1].title == "人事任免"


def test_the_length_of_a_video_is_no_part_of_its_headline() -> None:
    found = find(
        f"<ul>{rows('<li><a href={n}001.html><em>02:1{n}</em><b>第{n}批项目开工</b></a></li>')}</ul>"
    )
    assert found[0].title == "第1批项目开工"


def test_two_columns_of_one_list() -> None:
    left, right = rows(ROW.replace("001", "101")), rows(ROW.replace("001", "202"))
    columns = f"<div><ul class='fl'>{left}</ul><ul class='fr'>{right}</ul></div>"
    assert len(find(f"<div>{columns}<a href='index_2.html'>下一页</a></div>")) == 12


def test_reading_a_list_takes_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(deadline, "clock", lambda: next(ticks))
    page = parse_html(f"<html><body><ul>{rows(ROW, 9)}</ul></body></html>", BASE)
    for read in (entries, next_page, unfollowable):
        page.cache.clear()
        with pytest.raises(PageError, match="longer than 3 s"), limited(3):
            read(page)


def test_the_one_row_that_styles_hide_is_a_template() -> None:
    hidden = "<li style='display:none'><a href='0001.html'>模板标题请勿删除</a><span>2024-01-01</span></li>"
    assert len(find(f"<ul>{rows(ROW)}{hidden}</ul>")) == 6


def test_rows_that_a_script_turns_to_are_entries() -> None:
    later = rows(ROW.replace("<li>", "<li style='display:none'>").replace("001", "301"))
    assert len(find(f"<ul>{rows(ROW)}{later}</ul>")) == 12


def test_a_link_around_a_row_with_its_date_and_a_headline_only() -> None:
    pattern = (
        "<li><a href='{n}001.htm'><div class='date'><b>{day}</b><span>2023-05</span></div>"
        "<div class='con'><h4>图书馆举办第{n}届读书文化节</h4><p></p></div></a></li>"
    )
    assert find(f"<ul>{rows(pattern)}</ul>")[1] == Entry(
        "http://www.a.example/xw/2001.htm", "图书馆举办第2届读书文化节", "2023-05-02"
    )


def test_the_pages_of_a_paper_s_issue_are_one_list() -> None:
    long = "<li><a href='content_1{n}01.htm'><div>我市出台第{n}批十条措施稳定春耕农资价格</div></a></li>"
    short = "<li><a href='content_2{n}01.htm'><div>故乡的麦黄杏{n}</div></a></li>"
    notice = "<li><a href='content_3101.htm'><div>公 告</div></a></li>"
    page = "<table><tr><td><a href='node_{}.htm'>第0{}版：要闻</a></td></tr></table>"
    issue = (
        f"{page.format(2, 1)}<ul class='bm'>{rows(long, 4)}</ul>"
        f"{page.format(3, 2)}<ul class='bm'>{rows(short, 3)}{notice}</ul>"
    )
    found = find(f"<div>{issue}</div>", "http://szb.a.example/html/2015-05/12/node_1.htm")
    assert len(found) == 8
    assert found[-1].title == "公 告"


def test_a_top_story_above_the_box_that_the_list_begins() -> None:
    story = "<div class='lead'><p><a href='9001.html'>人民财评：以新质生产力开辟发展新空间</a></p></div>"
    found = find(f"<div>{story}<div class='box'><ul>{rows(ROW)}</ul></div></div>")
    assert found[0].title == "人民财评：以新质生产力开辟发展新空间"
