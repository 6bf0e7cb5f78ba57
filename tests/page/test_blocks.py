"""Displayed lines, and the blocks that they make up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.items import BlockKind
from crawler.page.blocks import layout, lines, to_blocks
from crawler.page.document import parse_html
from crawler.page.roles import role_of


def texts(html: str) -> list[str]:
    return [line.text for line in lines(parse_html(f"<body>{html}</body>"))]


def test_every_break_and_block_element_ends_a_line() -> None:
    assert texts("<div>一<br>二<p>三</p>四</div><table><tr><td>五</td></tr></table>") == list("一二三四五")


def test_inline_elements_and_unknown_word_tags_run_on() -> None:
    assert texts("<p>一<b>二</b><span>三<font>四</font></span><o:p>五</o:p></p>") == ["一二三四五"]


def test_an_unknown_element_around_paragraphs_is_seen_through() -> None:
    assert texts("<cmscontent><p>一</p><p>二</p></cmscontent>") == ["一", "二"]


def test_what_is_not_displayed_is_no_line() -> None:
    hidden = "<script>x()</script><style>p{}</style><p style='DISPLAY: none'>一</p><p hidden>二</p>"

    assert texts("<p>甲</p>" + hidden) == ["甲"]


def test_text_behind_what_is_not_displayed_is_kept() -> None:
    assert texts("<p>一<script>x()</script>二<!-- c -->三</p>") == ["一二三"]


def test_indents_of_any_width_are_taken_off() -> None:
    assert texts("<p>\u3000\u3000&nbsp;一\n 二\u3000三\u3000</p>") == ["一 二\u3000三"]


def test_preformatted_text_keeps_its_lines() -> None:
    assert texts("<pre>一\n二</pre>") == ["一", "二"]


def test_a_reading_above_characters_is_left_out() -> None:
    assert texts("<p><ruby>汉<rt>hàn</rt></ruby>字</p>") == ["汉字"]


def test_link_density_counts_characters_inside_links() -> None:
    (line,) = lines(parse_html("<body><p>见<a href='/1'>附件</a> <a name='here'>一</a></p></body>"))

    assert line.link_density == 0.5


def test_rows_of_a_data_table_are_lines_and_the_table_one_block() -> None:
    rows = "<tr><th>乡镇</th><th>户数</th></tr><tr><td><p>石桥</p></td><td></td></tr><tr><td>临江</td><td>7"
    html = f"<table>{rows}</td></tr></table>"
    found = lines(parse_html(f"<body><p>如下：</p>{html}</body>"))

    assert [line.text for line in found] == ["如下：", "乡镇\t户数", "石桥", "临江\t7"]
    blocks = to_blocks(found)
    assert [block.kind for block in blocks] == [BlockKind.PARAGRAPH, BlockKind.TABLE]
    assert blocks[1].text == "乡镇\t户数\n石桥\n临江\t7"


def test_a_table_that_lays_out_a_page_is_no_data() -> None:
    long = "全县新建乡村公路六十二公里，改造危桥九座。" * 40
    rows = f"<tr><td>目录</td><td><a href='/'>首页</a></td></tr><tr><td>甲</td><td>{long}</td></tr>"
    html = f"<table>{rows}</table>"

    assert all(line.table is None for line in lines(parse_html(f"<body>{html}</body>")))


def test_headings_lists_and_captions_are_told_apart() -> None:
    figure = "<figure><img src='a'><figcaption>图</figcaption></figure>"
    html = f"<h2>题</h2><ul><li>项</li></ul>{figure}<p class='pic-info'>说明</p>"

    assert [line.kind.value for line in lines(parse_html(f"<body>{html}</body>"))] == [
        "heading",
        "list",
        "caption",
        "caption",
    ]


def test_a_line_knows_its_role_and_place() -> None:
    page = parse_html("<body><div id='main'><p>一</p><div class='pageFooter'><p>二</p></div></div></body>")

    first, second = lines(page)
    assert (first.chrome, second.chrome) == ("", "footer")
    assert first.place == "body/div#main/p[1]"
    assert lines(page) is lines(page)


def test_role_words_count_as_words_only() -> None:
    assert role_of("site-footer") == "footer"
    assert role_of("topNav2") == "header"
    assert role_of("adsorption footnotes sharepoint") == ""


def test_comments_and_marking_meta_tags_are_marks_at_their_line() -> None:
    page = parse_html("<body><p>一</p><!-- 正文开始 --><p>二</p><meta name='ContentEnd'><p>三</p></body>")

    assert layout(page).marks == [(1, "正文开始"), (2, "ContentEnd")]


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "</div>",
                "<br>",
                "<table>",
                "<tr>",
                "<td>",
                "</table>",
                "甲",
                "乙 ",
                "<a href='x'>",
                "</a>",
            ]
        ),
        max_size=60,
    )
)
def test_no_displayed_character_is_lost_or_doubled(pieces: list[str]) -> None:
    page = parse_html("<body>" + "".join(pieces) + "</body>")

    shown = "".join("".join(line.text.split()) for line in lines(page))

    assert shown == "".join("".join(page.root.itertext()).split())
