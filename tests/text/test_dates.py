from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import dates
from crawler.text.dates import LOCAL, Precision

NOW = datetime(2024, 3, 5, 8, 0, tzinfo=UTC)  # 16:00 at +08:00
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "dates.jsonl").read_text("utf-8").splitlines()
]
MOMENTS = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2099, 12, 31, 23, 59, 59))  # noqa: DTZ001  naive, as hypothesis wants bounds
FORMATS = {
    "%Y-%m-%d %H:%M:%S": Precision.SECOND,
    "%Y/%m/%d %H:%M": Precision.MINUTE,
    "%Y.%m.%d": Precision.DAY,
    "%Y年%m月%d日 %H时%M分": Precision.MINUTE,
    "%Y年%m月%d日%H:%M:%S": Precision.SECOND,
    "%Y-%m-%d%H:%M": Precision.MINUTE,
    "%H:%M%Y-%m-%d": Precision.MINUTE,
    "%Y-%m-%dT%H:%M:%S+08:00": Precision.SECOND,
    "%Y%m%d%H%M%S": Precision.SECOND,
    "%d\n%Y年%m月": Precision.DAY,
    "%Y %m/%d %H:%M:%S": Precision.SECOND,
}


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_reads_the_forms_of_portals(case: dict[str, object]) -> None:
    found = dates.parse(str(case["text"]), now=NOW, year_hint=case.get("year_hint"))  # type: ignore[arg-type]  # from JSON
    assert (dates.local(found) if found else None) == case["want"]


def test_keeps_what_was_displayed_and_stores_utc() -> None:
    found = dates.parse("来源：甲网　２０２４－０３－０５　０７：３０  编辑：乙", now=NOW)
    assert found is not None
    assert found.raw == "２０２４－０３－０５　０７：３０"
    assert found.at == datetime(2024, 3, 4, 23, 30, tzinfo=UTC)
    assert found.at.tzinfo is UTC


def test_now_may_be_in_any_zone() -> None:
    for zone in (UTC, LOCAL, timezone(timedelta(hours=-5))):
        found = dates.parse("昨天 23:10", now=datetime(2024, 3, 4, 18, 0, tzinfo=UTC).astimezone(zone))
        assert found is not None
        assert dates.local(found) == "2024-03-04T23:10"


def test_finds_all_in_the_order_of_the_text() -> None:
    found = dates.find_all("生成日期：2023-01-02 发布日期：2024年3月5日 08:30 昨天", now=NOW)
    assert [dates.local(moment) for moment in found] == ["2023-01-02", "2024-03-05T08:30", "2024-03-04"]


@given(MOMENTS, st.sampled_from(sorted(FORMATS)), st.sampled_from(["", "发布时间：", "[", "来源：某网 "]))
def test_what_a_form_writes_is_read_back(moment: datetime, form: str, lead: str) -> None:
    text = moment.strftime(form)
    if not text.isdigit():
        text = lead + text
    found = dates.parse(text, now=NOW)
    assert found is not None
    assert found.precision is FORMATS[form]
    lengths = {Precision.DAY: 10, Precision.MINUTE: 16, Precision.SECOND: 19}
    assert dates.local(found) == moment.isoformat(timespec="seconds")[: lengths[found.precision]]


@given(
    st.text(alphabet="0123456789年月日时分:-/. 〇二十今昨前天小周民國", max_size=40),
    st.datetimes(timezones=st.just(UTC)),
)
def test_never_raises_and_raw_stands_in_the_text(text: str, now: datetime) -> None:
    now = now.replace(year=min(max(now.year, 1990), 2100), day=1)
    for moment in dates.find_all(text, now=now):
        assert moment.raw in text
        assert moment.at.tzinfo is UTC
        assert dates.parse(text, now=now) is not None


@given(MOMENTS)
def test_a_day_without_a_year_is_never_more_than_a_day_ahead(now: datetime) -> None:
    now = now.replace(tzinfo=LOCAL)
    found = dates.parse("12月31日", now=now)
    assert found is not None
    assert found.at - now <= timedelta(days=1)
