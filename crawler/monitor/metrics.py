"""Health as Prometheus reads it: gauges of the newest run of each portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest, write_to_textfile

from crawler.monitor import health
from crawler.monitor.measures import FIELDS, Measures
from crawler.monitor.verdict import State

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

_COUNTS = (
    "pages",
    "entries",
    "new",
    "changed",
    "refused",
    "errors",
    "blocked",
    "requests",
    "bytes",
    "seconds",
)


def exposition(session: Session) -> bytes:
    """Return the metrics in Prometheus' text format."""
    return generate_latest(_registry(session))


def write(session: Session, path: Path) -> None:
    """Write them to ``path``, whole or not at all, for node_exporter's textfile collector. Raises OSError."""
    write_to_textfile(str(path), _registry(session))


def _registry(session: Session) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"portalwatch_{name}", words, ["portal", *labels], registry=registry)

    states = gauge("state", "1 for the state that the portal is in", "state")
    bad = gauge("bad_runs", "Bad runs in a row")
    ran = gauge("last_run_timestamp_seconds", "When the newest run ended")
    well = gauge("last_good_timestamp_seconds", "When the last good run ended")
    filled = gauge("filled_ratio", "Share of the newest run's articles that have the field", "field")
    counts = {name: gauge(f"run_{name}", f"{name} of the newest run") for name in _COUNTS}
    for row, state in health.newest(session):
        now = Measures.of(row.metrics)
        told = state.alarm[0] if state and state.alarm else row.verdict
        for one in State:
            states.labels(row.portal, one.value).set(told == one.value)
        bad.labels(row.portal).set(state.bad_runs if state else 0)
        ran.labels(row.portal).set(row.at.timestamp())
        if state and state.last_good_at:
            well.labels(row.portal).set(state.last_good_at.timestamp())
        for name, metric in counts.items():
            metric.labels(row.portal).set(getattr(now, name))
        for name in FIELDS if now.articles else ():
            filled.labels(row.portal, name).set(now.filled.get(name, 0) / now.articles)
    return registry
