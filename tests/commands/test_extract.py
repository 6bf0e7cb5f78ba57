"""`scrapy extract` on good pages and on what is no page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARAGRAPHS = (
    "本报讯（记者 林知远）10月8日，城西产业园低空经济公共服务平台启用，首批十二家企业签约入驻。",
    "平台负责人介绍，园区为企业提供试飞空域申请、检测认证和人才公寓等服务，预计三年内带动就业两千人。",
    "下一步，园区将围绕物流配送和农林植保拓展应用场景，完善起降设施，并与周边高校共建实训基地。",
)
PAGE = (
    "<html><head><title>城西产业园低空经济平台启用_城西发布</title></head>"
    "<body><div class='nav'><a href='/'>首页</a></div>"
    "<h1>城西产业园低空经济平台启用</h1><div class='info'>2026-10-09 08:30 来源：城西发布 编辑：周以宁</div>"
    f"<div class='content'>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</div>"
    "<div class='foot'>版权所有：城西发布 未经授权不得转载</div></body></html>"
)


def extract(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", "extract", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_becomes_a_record(tmp_path: Path, encoding: str) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(PAGE.encode(encoding))
    done = extract(page, "--url", "http://www.example.cn/2026/1.html", "--explain")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["path"] == str(page)
    assert found["url"] == "http://www.example.cn/2026/1.html"
    assert found["title"] == "城西产业园低空经济平台启用"
    assert found["body"].splitlines() == list(PARAGRAPHS)
    assert found["published"] == "2026-10-09T08:30+08:00"
    assert found["source"] == "城西发布"
    assert found["authors"] == ["林知远"]
    assert found["editors"] == ["周以宁"]
    assert found["charset"].replace("_", "-") == encoding
    assert found["charset_reason"]
    assert found["repairs"] == []


def test_every_field_says_where_it_came_from_and_how_sure_it_is(tmp_path: Path) -> None:
    more = (
        "<div class='crumb'>当前位置：<a href='/'>首页</a> &gt; <a href='/yw/'>要闻</a></div>"
        "<h1>城西产业园低空经济平台启用</h1><div>浏览次数：12 发文字号：城办发〔2026〕8号</div>"
    )
    inside = (
        "<p><img src='/a.jpg' width='600'></p><p>附件：<a href='/f/1.pdf'>名单.pdf</a></p>"
        "</div><div class='foot'>"
    )
    page = tmp_path / "page.html"
    html = PAGE.replace("<h1>城西产业园低空经济平台启用</h1>", more)
    page.write_text(html.replace("</div><div class='foot'>", inside), "utf-8")
    found = json.loads(extract(page, "--url", "http://www.example.cn/2026/1.html", "--explain").stdout)
    fields = (
        "title", "body", "published", "source", "authors", "editors", "section", "views", "document_number",
        "attachments", "images", "canonical_url",
    )  # fmt: skip
    assert [field for field in fields if not found[field]] == []
    assert [field for field in fields if not re.search(r" \([01]\.\d\d\)$", found["origins"][field])] == []


def test_what_is_no_page_is_one_sentence_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "empty.html").touch()
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    for name in ("empty.html", "folder.html", "picture.html", "missing.html"):
        done = extract(tmp_path / name)
        assert done.returncode == 2, name
        assert done.stdout == ""
        (sentence,) = done.stderr.splitlines()
        assert name in sentence


def test_a_bad_page_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "empty.html").touch()
    page = tmp_path / "page.html"
    page.write_text(PAGE, "utf-8")
    done = extract(tmp_path / "empty.html", page)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert "1 of 2 pages could not be read." in done.stderr


def test_a_page_without_an_article_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "nothing.html"
    page.write_text("<html><head><title>首页</title></head><body><p> </p></body></html>", "utf-8")
    done = extract(page)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "refused" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say which saved pages to read"),
        (["--spider", "nope", "x.html"], "There is no portal named 'nope'"),
        (["--url", "http://a.example/", "a.html", "b.html"], "--url belongs to one page"),
        (["--url", "http://[", "x.html"], "http://[ is no address such as"),
        (["--nope", "x.html"], "Unknown option --nope"),
    ],
)
def test_wrong_use_is_one_sentence(words: list[str], sentence: str) -> None:
    done = extract(*words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert sentence in line
