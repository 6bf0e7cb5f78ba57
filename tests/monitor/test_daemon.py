"""The daemon: what it starts, how it shares out portals, and that it stops."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crawler.daemon import Daemon
from crawler.store.database import DatabaseError


@dataclass
class FakeChild:
    portals: Sequence[str]
    status: int | None = None
    told: list[str] = field(default_factory=list)
    obeys: bool = True

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.told.append("terminate")
        if self.obeys:
            self.status = 1

    def kill(self) -> None:
        self.told.append("kill")
        self.status = -9

    def wait(self, timeout: float | None = None) -> int:
        if self.status is None:
            raise subprocess.TimeoutExpired("child", timeout or 0)
        return self.status


@dataclass
class World:
    now_due: list[str] = field(default_factory=list)
    wait: float = 100.0
    started: list[FakeChild] = field(default_factory=list)
    broken: bool = False
    looked: int = 0
    leased: set[str] = field(default_factory=set)

    def due(self) -> Mapping[str, Sequence[str]]:
        self.looked += 1
        if self.broken:
            raise DatabaseError("the database is away")
        return {name: ["http://x.example/"] for name in self.now_due}

    def held(self, portals: Iterable[str]) -> set[str]:
        return self.leased.intersection(portals)

    def seconds(self) -> float:
        return self.wait

    def start(self, portals: Sequence[str]) -> FakeChild:
        self.started.append(FakeChild(portals))
        return self.started[-1]


def visited(world: World) -> list[tuple[str, ...]]:
    return [tuple(child.portals) for child in world.started]


def test_what_is_due_is_shared_out_and_nothing_twice() -> None:
    world = World(["a", "b", "c", "d", "e"])
    daemon = Daemon(world, world.start, 2)
    daemon.look()
    assert visited(world) == [("a", "b", "c"), ("d", "e")]
    daemon.look()
    assert len(world.started) == 2
    world.started[0].status = 0
    world.now_due = ["a", "d"]
    daemon.look()
    assert visited(world)[2:] == [("a",)]


def test_a_portal_is_visited_again_while_another_of_its_process_takes_long() -> None:
    world = World(["good", "silent", "third"])
    daemon = Daemon(world, world.start, 2)
    daemon.look()
    world.started[1].status = 0
    world.now_due = ["good", "silent"]
    daemon.look()
    assert visited(world) == [("good", "silent"), ("third",)], "neither was seen to be begun"
    world.leased = {"good", "silent"}
    daemon.look()
    assert len(world.started) == 2
    world.leased = {"silent"}
    daemon.look()
    assert visited(world)[2:] == [("good",)]


def test_a_portal_that_failed_gets_a_process_of_its_own_and_never_all_of_them() -> None:
    world = World(["bad", "worse", "awful"])
    daemon = Daemon(world, world.start, 2)
    daemon.look()
    for child in world.started:
        child.status = 1
    world.started.clear()
    world.now_due = ["bad", "worse", "awful", "good", "fine"]
    daemon.look()
    assert visited(world) == [("bad",), ("good", "fine")]
    world.started[1].status = 0
    world.now_due = ["worse", "awful", "good"]
    daemon.look()
    assert visited(world)[2:] == [("good",)]


def test_it_waits_until_something_is_due_and_outlives_the_database() -> None:
    world = World(wait=7.0)
    daemon = Daemon(world, world.start)
    assert daemon.look() == 7.0
    world.wait = 5000.0
    assert daemon.look() == 30.0
    world.broken = True
    assert daemon.look() == 30.0


def test_a_signal_ends_it_and_its_processes() -> None:
    world = World(["a", "b"])
    stubborn = FakeChild(["b"], obeys=False)
    children = [FakeChild(["a"]), stubborn]

    def start(portals: Sequence[str]) -> FakeChild:
        world.started.append(children[len(world.started)])
        if len(world.started) == 2:
            signal.raise_signal(signal.SIGTERM)
        return world.started[-1]

    assert Daemon(world, start, 2).run() == 0
    assert [child.told for child in children] == [["terminate"], ["terminate", "kill"]]
    assert world.looked == 1


def test_it_outlives_a_machine_that_has_no_room_for_a_process() -> None:
    world = World(["a", "b"])
    rooms = iter([False, True, True])

    def start(portals: Sequence[str]) -> FakeChild:
        if not next(rooms):
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return world.start(portals)

    daemon = Daemon(world, start, 2)
    assert daemon.look() == 30.0
    daemon.look()
    assert visited(world) == [("a",), ("b",)]
