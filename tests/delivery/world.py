"""A database with a watch and alerts, a clock that is set by hand, and senders for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from crawler.delivery import targets
from crawler.delivery.channels import Channels
from crawler.delivery.pace import Pace
from crawler.delivery.rendering import Renderer
from crawler.delivery.sender import Sender
from crawler.store import deliveries
from crawler.store.articles import save
from crawler.store.models import Alert, Delivery, Watch
from tests.store.builders import article

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.store.articles import Saved
    from crawler.store.database import Database

MORNING = datetime(2026, 5, 4, 2, 10, tzinfo=UTC)  # 10:10 at the portals
SECRET = "correct-horse-battery-staple"  # noqa: S105  made up
SECRETS = {"HOOK_SECRET": SECRET}


@dataclass
class World:
    """Alerts of the watch 船运, and a sender for them; ``now`` is what time it is."""

    database: Database
    folder: Path
    now: datetime = MORNING
    pace: Pace = field(default_factory=lambda: Pace(attempts=4, seconds=5))
    count: int = 0

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def watch(self, name: str = "船运", targets: tuple[str, ...] = ("hook",), **options: Any) -> None:
        with self.database.writing() as session:
            session.add(
                Watch(
                    uid=name, name=name, query="码头", created_at=self.now, targets=list(targets), **options
                )
            )

    def alert(self, number: int = 1, watch: str = "船运") -> None:
        """Write so many alerts, with what is to be told of them, as a crawl does."""
        with self.database.writing() as session:
            watch_id = session.scalars(select(Watch.id).where(Watch.name == watch)).one()
            alerts = []
            for _ in range(number):
                self.count += 1
                one = article(
                    f"{self.count}号码头今天开工。",
                    title=f"第{self.count}件",
                    url=f"http://portal-a.example/{self.count}.html",
                    published=self.now,
                    fetched=self.now,
                )
                alerts.append(self._alert(save(session, one), watch_id))
            session.add_all(alerts)
            session.flush()
            deliveries.enqueue(session, alerts)

    def _alert(self, saved: Saved, watch_id: int) -> Alert:
        return Alert(
            uid=f"a{self.count}",
            watch_id=watch_id,
            story_id=saved.story_id,
            article_id=saved.article_id,
            version_id=saved.version_id,
            occasion=f"new:{self.count}",
            kind="new",
            words=["码头"],
            excerpts=[f"{self.count}号码头今天开工。"],
            created_at=self.now,
            updated_at=self.now,
        )

    def write_targets(self, text: str) -> None:
        (self.folder / "targets.yaml").write_text(text, "utf-8")

    def hook(self, url: str, name: str = "hook") -> None:
        path = self.folder / "targets.yaml"
        before = path.read_text("utf-8") if path.exists() else ""
        self.write_targets(f"{before}{name}:\n  webhook: {url}/hook\n  secret: ${{HOOK_SECRET}}\n")

    def sender(self) -> Sender:
        found = targets.read(self.folder / "targets.yaml", SECRETS)
        channels = Channels(found, Renderer(), allow_private=True)
        return Sender(self.database, channels, self.pace, clock=lambda: self.now, chance=lambda: 0.5)

    def states(self) -> list[tuple[str, int]]:
        with self.database.reading() as session:
            query = select(Delivery.state, Delivery.attempts).order_by(Delivery.id)
            return [(state, attempts) for state, attempts in session.execute(query)]

    def errors(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery.last_error).order_by(Delivery.id)))
