"""What a crawl does to Python's collector of garbage."""

from __future__ import annotations

import gc

from crawler.collecting import THRESHOLDS, Collecting


def test_the_collector_is_as_before_when_the_last_crawl_ends() -> None:
    before = gc.get_threshold()
    first, second = Collecting(), Collecting()
    first.started()
    second.started()
    first.stopped()
    assert gc.get_threshold() == THRESHOLDS
    assert gc.get_freeze_count() > 0
    second.stopped()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
