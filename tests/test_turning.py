"""Which addresses of section pages lead on."""

from __future__ import annotations

import pytest

from crawler.page.entries import Entry
from crawler.turning import Turning, repeats

HOST = "http://www.p.example"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b/a/b/a/b/a/b/1.html", True),
        ("/news/a/b/a/b/a/b/a/b/", True),
        ("/list/list/list/list/1.html", True),
        ("/a/1/a/1/a/1/a/1", True),
        ("/a/b/a/b/a/b/1.html", False),
        ("/list/list/list/1.html", False),
        ("/2011/11/11/11/11/11/1.html", False),
        ("/a/b/c/a/d/a/e/a/b/1.html", False),
        ("/col/col1/col2/col3/col4/art/2026/5/1/art_5_5.html", False),
        ("/", False),
        ("", False),
        ("/x?a=/b/b/b/b/b/b/", False),
    ],
)
def test_only_folders_that_come_again_and_again_repeat(path: str, expected: bool) -> None:
    assert repeats(f"{HOST}{path}") is expected


def test_each_list_page_is_asked_for_once_and_so_many_of_a_section() -> None:
    turning = Turning(pages=3)
    turning.begin("要闻", f"{HOST}/news/")
    assert turning.ends("要闻", f"{HOST}/news/2.html", 2) is None
    assert turning.ends("公告", f"{HOST}/news/2.html", 2) is None, "of another section"
    assert turning.ends("要闻", f"{HOST}/news/2.html", 3) == ""
    assert turning.ends("要闻", f"{HOST}/news/index.html", 3) == ""
    assert turning.ends("要闻", f"{HOST}/news/3.html", 3) is None
    assert turning.ends("要闻", f"{HOST}/news/4.html", 4) == (
        "more than 3 list pages; what they name further down is not asked for"
    )


def test_who_wants_first_pages_only_is_not_told_that_there_are_more() -> None:
    turning = Turning(pages=1)
    turning.begin("要闻", f"{HOST}/news/")
    assert turning.ends("要闻", f"{HOST}/news/2.html", 2) == ""


def test_faulty_addresses_are_sorted_out_and_the_others_keep_their_order() -> None:
    urls = [f"{HOST}/2.html", f"{HOST}/{'x/' * 9}1.html", f"{HOST}/1.html", f"{HOST}/{'x' * 100}"]
    sound, others = Turning(longest=100).sorted_out(Entry(url, "标题", "") for url in urls)
    assert [entry.url for entry in sound] == [urls[0], urls[2]]
    assert [(entry.url, fault) for entry, fault in others] == [
        (urls[1], "its path repeats itself"),
        (urls[3], "its address has 121 characters"),
    ]
